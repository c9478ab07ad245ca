//! One answer of the service: status, headers, and the body read as JSON once.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::azure::secret::Secret;

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body; `None` when there is none, or none that is JSON.
    pub(super) json: Option<Value>,
    pub(super) readable: Readable,
    opening: String,
}

/// How the body came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    /// Nothing was sent, or all of it is JSON.
    Yes,
    /// It begins as JSON and ends in the middle: what is missing may come with the next try.
    CutOff,
    /// It is something else, such as a proxy's page.
    NotJson,
    /// It holds a secret that was sent, and is not read.
    Revealing,
}

impl Answer {
    /// Of a service that was shown nothing of ours.
    pub(super) fn new(response: Response<Bytes>) -> Self {
        Self::to_one_with(&[], response)
    }

    /// Of a service that was sent these secrets. Should it repeat one, the secret is cut out of an error, and a success is not read at all: what is in
    /// that may be kept, and given back to Azure as it came.
    pub(super) fn to_one_with(secrets: &[&Secret], response: Response<Bytes>) -> Self {
        let (mut parts, body) = response.into_parts();
        for secret in secrets {
            remove_repeating(secret, &mut parts.headers);
        }
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
        let Some(cut) = without(secrets, body) else { return Self::read(parts.status, parts.headers, body) };
        if parts.status.is_success() {
            let (json, opening) = (None, String::new());
            return Self { status: parts.status, headers: parts.headers, json, readable: Readable::Revealing, opening };
        }
        Self::read(parts.status, parts.headers, cut.as_bytes())
    }

    fn read(status: StatusCode, headers: HeaderMap, text: &[u8]) -> Self {
        let (json, readable) = match serde_json::from_slice(text) {
            Ok(json) => (Some(json), Readable::Yes),
            Err(_) if text.trim_ascii().is_empty() => (None, Readable::Yes),
            Err(error) if error.is_eof() => (None, Readable::CutOff),
            Err(_) => (None, Readable::NotJson),
        };
        let opening = String::from_utf8_lossy(&text[..text.len().min(600)]).chars().take(200).collect();
        Self { status, headers, json, readable, opening }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the caller's quota is used up, of a subscription or a tenant. Other refusals with 429 are about one resource.
    pub(super) fn is_out_of_quota(&self) -> bool {
        let error = || self.json.as_ref()?.get("error")?.get("code")?.as_str();
        self.status == StatusCode::TOO_MANY_REQUESTS && error().is_some_and(|code| code.ends_with("RequestsThrottled"))
    }

    /// A body for a person to recognise: kind, and its first words on one line.
    pub(super) fn describe(&self) -> String {
        if self.readable == Readable::Revealing {
            return "the answer repeats a secret that was sent to authenticate, and is not used".to_owned();
        }
        let Some((kind, words)) = self.excerpt() else { return "the answer has no body".to_owned() };
        match self.readable {
            Readable::CutOff => format!("the answer ({kind}) ends in the middle: {words}"),
            Readable::Yes | Readable::NotJson | Readable::Revealing => {
                format!("the answer ({kind}) is not Azure Resource Manager's: {words}")
            }
        }
    }

    /// The kind of the body and its first words on one line; `None` for an empty one.
    pub(super) fn excerpt(&self) -> Option<(&str, String)> {
        let words: Vec<&str> = self.opening.split_whitespace().collect();
        let kind = self.header("content-type").unwrap_or("no content type");
        (!words.is_empty()).then(|| (kind, words.join(" ")))
    }
}

/// The body without those of the secrets that it holds; `None` when it holds none.
fn without(secrets: &[&Secret], body: &[u8]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let held: Vec<_> = secrets.iter().filter(|secret| secret.is_in(&text)).collect();
    (!held.is_empty()).then(|| held.into_iter().fold(text.into_owned(), |text, secret| secret.cut_from(&text)))
}

/// Ids and links of an answer are shown to the user.
fn remove_repeating(secret: &Secret, headers: &mut HeaderMap) {
    let holds = |value: &HeaderValue| value.to_str().is_ok_and(|text| secret.is_in(text));
    let names: Vec<HeaderName> =
        headers.iter().filter(|(_, value)| holds(value)).map(|(name, _)| name.clone()).collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests;
