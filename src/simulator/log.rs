//! What was asked and answered, for tests and for people.
//!
//! Bodies are kept as the bytes that went over the wire and read only when somebody looks. Credentials are not kept.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Call;

/// One exchange.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Number of the request since the start, from 1, in the order of arrival.
    pub seq: u64,
    /// Milliseconds since the simulator started.
    pub time_ms: u64,
    /// Method.
    pub method: String,
    /// Path as it came.
    pub path: String,
    /// The api-version, when there was one.
    pub api_version: Option<String>,
    /// Query parameters, decoded.
    pub query: Map<String, Value>,
    /// Request headers in lower case, without `authorization`.
    pub headers: Map<String, Value>,
    /// Request body: JSON, otherwise text, `null` when empty.
    pub body: Value,
    /// Status of the answer; 0 when the connection was reset, or while the answer is not ready.
    pub status: u16,
    /// Answer's body, likewise.
    pub response: Value,
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    last: u64,
}

#[derive(Debug)]
struct Entry {
    seq: u64,
    time_ms: u64,
    call: Call,
    status: u16,
    response: Bytes,
}

impl Log {
    /// Notes a request's arrival.
    pub(super) fn begin(&mut self, call: &Call, time_ms: u64, limit: usize) -> u64 {
        self.last += 1;
        let entry = Entry { seq: self.last, time_ms, call: call.clone(), status: 0, response: Bytes::new() };
        self.entries.push_back(entry);
        while self.entries.len() > limit {
            self.entries.pop_front();
        }
        self.last
    }

    /// Notes its answer, and gives back the whole when `wanted`.
    pub(super) fn finish(&mut self, seq: u64, status: u16, response: &Bytes, wanted: bool) -> Option<Record> {
        let index = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        let entry = &mut self.entries[index];
        entry.status = status;
        entry.response = response.clone();
        wanted.then(|| entry.record())
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.entries.iter().map(Entry::record).collect()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

impl Entry {
    fn record(&self) -> Record {
        let secret = is_token_call(&self.call);
        Record {
            seq: self.seq,
            time_ms: self.time_ms,
            method: self.call.method.to_string(),
            path: self.call.path.clone(),
            api_version: self.call.parameter("api-version").map(str::to_owned),
            query: self.call.query.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            headers: headers(&self.call),
            body: if secret { redacted_form(&self.call.body) } else { readable(&self.call.body) },
            status: self.status,
            response: if secret { redacted_answer(&self.response) } else { readable(&self.response) },
        }
    }
}

fn headers(call: &Call) -> Map<String, Value> {
    let shown = call.headers.iter().filter(|(name, _)| {
        !matches!(name.as_str(), "authorization" | "x-ms-authorization-auxiliary" | "cookie" | "proxy-authorization")
    });
    shown
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned().into()))
        .collect()
}

fn readable(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned().into())
}

/// Token calls carry secrets in their form and in their answer.
fn is_token_call(call: &Call) -> bool {
    call.path.contains("/oauth2/")
}

fn redacted_form(body: &[u8]) -> Value {
    let fields = url::form_urlencoded::parse(body).map(|(name, value)| {
        let secret = matches!(
            name.as_ref(),
            "client_secret" | "client_assertion" | "password" | "refresh_token" | "access_token" | "assertion"
        );
        (name.into_owned(), if secret { Value::from("<redacted>") } else { Value::from(value.into_owned()) })
    });
    let fields: Map<String, Value> = fields.collect();
    if fields.is_empty() { Value::Null } else { fields.into() }
}

fn redacted_answer(body: &[u8]) -> Value {
    let mut answer = readable(body);
    for name in ["access_token", "refresh_token", "id_token"] {
        if let Some(token) = answer.get_mut(name) {
            *token = "<redacted>".into();
        }
    }
    answer
}
