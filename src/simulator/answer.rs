//! What a handler gives back: a status, headers and a body, or a refusal in ARM's error envelope.
//!
//! Handlers make these values, the pipeline adds the headers every ARM answer has, the server turns them into bytes.

use serde_json::{Value, json};

/// One HTTP answer before the common headers are added.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Empty,
    Json(Value),
    /// Anything else, with its content type: what a proxy in front of ARM would send.
    Text(String, String),
}

/// A refusal; boxed because it is the rare side of every `Result` in here.
#[derive(Debug)]
pub(super) struct Refusal(Box<Answer>);

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same, unless the header is there already.
    pub(super) fn with_default(self, name: &str, value: impl Into<String>) -> Self {
        if self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) { self } else { self.with(name, value) }
    }

    /// The body as it goes on the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Body::Empty => Vec::new(),
            Body::Json(value) => value.to_string().into_bytes(),
            Body::Text(_, text) => text.clone().into_bytes(),
        }
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        match &self.body {
            Body::Empty => None,
            Body::Json(_) => Some("application/json; charset=utf-8"),
            Body::Text(kind, _) => Some(kind),
        }
    }
}

impl Refusal {
    /// `{"error":{"code","message"}}`, the envelope of common-types v6.
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self(Box::new(Answer::json(status, json!({"error": {"code": code, "message": message}}))))
    }

    /// The same with `details`, as the network provider nests its retryable errors.
    pub(super) fn detailed(status: u16, code: &str, message: &str, details: &Value) -> Self {
        Self(Box::new(Answer::json(status, json!({"error": {"code": code, "message": message, "details": details}}))))
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A body that is not JSON: `400 InvalidRequestContent`. The wording after the colon is ours.
    pub(super) fn unreadable(why: &str) -> Self {
        let message = format!("The request content was invalid and could not be deserialized: '{why}'.");
        Self::new(400, "InvalidRequestContent", message)
    }

    /// The text ARM writes for a tracked resource that is not there.
    pub(super) fn resource_not_found(kind: &str, name: &str, group: &str) -> Self {
        let message = format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to \
             https://aka.ms/ARMResourceNotFoundFix"
        );
        Self::new(404, "ResourceNotFound", message).with("x-ms-failure-cause", "gateway")
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        *refusal.0
    }
}
