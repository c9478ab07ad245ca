//! What was asked and answered, for tests and for people.
//!
//! Bodies are kept as the bytes that went over the wire and read only when somebody looks. Credentials are not kept.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Call;
use super::witness::Overwrite;

/// One exchange.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Number of the request since the start, from 1, in the order of arrival.
    pub seq: u64,
    /// Milliseconds from the simulator's start to the request's arrival.
    pub time_ms: u64,
    /// The same to the moment at which the call read or changed what is stored; none before it, nor for a call that never got so far.
    pub effect_ms: Option<u64>,
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
    /// The number of the last change that was stored when it had taken effect, see [`Change`](super::Change): what a read saw, and what a write left.
    pub stored: u64,
    /// The kind of fault that it met, as in a fault rule's `action`.
    pub fault: Option<String>,
    /// What this write of a registry undid of another caller's, see [`Overwrite`].
    pub overwrite: Option<Overwrite>,
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
    effect_ms: Option<u64>,
    call: Call,
    status: u16,
    response: Bytes,
    stored: u64,
    fault: Option<&'static str>,
    /// It changed a registry.
    wrote: bool,
    overwrite: Option<Overwrite>,
}

impl Log {
    /// Notes a request's arrival, and numbers it.
    pub(super) fn begin(&mut self, call: &mut Call, time_ms: u64, limit: usize) {
        self.last += 1;
        call.seq = self.last;
        self.entries.push_back(Entry {
            seq: self.last,
            time_ms,
            effect_ms: None,
            call: call.clone(),
            status: 0,
            response: Bytes::new(),
            stored: 0,
            fault: None,
            wrote: false,
            overwrite: None,
        });
        while self.entries.len() > limit {
            self.entries.pop_front();
        }
    }

    /// Notes when it took effect.
    pub(super) fn effect(&mut self, seq: u64, time_ms: u64) {
        if let Some(entry) = self.entry(seq) {
            entry.effect_ms = Some(time_ms);
        }
    }

    /// Notes the fault that it meets.
    pub(super) fn spoilt(&mut self, seq: u64, fault: &'static str) {
        if let Some(entry) = self.entry(seq) {
            entry.fault = Some(fault);
        }
    }

    /// Notes the last change that was stored when it had taken effect.
    pub(super) fn stored(&mut self, seq: u64, number: u64) {
        if let Some(entry) = self.entry(seq) {
            entry.stored = number;
        }
    }

    /// Notes that it changed a registry, and what it undid.
    pub(super) fn wrote(&mut self, seq: u64, overwrite: Option<Overwrite>) {
        if let Some(entry) = self.entry(seq) {
            entry.wrote = true;
            entry.overwrite = overwrite;
        }
    }

    /// Notes its answer, and gives back the whole when `wanted`.
    pub(super) fn finish(&mut self, seq: u64, status: u16, response: &Bytes, wanted: bool) -> Option<Record> {
        let entry = self.entry(seq)?;
        entry.status = status;
        entry.response = response.clone();
        wanted.then(|| entry.record())
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.entries.iter().map(Entry::record).collect()
    }

    /// Calls that were answered or cut off: the call, whether it changed a registry, what it undid.
    pub(super) fn performed(&self) -> impl Iterator<Item = (&Call, bool, Option<&Overwrite>)> {
        let performed = self.entries.iter().filter(|entry| entry.effect_ms.is_some());
        performed.map(|entry| (&entry.call, entry.wrote, entry.overwrite.as_ref()))
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    fn entry(&mut self, seq: u64) -> Option<&mut Entry> {
        let index = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get_mut(index)
    }
}

impl Entry {
    fn record(&self) -> Record {
        let secret = is_token_call(&self.call);
        Record {
            seq: self.seq,
            time_ms: self.time_ms,
            effect_ms: self.effect_ms,
            method: self.call.method.to_string(),
            path: self.call.path.clone(),
            api_version: self.call.parameter("api-version").map(str::to_owned),
            query: self.call.query.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            headers: headers(&self.call),
            body: if secret { redacted_form(&self.call.body) } else { readable(&self.call.body) },
            status: self.status,
            response: if secret { redacted_answer(&self.response) } else { readable(&self.response) },
            stored: self.stored,
            fault: self.fault.map(str::to_owned),
            overwrite: self.overwrite.clone(),
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
