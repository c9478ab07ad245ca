//! One request, as handlers see it: method, path in segments, query, headers, body.
//!
//! Made by the server from an HTTP request; knows nothing of what is stored.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::answer::Refusal;
use super::faults::Effects;

/// One request after its body has been read.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Its number in the log.
    pub(super) seq: u64,
    pub(super) method: Method,
    /// The path as it came.
    pub(super) path: String,
    /// The path's parts, percent-decoded, in the caller's spelling.
    pub(super) segments: Vec<String>,
    /// The same in lower case: ARM's paths do not mind letter case.
    pub(super) folded: Vec<String>,
    /// Decoded query parameters, in order.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What a fault rule wants of the write, apart from the answer.
    pub(super) effects: Effects,
}

impl Call {
    pub(super) fn new(method: Method, path: &str, query: Option<&str>, headers: HeaderMap, body: Bytes) -> Self {
        let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let folded = segments.iter().map(|part| part.to_ascii_lowercase()).collect();
        let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        let (path, effects) = (path.to_owned(), Effects::default());
        Self { seq: 0, method, path, segments, folded, query, headers, body, effects }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A query parameter; ARM compares their names without regard to case.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The api-version, or the refusal ARM writes without one.
    pub(super) fn api_version(&self) -> Result<&str, Refusal> {
        self.parameter("api-version").filter(|version| !version.is_empty()).ok_or_else(|| {
            Refusal::new(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        })
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<Value, Refusal> {
        if let Some(kind) = self.header("content-type")
            && !kind.to_ascii_lowercase().starts_with("application/json")
        {
            let message =
                format!("The content media type '{kind}' is not supported. Only 'application/json' is supported.");
            return Err(Refusal::new(415, "UnsupportedMediaType", message));
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) if value.is_object() => Ok(value),
            Ok(_) => Err(Refusal::unreadable("an object was expected")),
            Err(error) => Err(Refusal::unreadable(&error.to_string())),
        }
    }

    /// The bearer token, when there is one.
    pub(super) fn bearer(&self) -> Option<&str> {
        let value = self.header("authorization")?;
        let (scheme, token) = value.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
    }
}

fn decoded(part: &str) -> String {
    // A form parser reads `+` as a blank, a path does not.
    let pair = format!("p={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
