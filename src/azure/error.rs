//! The one error of the ARM client: what was asked, what Azure said, and whether anything may have changed.
//!
//! Made by the client and the resource modules, read by those who must decide (repeat, re-read, report) and by those who write a message for a
//! user. It carries ARM's code and words unchanged, never a token, a body or a signed query parameter.

use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::azure::answer::Answer;
use crate::azure::call::Stopped;
use crate::azure::retry::{self, GaveUp};

/// Codes of a 404 that does not say that a resource is gone: the question itself was wrong.
const NOT_ABOUT_THE_RESOURCE: &[&str] =
    &["SubscriptionNotFound", "InvalidSubscriptionId", "InvalidResourceType", "InvalidResourceNamespace"];

/// A call of Resource Manager that failed. Boxed, so that results stay small.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct ArmError(Box<Failure>);

/// What is known about a failure.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The class of the failure, for decisions.
    pub kind: ErrorKind,
    /// Whether the call may have changed something in Azure.
    pub effect: Effect,
    /// The method of the request.
    pub method: Method,
    /// The request's URL; of the query only `api-version` is kept.
    pub url: String,
    /// The status of the last answer, when there was one.
    pub status: Option<StatusCode>,
    /// ARM's error code, unchanged.
    pub code: Option<String>,
    /// ARM's words, unchanged, with those of its `details` after them; our own where ARM said nothing.
    pub message: String,
    /// Codes of ARM's `details`, in ARM's order.
    pub detail_codes: Vec<String>,
    /// `x-ms-request-id` of the last answer; without one, the `x-ms-client-request-id` that was sent.
    pub request_id: Option<String>,
    /// `x-ms-correlation-request-id`: one per process.
    pub correlation_id: Option<String>,
    /// How often the request was sent, or its sending tried.
    pub attempts: u32,
    /// From the first attempt to the failure, waits included.
    pub elapsed: Duration,
    /// How long the service asked to wait.
    pub retry_after: Option<Duration>,
    /// Why a failure that usually passes was not waited out.
    pub gave_up: Option<GaveUp>,
}

/// The class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 404.
    NotFound,
    /// 409: another operation is in progress, or the state forbids this one.
    Conflict,
    /// 412: the etag is no longer the stored one.
    PreconditionFailed,
    /// 429.
    Throttled,
    /// 401, or no token could be had.
    Unauthorized,
    /// 403.
    Forbidden,
    /// Another 4xx: ARM has looked at the request and refused it.
    BadRequest,
    /// 5xx and 408.
    Server,
    /// No answer, or not all of it.
    Transport,
    /// The call's deadline has passed, or would before the next step.
    Timeout,
    /// The call was cancelled.
    Cancelled,
    /// ARM accepted the request and the operation it began then failed.
    OperationFailed,
    /// The answer is not what the API describes: a proxy's page, no JSON, a link to another host.
    Malformed,
    /// ARM answered success and did not store what was sent.
    NotStored,
    /// What was stored did not stay: another writer undid it, again and again.
    Undone,
    /// The reading that the request was made from was too old when its turn came; nothing was sent.
    Outdated,
    /// The API version in use cannot carry the request; nothing was sent.
    Unsupported,
}

/// Whether a failed call may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing was changed: a read, a refusal, or a request that never left.
    None,
    /// It may have been: only reading again tells.
    Unknown,
}

impl ArmError {
    /// A failure as such, for tests of what is made of it.
    #[cfg(test)]
    pub(crate) fn for_tests(kind: ErrorKind, effect: Effect) -> Self {
        Self::of(&Story::new(&Method::GET, &http::Uri::from_static("https://azure/"), None), kind, effect, "it failed")
    }

    pub(super) fn of(story: &Story, kind: ErrorKind, effect: Effect, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            kind,
            effect,
            method: story.method.clone(),
            url: story.url.clone(),
            status: None,
            code: None,
            message: message.into(),
            detail_codes: Vec::new(),
            request_id: story.request_id.clone(),
            correlation_id: story.correlation_id.clone(),
            attempts: story.attempts,
            elapsed: story.started.elapsed(),
            retry_after: None,
            gave_up: None,
        }))
    }

    /// An answer that is not a success.
    pub(super) fn refused(story: &Story, answer: &Answer, now: SystemTime) -> Self {
        let words = Words::of(answer);
        let effect = match answer.status.as_u16() {
            408 | 500.. if story.writes() => Effect::Unknown,
            _ => Effect::None,
        };
        let kind = if words.is_arm { kind_of(answer.status) } else { kind_without_envelope(answer.status) };
        let mut error = Self::of(story, kind, effect, words.message);
        error.0.code = words.code;
        error.0.detail_codes = words.detail_codes;
        error.0.retry_after = retry::retry_after(&answer.headers, now);
        error.with_answer(answer)
    }

    /// A call that was stopped from outside; `effect` says what may have been under way.
    pub(super) fn stopped(story: &Story, stopped: Stopped, effect: Effect, doing: &str) -> Self {
        let (kind, message) = match stopped {
            Stopped::Deadline => (ErrorKind::Timeout, format!("the time allowed was over while {doing}")),
            Stopped::Cancelled => (ErrorKind::Cancelled, format!("cancelled while {doing}")),
        };
        Self::of(story, kind, effect, message)
    }

    /// Keeps status and ids of the answer that showed the failure.
    pub(super) fn with_answer(mut self, answer: &Answer) -> Self {
        self.0.status = Some(answer.status);
        self.0.request_id = answer.header("x-ms-request-id").map(str::to_owned).or(self.0.request_id);
        self.0.correlation_id =
            answer.header("x-ms-correlation-request-id").map(str::to_owned).or(self.0.correlation_id);
        self
    }

    pub(super) fn with_code(mut self, code: impl Into<String>, detail_codes: Vec<String>) -> Self {
        self.0.code = Some(code.into()).filter(|code: &String| !code.is_empty());
        self.0.detail_codes = detail_codes;
        self
    }

    /// The call ended while this failure was being waited out; the failure stays the one to tell of.
    pub(super) fn interrupted(mut self, stopped: Stopped) -> Self {
        let (kind, words) = match stopped {
            Stopped::Deadline => (ErrorKind::Timeout, "the time allowed was over"),
            Stopped::Cancelled => (ErrorKind::Cancelled, "cancelled"),
        };
        self.0.kind = kind;
        self.0.message = format!("{words} while waiting to try again; the last failure was: {}", self.0.message);
        self
    }

    pub(super) fn with_gave_up(mut self, why: GaveUp) -> Self {
        self.0.gave_up = Some(why);
        self
    }

    /// The same failure, of a call that had already done something of unknown effect before.
    pub(super) fn after(mut self, effect: Effect) -> Self {
        self.0.effect = self.0.effect.max(effect);
        self
    }

    /// Whether a write may take effect yet, after the failure: Azure goes on with a request whose client is gone, and a reading can overtake it.
    #[must_use]
    pub fn may_still_come(&self) -> bool {
        // These are told after Azure was done with the write: a reading after them shows what became of it.
        let done = matches!(self.kind, ErrorKind::OperationFailed | ErrorKind::NotStored | ErrorKind::Undone);
        self.effect == Effect::Unknown && !done
    }

    /// Whether it was the cloud's metadata host that failed, and not Resource Manager.
    #[must_use]
    pub fn is_of_metadata_host(&self) -> bool {
        self.message.starts_with("metadata host ")
    }

    /// ARM's code and the codes of its details.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.code.iter().chain(&self.detail_codes).map(String::as_str)
    }

    /// Whether any of ARM's codes is one of these, in any letters.
    #[must_use]
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.codes().any(|found| codes.iter().any(|code| code.eq_ignore_ascii_case(found)))
    }

    /// Whether ARM says that the resource, or what it is in, does not exist. A missing subscription does not count: it tells nothing of what is
    /// in it.
    #[must_use]
    pub fn is_missing_resource(&self) -> bool {
        self.kind == ErrorKind::NotFound && !self.has_code(NOT_ABOUT_THE_RESOURCE)
    }
}

impl Deref for ArmError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} failed: ", self.method, self.url)?;
        if let Some(status) = self.status {
            write!(f, "{} ", status.as_u16())?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(why) = &self.gave_up {
            write!(f, "; not tried again: {why}")?;
        }
        if self.effect == Effect::Unknown {
            f.write_str("; whether it took effect is not known")?;
        }
        f.write_str(" (")?;
        if let Some(id) = &self.request_id {
            write!(f, "request id {id}, ")?;
        }
        if let Some(id) = &self.correlation_id {
            write!(f, "correlation id {id}, ")?;
        }
        let plural = if self.attempts == 1 { "" } else { "s" };
        write!(f, "{} attempt{plural} in {:.1} s)", self.attempts, self.elapsed.as_secs_f64())
    }
}

/// What was asked and how often: the part of an error that is known before anything fails.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) started: Instant,
    pub(super) attempts: u32,
    pub(super) request_id: Option<String>,
    pub(super) correlation_id: Option<String>,
}

impl Story {
    pub(super) fn new(method: &Method, uri: &http::Uri, correlation_id: Option<&str>) -> Self {
        Self {
            method: method.clone(),
            url: without_secrets(uri),
            started: Instant::now(),
            attempts: 0,
            request_id: None,
            correlation_id: correlation_id.map(str::to_owned),
        }
    }

    /// Whether the request may change something.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// What a failure after sending has to be taken for.
    pub(super) fn effect_once_sent(&self) -> Effect {
        if self.writes() { Effect::Unknown } else { Effect::None }
    }
}

/// Operation links are signed by query parameters; only the version is worth showing.
fn without_secrets(uri: &http::Uri) -> String {
    let version =
        uri.query().into_iter().flat_map(|query| query.split('&')).find(|pair| pair.starts_with("api-version="));
    let base = uri.to_string();
    let base = base.split('?').next().unwrap_or_default();
    version.map_or_else(|| base.to_owned(), |version| format!("{base}?{version}"))
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        408 | 500.. => ErrorKind::Server,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::PreconditionFailed,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::Malformed,
    }
}

/// Without ARM's envelope a 404 is not ARM's word that a resource is gone: it may be a wrong endpoint, or a proxy.
fn kind_without_envelope(status: StatusCode) -> ErrorKind {
    match kind_of(status) {
        ErrorKind::NotFound => ErrorKind::Malformed,
        kind => kind,
    }
}

/// What an error answer says, in whichever of ARM's envelopes.
pub(super) struct Words {
    /// Whether ARM's envelope was there.
    pub(super) is_arm: bool,
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) detail_codes: Vec<String>,
}

impl Words {
    fn of(answer: &Answer) -> Self {
        match &answer.json {
            Some(body) => Self::in_body(body).unwrap_or_else(|| Self::none(answer)),
            None => Self::none(answer),
        }
    }

    /// `{"error":{"code","message","details"}}`, or the same members without `error` around them.
    pub(super) fn in_body(body: &Value) -> Option<Self> {
        let error = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
        let text = |of: &Value, member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
        let (code, message) = (text(error, "code"), text(error, "message"));
        if code.is_none() && message.is_none() {
            return None;
        }
        let mut words = Self { is_arm: true, code, message: message.unwrap_or_default(), detail_codes: Vec::new() };
        for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
            let (code, message) = (text(detail, "code"), text(detail, "message"));
            let parts: Vec<&str> = [&code, &message].into_iter().flatten().map(String::as_str).collect();
            let _ = write!(words.message, " ({})", parts.join(": "));
            words.detail_codes.extend(code);
        }
        Some(words)
    }

    fn none(answer: &Answer) -> Self {
        Self { is_arm: false, code: None, message: answer.describe(), detail_codes: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
