//! Long-running operations: from an answer to the next step, purely.
//!
//! The client shows every answer of an operation to [`begin`] and then [`Follow::next`] and does what they say. The rules are those of
//! "Track asynchronous Azure operations" (Azure Resource Manager documentation): `Azure-AsyncOperation` before `Location`, states that are not
//! terminal mean running, whatever they are called. Links are kept verbatim, since they may be signed, and lead to the endpoint's own host only:
//! the token must go nowhere else.

use std::time::{Duration, SystemTime};

use http::{StatusCode, Uri};
use serde_json::Value;

use crate::azure::answer::Answer;
use crate::azure::error::Words;
use crate::azure::retry;

/// What is being asked for the operation's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Follow {
    pub(super) uri: Uri,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The link of `Azure-AsyncOperation`: a document with `status`.
    Status,
    /// The link of `Location`: 202 while running.
    Location,
    /// The resource itself: `properties.provisioningState`.
    Resource,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The operation has succeeded.
    Finished,
    /// Ask there, after the time the service named.
    Poll { follow: Follow, after: Option<Duration> },
    /// The operation has failed or was cancelled: ARM's code and words.
    Failed { code: String, message: String, detail_codes: Vec<String> },
    /// The answer cannot be followed.
    Malformed(String),
}

/// The step after the answer to the request that began it all.
pub(super) fn begin(resource: &Uri, answer: &Answer, now: SystemTime) -> Step {
    let after = retry::retry_after(&answer.headers, now);
    if let Some(link) = answer.header("azure-asyncoperation") {
        return poll(resource, link, Form::Status, after);
    }
    if let Some(link) = answer.header("location").filter(|_| matches!(answer.status.as_u16(), 201 | 202)) {
        return poll(resource, link, Form::Location, after);
    }
    let itself = Follow { uri: resource.clone(), form: Form::Resource };
    match provisioning_state(answer) {
        Some(state) => by_state(state, answer, itself, after),
        None if answer.status == StatusCode::ACCEPTED => Step::Poll { follow: itself, after },
        None => Step::Finished,
    }
}

impl Follow {
    /// The step after an answer from [`Follow::uri`]; `resource` is where the operation began.
    pub(super) fn next(&self, resource: &Uri, answer: &Answer, now: SystemTime) -> Step {
        let after = retry::retry_after(&answer.headers, now);
        if answer.status == StatusCode::NOT_FOUND && self.form != Form::Resource {
            // Not there yet, or no longer: the resource knows.
            return Step::Poll { follow: Self { uri: resource.clone(), form: Form::Resource }, after };
        }
        match self.form {
            Form::Status => self.by_status(resource, answer, after),
            Form::Location if answer.status == StatusCode::ACCEPTED => {
                self.link(resource, answer.header("location"), after)
            }
            Form::Location | Form::Resource => match provisioning_state(answer) {
                Some(state) => by_state(state, answer, self.clone(), after),
                None => Step::Finished,
            },
        }
    }

    fn by_status(&self, resource: &Uri, answer: &Answer, after: Option<Duration>) -> Step {
        let status = answer.json.as_ref().and_then(|body| body.get("status")).and_then(Value::as_str);
        let link = answer.header("azure-asyncoperation");
        match status.or_else(|| provisioning_state(answer)) {
            Some(state) => match by_state(state, answer, self.clone(), after) {
                Step::Poll { after, .. } => self.link(resource, link, after),
                step => step,
            },
            None if answer.status == StatusCode::ACCEPTED => self.link(resource, link, after),
            None if answer.status == StatusCode::NO_CONTENT => Step::Finished,
            None => Step::Malformed("the operation's state is missing in the answer".to_owned()),
        }
    }

    /// The same again, or where the service now says.
    fn link(&self, resource: &Uri, link: Option<&str>, after: Option<Duration>) -> Step {
        match link {
            Some(link) => poll(resource, link, self.form, after),
            None => Step::Poll { follow: self.clone(), after },
        }
    }
}

fn by_state(state: &str, answer: &Answer, follow: Follow, after: Option<Duration>) -> Step {
    match settled(state) {
        Some(true) => Step::Finished,
        Some(false) => failed(state, answer),
        None => Step::Poll { follow, after },
    }
}

/// Whether a state is terminal, and if so whether it is a success. Azure writes both `Canceled` and `Cancelled`.
pub(super) fn settled(state: &str) -> Option<bool> {
    let is = |name: &str| state.eq_ignore_ascii_case(name);
    match () {
        () if is("succeeded") => Some(true),
        () if is("failed") || is("canceled") || is("cancelled") => Some(false),
        () => None,
    }
}

fn failed(state: &str, answer: &Answer) -> Step {
    let body = answer.json.as_ref();
    let words = body.filter(|body| body.get("error").is_some()).and_then(Words::in_body);
    match words {
        Some(words) => Step::Failed {
            code: words.code.unwrap_or_default(),
            message: words.message,
            detail_codes: words.detail_codes,
        },
        None => Step::Failed {
            code: state.to_owned(),
            message: format!("the operation ended in state {state}, without a reason"),
            detail_codes: Vec::new(),
        },
    }
}

pub(super) fn provisioning_state(answer: &Answer) -> Option<&str> {
    answer.json.as_ref()?.get("properties")?.get("provisioningState")?.as_str()
}

fn poll(resource: &Uri, link: &str, form: Form, after: Option<Duration>) -> Step {
    match link.parse::<Uri>() {
        Ok(uri) if same_origin(resource, &uri) => Step::Poll { follow: Follow { uri, form }, after },
        Ok(uri) => {
            let host = uri.host().unwrap_or("no host");
            Step::Malformed(format!(
                "the operation's link leads to {host}, which is not where the request went; it is not followed"
            ))
        }
        Err(_) => Step::Malformed("the operation's link is not a URL".to_owned()),
    }
}

/// Whether a link of the service leads to where the request went, so that the token may follow it.
pub(super) fn same_origin(a: &Uri, b: &Uri) -> bool {
    let origin = |uri: &Uri| {
        let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
        (scheme, uri.host().unwrap_or_default().to_ascii_lowercase(), port)
    };
    let no_user = b.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    no_user && origin(a) == origin(b)
}

#[cfg(test)]
mod tests;
