//! One question to a service that knows who we are, or where the cloud is, carried to an answer.
//!
//! Requests come complete from the methods; answers go back to them. Failures that pass are waited out as those of Resource Manager are; an attempt
//! that hangs is given up, as the caller's deadline is far away. What the services say is quoted here, and here secrets are cut out of it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde_json::Value;

use crate::azure::answer::{Answer, Readable};
use crate::azure::client::Ambient;
use crate::azure::retry::{self, Attempt, Outcome, Policy, Repeat, Verdict};
use crate::azure::secret::Secret;
use crate::azure::token::AccessToken;
use crate::azure::transport::{Transport, TransportError};

/// How long one attempt may take. Token services answer within seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks token services. Cloning it is cheap.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    retry: Policy,
    patience: Duration,
    now: fn() -> SystemTime,
    rng: Mutex<fastrand::Rng>,
}

impl Exchange {
    /// Over `transport`; failures that pass are tried again by `retry`.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, retry: Policy, ambient: Ambient) -> Self {
        let (now, rng) = (ambient.now, Mutex::new(ambient.rng));
        Self(Arc::new(Inner { transport, retry, patience: PATIENCE, now, rng }))
    }

    /// The same, with less patience: for a service on this machine, which is there at once or not at all.
    pub(super) fn impatient(&self, patience: Duration, max_retries: u32) -> Self {
        let mut retry = self.0.retry.clone();
        retry.max_retries = retry.max_retries.min(max_retries);
        let rng = Mutex::new(self.rng().fork());
        let transport = Arc::clone(&self.0.transport);
        Self(Arc::new(Inner { transport, retry, patience, now: self.0.now, rng }))
    }

    /// The final answer, whatever its status, to a request that shows this secret. Asking for a token changes nothing, so any failure that passes is
    /// tried again.
    pub(in crate::azure) async fn ask(
        &self,
        mut request: Request<Bytes>,
        shown: Option<&Secret>,
    ) -> Result<Answer, String> {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut made = 0;
        loop {
            made += 1;
            let result = self.attempt(&request, shown, made).await;
            // The caller's deadline is around this whole future.
            let attempt = Attempt { made, repeat: Repeat::Always, remaining: Duration::MAX };
            let verdict = retry::decide(&self.0.retry, attempt, Outcome::of(&result), (self.0.now)(), &mut self.rng());
            match (verdict, result) {
                (Verdict::Wait(wait), _) => tokio::time::sleep(wait).await,
                (_, Ok(answer)) => return Ok(answer),
                (_, Err(error)) => {
                    let host = request.uri().authority().map_or("", |authority| authority.as_str());
                    return Err(format!("{host}: {error}"));
                }
            }
        }
    }

    async fn attempt(
        &self,
        request: &Request<Bytes>,
        shown: Option<&Secret>,
        made: u32,
    ) -> Result<Answer, TransportError> {
        let patience = self.0.patience;
        let result = match tokio::time::timeout(patience, self.0.transport.send(request.clone())).await {
            Ok(result) => result.map(|answer| Answer::to_one_with(shown.as_slice(), answer)),
            Err(_) => {
                Err(TransportError::MaybeSent { reason: format!("no answer within {:.0} s", patience.as_secs_f64()) })
            }
        };
        // Neither query nor headers: both may hold what proves who we are.
        let host = request.uri().authority().map_or("", |authority| authority.as_str());
        let status = result.as_ref().map_or(0, |answer| answer.status.as_u16());
        let failure = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let method = request.method().as_str();
        tracing::debug!(target: "acrnet::azure", method, host, status, attempt = made, failure, "request without a token");
        result
    }

    pub(super) fn now(&self) -> SystemTime {
        (self.0.now)()
    }

    pub(super) fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.rng().u128(..).to_le_bytes()).into_uuid().to_string()
    }

    fn rng(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.0.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("retry", &self.0.retry).finish_non_exhaustive()
    }
}

/// `{"access_token","expires_in"}` (RFC 6749 §5); managed identities write the seconds as text, or only `expires_on`, in seconds since 1970.
pub(super) fn read_token(answer: &Answer, now: SystemTime, shown: Option<&Secret>) -> Result<AccessToken, String> {
    let token = read_secret(answer, "access_token", "access token", shown)?;
    let number = |member: &str| answer.json.as_ref()?.get(member).and_then(whole_number);
    let until = |end: u64| end.saturating_sub(since_1970(now));
    Ok(match number("expires_in").or_else(|| number("expires_on").map(until)) {
        Some(seconds) => AccessToken::expiring(token, Duration::from_secs(seconds.min(365 * 24 * 3600))),
        None => AccessToken::lasting(token),
    })
}

/// A member of an answer's body that is text and is what was asked for; otherwise what the service says, without the secret that it was shown.
pub(super) fn read_secret(answer: &Answer, member: &str, what: &str, shown: Option<&Secret>) -> Result<Secret, String> {
    let text = |member: &str| answer.json.as_ref().and_then(|body| body.get(member)).and_then(Value::as_str);
    let status = answer.status.as_u16();
    match text(member) {
        Some(found) if answer.status.is_success() && !found.is_empty() => Ok(Secret::new(found)),
        _ if answer.readable == Readable::Revealing => Err(format!("{status}: {}", answer.describe())),
        // The body is not shown: it may hold a token under another name.
        _ if answer.status.is_success() => Err(format!("{status}: the answer holds no {what}")),
        _ => {
            let words = text("error_description").or_else(|| text("error")).or_else(|| text("message"));
            let words = words.map_or_else(|| answer.describe(), |words| words.lines().next().unwrap_or("").to_owned());
            Err(format!("{status}: {}", shown.map_or_else(|| words.clone(), |shown| shown.cut_from(&words))))
        }
    }
}

/// `Bearer` and the token, marked so that nobody logs it.
pub(super) fn bearer(token: &Secret) -> Result<(http::HeaderName, HeaderValue), String> {
    let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.expose())) else {
        return Err("the request token holds characters that no header can carry".to_owned());
    };
    value.set_sensitive(true);
    Ok((AUTHORIZATION, value))
}

pub(super) fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn since_1970(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
pub(super) mod tests;
