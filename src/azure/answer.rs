//! One answer of the service: status, headers, and the body read as JSON once.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

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
}

impl Answer {
    pub(super) fn new(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
        let (json, readable) = match serde_json::from_slice(text) {
            Ok(json) => (Some(json), Readable::Yes),
            Err(_) if text.trim_ascii().is_empty() => (None, Readable::Yes),
            Err(error) if error.is_eof() => (None, Readable::CutOff),
            Err(_) => (None, Readable::NotJson),
        };
        let opening = String::from_utf8_lossy(&text[..text.len().min(600)]).chars().take(200).collect();
        Self { status: parts.status, headers: parts.headers, json, readable, opening }
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
        let Some((kind, words)) = self.excerpt() else { return "the answer has no body".to_owned() };
        match self.readable {
            Readable::CutOff => format!("the answer ({kind}) ends in the middle: {words}"),
            Readable::Yes | Readable::NotJson => {
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
