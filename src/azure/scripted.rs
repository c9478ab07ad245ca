//! A transport for tests: a sequence of expected requests with their answers, and a log of what came, with the time it came.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::Value;
use tokio::time::Instant;

use crate::azure::client::{Ambient, ArmClient, Config};
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::transport::{Obstacle, Transport, TransportError};

/// Answers each request by the next step; a request that is not the next step's is a failed test.
pub(super) struct Script {
    steps: Mutex<VecDeque<(&'static str, String, Reply)>>,
    seen: Mutex<Vec<Seen>>,
    began: Instant,
}

/// What a request is answered with.
#[derive(Clone)]
pub(super) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Bytes,
    },
    Fail(TransportError),
    /// No answer, ever.
    Hang,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Since the script was made.
    pub(super) at: Duration,
}

impl Seen {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Script {
    pub(super) fn new() -> Self {
        Self { steps: Mutex::default(), seen: Mutex::default(), began: Instant::now() }
    }

    /// The next request must have this method, and this in its URI.
    pub(super) fn on(self, method: &'static str, part: &str, reply: Reply) -> Self {
        self.steps.lock().unwrap().push_back((method, part.to_owned(), reply));
        self
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The methods of what came, in order.
    pub(super) fn methods(&self) -> String {
        self.seen().iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The pauses before each request but the first.
    pub(super) fn pauses(&self) -> Vec<Duration> {
        self.seen().windows(2).map(|pair| pair[1].at.checked_sub(pair[0].at).unwrap()).collect()
    }

    pub(super) fn assert_finished(&self) {
        let left: Vec<String> =
            self.steps.lock().unwrap().iter().map(|(method, part, _)| format!("{method} {part}")).collect();
        assert!(left.is_empty(), "never asked for: {left:?}");
    }

    fn answer(&self, request: &Request<Bytes>) -> Reply {
        let (method, uri) = (request.method().to_string(), request.uri().to_string());
        self.seen.lock().unwrap().push(Seen {
            method: method.clone(),
            uri: uri.clone(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            at: self.began.elapsed(),
        });
        let next = self.steps.lock().unwrap().pop_front();
        let Some((expected, part, reply)) = next else { panic!("nothing more was expected, but {method} {uri} came") };
        assert!(method == expected && uri.contains(&part), "expected {expected} …{part}…, but {method} {uri} came");
        reply
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            match self.answer(&request) {
                Reply::Answer { status, headers, body } => {
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    Ok(response.body(body).unwrap())
                }
                Reply::Fail(error) => Err(error),
                Reply::Hang => std::future::pending().await,
            }
        })
    }
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, &body.to_string()).header("content-type", "application/json")
    }

    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: Bytes::from(body.to_owned()) }
    }

    /// ARM's envelope.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &serde_json::json!({"error": {"code": code, "message": message}}))
    }

    pub(super) fn not_sent() -> Self {
        Self::Fail(TransportError::NotSent {
            obstacle: Obstacle::Connection,
            reason: "cannot connect: refused".to_owned(),
        })
    }

    /// The connection broke after the request was sent.
    pub(super) fn lost() -> Self {
        Self::Fail(TransportError::MaybeSent { reason: "connection reset".to_owned() })
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A client of the public cloud over the script, with a token, a fixed time of day and fixed chance.
pub(super) fn client(script: &Arc<Script>) -> ArmClient {
    client_with(script, |_| {})
}

pub(super) fn client_with(script: &Arc<Script>, change: impl FnOnce(&mut Config)) -> ArmClient {
    let mut config = Config::new(Cloud::named(CloudName::Public));
    change(&mut config);
    ArmClient::new(config, Arc::new(StaticToken::new("t0ken".to_owned())), Arc::clone(script) as _, ambient())
}

pub(super) fn ambient() -> Ambient {
    Ambient { now: || SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777), rng: fastrand::Rng::with_seed(7) }
}
