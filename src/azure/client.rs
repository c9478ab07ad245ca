//! The client: carries one request to its end, and an operation to its end.
//!
//! The resource modules bring complete requests and take answers; tokens, the transport and the clock come in from outside. What a registry or a
//! subnet is, is not known here. Every request goes the same way, in `deliver`:
//!
//! 1. sign: a token, ids for support, `User-Agent`;
//! 2. send: when Azure's quota has room, under the limit of requests at once, and under the call's deadline;
//! 3. classify: final, refused for its token (once: a new one), or something that passes;
//! 4. wait: as long as the service asks, otherwise with growing jittered pauses, or give up and say why.

mod config;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, StatusCode, Uri};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::azure::answer::{Answer, Readable};
use crate::azure::call::{Call, Stopped};
use crate::azure::coordinator::Desks;
use crate::azure::error::{ArmError, Effect, ErrorKind, Story};
use crate::azure::lock::KeyedLocks;
use crate::azure::lro::{self, Step};
use crate::azure::pace::{Bucket, Pace, Sent};
use crate::azure::request;
use crate::azure::retry::{self, Attempt, GaveUp, Outcome, Policy, Repeat, Verdict};
use crate::azure::secret::Secret;
use crate::azure::snapshot::Snapshots;
use crate::azure::token::{AccessToken, CachedToken, TokenSource};
use crate::azure::transport::{Transport, TransportError};

pub use config::{Ambient, Config};

/// A client of Resource Manager. Cloning it is cheap, the clones share token, limits and locks.
#[derive(Clone)]
pub struct ArmClient(Arc<Inner>);

struct Inner {
    config: Config,
    tokens: CachedToken,
    transport: Arc<dyn Transport>,
    now: fn() -> SystemTime,
    rng: Mutex<fastrand::Rng>,
    under_way: Semaphore,
    locks: KeyedLocks,
    snapshots: Snapshots,
    desks: Desks,
    pace: Pace,
    /// Who waits for a bucket waits in a row, by its name.
    lanes: KeyedLocks,
}

impl ArmClient {
    /// A client that has done nothing yet: no connection, no token.
    #[must_use]
    pub fn new(
        mut config: Config,
        tokens: Arc<dyn TokenSource>,
        transport: Arc<dyn Transport>,
        ambient: Ambient,
    ) -> Self {
        // Looking without a pause would only heat the machine.
        config.poll_interval = config.poll_interval.max(Duration::from_millis(1));
        let under_way = Semaphore::new(config.max_concurrent_requests.clamp(1, Semaphore::MAX_PERMITS));
        Self(Arc::new(Inner {
            config,
            tokens: CachedToken::new(tokens),
            transport,
            now: ambient.now,
            rng: Mutex::new(ambient.rng),
            under_way,
            locks: KeyedLocks::default(),
            snapshots: Snapshots::default(),
            desks: Desks::default(),
            pace: Pace::default(),
            lanes: KeyedLocks::default(),
        }))
    }

    /// What the client was made with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub(super) fn locks(&self) -> &KeyedLocks {
        &self.0.locks
    }

    pub(super) fn snapshots(&self) -> &Snapshots {
        &self.0.snapshots
    }

    pub(super) fn desks(&self) -> &Desks {
        &self.0.desks
    }

    /// The time of day.
    pub(crate) fn now(&self) -> SystemTime {
        (self.0.now)()
    }

    /// Carries a request to a success, or says why there is none.
    pub(super) async fn send(&self, call: &Call, request: Request<Bytes>, repeat: Repeat) -> Result<Answer, ArmError> {
        let (answer, story) = self.deliver(call, request, repeat).await?;
        self.expect_success(answer, &story)
    }

    /// Reads a resource; `None` when ARM says that it, or what it is in, does not exist. A missing subscription is an error.
    pub(super) async fn look(&self, call: &Call, request: Request<Bytes>) -> Result<Option<Answer>, ArmError> {
        Ok(self.find(call, request).await?.ok())
    }

    /// Reads a resource; the inner error is ARM's word that it, or what it is in, does not exist. A missing subscription is an outer error.
    pub(super) async fn find(
        &self,
        call: &Call,
        request: Request<Bytes>,
    ) -> Result<Result<Answer, ArmError>, ArmError> {
        let (answer, story) = self.deliver(call, request, Repeat::Always).await?;
        match self.expect_success(answer, &story) {
            Ok(answer) if answer.json.as_ref().is_some_and(Value::is_object) => Ok(Ok(answer)),
            Ok(answer) => {
                let error = ArmError::of(&story, ErrorKind::Malformed, Effect::None, answer.describe());
                Err(error.with_answer(&answer))
            }
            Err(error) if error.is_missing_resource() => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }

    /// Follows the operation that `answer` to a request for `resource` began, if it did, to its end.
    ///
    /// Gives the last answer, when polls were needed.
    pub(super) async fn settle(
        &self,
        call: &Call,
        resource: &Uri,
        answer: &Answer,
    ) -> Result<Option<Answer>, ArmError> {
        let mut story = self.story(&request::poll(resource.clone()));
        let mut step = lro::begin(resource, answer, (self.0.now)());
        let mut last = None;
        let mut pause = self.0.config.poll_interval;
        loop {
            let failed = |kind, message: String| {
                let error = ArmError::of(&story, kind, Effect::Unknown, message);
                error.with_answer(last.as_ref().unwrap_or(answer))
            };
            let (follow, after) = match step {
                Step::Finished => return Ok(last),
                Step::Poll { follow, after } => (follow, after),
                Step::Failed { code, message, detail_codes } => {
                    return Err(failed(ErrorKind::OperationFailed, message).with_code(code, detail_codes));
                }
                Step::Malformed(message) => return Err(failed(ErrorKind::Malformed, message)),
            };
            self.pause(call, after.unwrap_or(pause), &story, Effect::Unknown, "the operation was running").await?;
            pause = (pause * 2).min(self.0.config.poll_interval * 10);
            let polled = self.deliver(call, request::poll(follow.uri.clone()), Repeat::Always).await;
            let (answer, poll_story) = polled.map_err(|error| error.after(Effect::Unknown))?;
            story = poll_story;
            // A link that is gone is for `Follow` to judge; a resource that is gone is an error.
            if !(answer.status.is_success() || answer.status == StatusCode::NOT_FOUND && follow.uri != *resource) {
                return Err(ArmError::refused(&story, &answer, (self.0.now)()).after(Effect::Unknown));
            }
            step = follow.next(resource, &answer, (self.0.now)());
            last = Some(answer);
        }
    }

    /// Waits, unless the wait would pass the deadline; then gives up at once. `effect` is of what is under way meanwhile.
    pub(super) async fn pause(
        &self,
        call: &Call,
        wait: Duration,
        story: &Story,
        effect: Effect,
        what: &str,
    ) -> Result<(), ArmError> {
        let stopped = |why| ArmError::stopped(story, why, effect, what);
        if wait >= call.remaining() && !call.cancel.is_cancelled() {
            return Err(stopped(Stopped::Deadline).with_gave_up(GaveUp::Deadline { wait }));
        }
        call.sleep(wait).await.map_err(stopped)
    }

    /// The wait before the next round of a read-modify-write, after so many rounds.
    pub(super) fn backoff(&self, policy: &Policy, made: u32, call: &Call, asked: Option<Duration>) -> Verdict {
        retry::wait(policy, made, call.remaining(), asked, &mut self.rng())
    }

    pub(super) fn story(&self, request: &Request<Bytes>) -> Story {
        Story::new(request.method(), request.uri(), self.0.config.correlation_id.as_deref())
    }

    /// Carries a request to an answer that is final, whatever its status. The numbered steps are those of the module.
    async fn deliver(&self, call: &Call, request: Request<Bytes>, repeat: Repeat) -> Result<(Answer, Story), ArmError> {
        let mut story = self.story(&request);
        let mut refused: Option<AccessToken> = None;
        loop {
            let token = self.sign(call, &story).await?; // 1.
            let result = self.attempt(call, &request, &token, &mut story, repeat).await?; // 2.
            if refused.is_none() && matches!(&result, Ok(answer) if answer.status == StatusCode::UNAUTHORIZED) {
                self.0.tokens.clear(&token);
                refused = Some(token);
                if self.sign(call, &story).await.ok() != refused {
                    continue;
                }
            }
            let outcome = Outcome::of(&result); // 3.
            let attempt = Attempt { made: story.attempts, repeat, remaining: call.remaining() };
            let verdict = retry::decide(&self.0.config.retry, attempt, outcome, (self.0.now)(), &mut self.rng());
            match (verdict, result) {
                (Verdict::Done, Ok(answer)) => return Ok((answer, story)),
                (Verdict::GiveUp(why), Ok(answer)) => return Err(self.no_success(&answer, &story).with_gave_up(why)),
                (Verdict::GiveUp(why), Err(error)) => return Err(broken(&story, &error).with_gave_up(why)),
                (Verdict::Done, Err(error)) => return Err(broken(&story, &error)),
                (Verdict::Wait(wait), _) => call // 4.
                    .sleep(wait)
                    .await
                    .map_err(|why| ArmError::stopped(&story, why, Effect::None, "waiting to try again"))?,
            }
        }
    }

    async fn sign(&self, call: &Call, story: &Story) -> Result<AccessToken, ArmError> {
        match call.bound(self.0.tokens.token()).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(ArmError::of(story, ErrorKind::Unauthorized, Effect::None, error.to_string())),
            Err(why) => Err(ArmError::stopped(story, why, Effect::None, "an access token was awaited")),
        }
    }

    /// Sends once. The outer error means that the call is over.
    async fn attempt(
        &self,
        call: &Call,
        request: &Request<Bytes>,
        token: &AccessToken,
        story: &mut Story,
        repeat: Repeat,
    ) -> Result<Result<Answer, TransportError>, ArmError> {
        let bucket = Bucket::of(request.method(), request.uri());
        let (_permit, sent) = self.turn(call, &bucket, story).await?;
        if matches!(repeat, Repeat::NotAfter(moment) if Instant::now() > moment) {
            let message = "what was read before it was too old when the request could be sent";
            return Err(ArmError::of(story, ErrorKind::Outdated, Effect::None, message));
        }
        let id = self.request_id();
        let signed = self.signed(request, token, &id, story)?;
        story.attempts += 1;
        story.request_id = Some(id);
        let limit = self.0.config.request_timeout;
        let answer = call.bound(tokio::time::timeout(limit, self.0.transport.send(signed))).await;
        let result = answer
            .map_err(|why| ArmError::stopped(story, why, story.effect_once_sent(), "an answer was awaited"))?
            .unwrap_or_else(|_| {
                let reason = format!("no answer within {:.0} s", limit.as_secs_f64());
                Err(TransportError::MaybeSent { reason })
            })
            .map(|answer| Answer::to_one_with(&token.secrets(), answer));
        self.note(&bucket, sent, &result);
        trace(story, request.uri().path(), &result, sent.at.elapsed());
        Ok(result)
    }

    /// Waits until Azure's quota has room, then until fewer than the allowed number of requests are under way. Who waits for the same quota
    /// waits in a row, so that what comes back of it is not fought for.
    async fn turn(&self, call: &Call, bucket: &Bucket, story: &Story) -> Result<(SemaphorePermit<'_>, Sent), ArmError> {
        let queued = |why| ArmError::stopped(story, why, Effect::None, "waiting for other requests");
        let _lane = call.bound(self.0.lanes.hold(&bucket.name())).await.map_err(queued)?;
        loop {
            let wait = self.0.pace.wait(bucket, Instant::now());
            if wait.is_zero() {
                break;
            }
            let what = "Azure's quota of requests for this subscription was used up";
            self.pause(call, wait, story, Effect::None, what).await?;
        }
        let permit = call.bound(self.0.under_way.acquire()).await.map_err(queued)?;
        let permit = permit.expect("invariant: the semaphore is never closed");
        Ok((permit, self.0.pace.sent(bucket, Instant::now())))
    }

    /// Remembers what an answer says of Azure's quota.
    fn note(&self, bucket: &Bucket, sent: Sent, result: &Result<Answer, TransportError>) {
        let answer = result.as_ref().ok();
        match answer.filter(|answer| answer.is_out_of_quota()) {
            Some(answer) => {
                let wait = retry::retry_after(&answer.headers, (self.0.now)()).unwrap_or_default();
                self.0.pace.refused(bucket, wait, Instant::now());
            }
            None => self.0.pace.answered(bucket, sent, answer.map(|answer| &answer.headers), Instant::now()),
        }
    }

    fn signed(
        &self,
        request: &Request<Bytes>,
        token: &AccessToken,
        id: &str,
        story: &Story,
    ) -> Result<Request<Bytes>, ArmError> {
        let mut signed = request.clone();
        let headers = signed.headers_mut();
        headers.insert(AUTHORIZATION, bearers(std::slice::from_ref(token.secret()), story)?);
        if !token.auxiliary().is_empty() {
            headers.insert(HeaderName::from_static("x-ms-authorization-auxiliary"), bearers(token.auxiliary(), story)?);
        }
        headers.insert(USER_AGENT, header_value(&self.0.config.user_agent));
        headers.insert(HeaderName::from_static("x-ms-client-request-id"), header_value(id));
        if let Some(id) = &self.0.config.correlation_id {
            headers.insert(HeaderName::from_static("x-ms-correlation-request-id"), header_value(id));
        }
        Ok(signed)
    }

    fn expect_success(&self, answer: Answer, story: &Story) -> Result<Answer, ArmError> {
        let readable = answer.readable == Readable::Yes;
        if answer.status.is_success() && readable { Ok(answer) } else { Err(self.no_success(&answer, story)) }
    }

    fn no_success(&self, answer: &Answer, story: &Story) -> ArmError {
        if answer.status.is_success() {
            let error = ArmError::of(story, ErrorKind::Malformed, story.effect_once_sent(), answer.describe());
            return error.with_answer(answer);
        }
        ArmError::refused(story, answer, (self.0.now)())
    }

    fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.rng().u128(..).to_le_bytes()).into_uuid().to_string()
    }

    fn rng(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.0.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ArmClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmClient")
            .field("config", &self.0.config)
            .field("tokens", &self.0.tokens)
            .finish_non_exhaustive()
    }
}

fn broken(story: &Story, error: &TransportError) -> ArmError {
    let effect = match error {
        TransportError::NotSent { .. } | TransportError::Unusable { .. } => Effect::None,
        TransportError::MaybeSent { .. } => story.effect_once_sent(),
    };
    ArmError::of(story, ErrorKind::Transport, effect, error.to_string())
}

/// The tokens as the value of a header that nobody logs.
fn bearers(tokens: &[Secret], story: &Story) -> Result<HeaderValue, ArmError> {
    let all: Vec<String> = tokens.iter().map(|token| format!("Bearer {}", token.expose())).collect();
    let Ok(mut value) = HeaderValue::from_str(&all.join(", ")) else {
        let message = "the access token holds characters that no header can carry";
        return Err(ArmError::of(story, ErrorKind::Unauthorized, Effect::None, message));
    };
    value.set_sensitive(true);
    Ok(value)
}

/// A text as a header: what no header can carry is left out.
pub(super) fn header_value(text: &str) -> HeaderValue {
    let visible: String = text.chars().filter(|c| matches!(c, ' '..='~')).collect();
    HeaderValue::from_str(&visible).expect("invariant: visible ASCII is a header value")
}

fn trace(story: &Story, path: &str, result: &Result<Answer, TransportError>, took: Duration) {
    let (status, failure) = match result {
        Ok(answer) => (answer.status.as_u16(), String::new()),
        Err(error) => (0, error.to_string()),
    };
    let request_id =
        result.as_ref().ok().and_then(|answer| answer.header("x-ms-request-id")).or(story.request_id.as_deref());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (method, attempt) = (story.method.as_str(), story.attempts);
    tracing::debug!(target: "acrnet::azure", method, path, status, ms, attempt, request_id, failure, "request");
}

#[cfg(test)]
mod tests;
