//! When to try again: one pure function from what happened to what to do.
//!
//! The client asks after every attempt; time, randomness and the remaining time are arguments. What a request means is not known here, only
//! whether it may be repeated.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use time::PrimitiveDateTime;
use time::macros::format_description;
use tokio::time::Instant;

use crate::azure::answer::{Answer, Readable};
use crate::azure::transport::TransportError;

/// How often, and how long between.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How many times a request is sent again after the first.
    pub max_retries: u32,
    /// The longest first wait, where the service names none; it doubles with every attempt.
    pub first_wait: Duration,
    /// The longest wait of our own choosing. A wait that the service asks for may be longer.
    pub longest_wait: Duration,
}

impl Default for Policy {
    /// 8 times, after a second at first and half a minute at most.
    fn default() -> Self {
        Self { max_retries: 8, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) }
    }
}

/// What may be sent again without anyone looking first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Anything: the request changes nothing, or the same thing each time.
    Always,
    /// Nothing, not even what was refused for being too much: the request was made from a reading that is to be renewed first.
    Never,
    /// Nothing; and it is not even sent once after this moment, as the reading it was made from is too old by then.
    NotAfter(Instant),
}

/// Where a request stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// How many times it was sent, the last included.
    pub(super) made: u32,
    pub(super) repeat: Repeat,
    /// How much of the call's time is left.
    pub(super) remaining: Duration,
}

/// What the last attempt brought.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'a> {
    /// A whole answer.
    Answer { status: StatusCode, headers: &'a HeaderMap },
    /// A success whose body ends in the middle of its JSON.
    CutOff,
    /// No answer, or not all of it.
    Failed,
    /// No answer, and there will be none by the same way.
    Hopeless,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The outcome is final, for better or worse.
    Done,
    /// Send it again after this time.
    Wait(Duration),
    /// It might pass, but is not to be tried again.
    GiveUp(GaveUp),
}

/// Why a failure that usually passes was not waited out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GaveUp {
    /// All retries were used.
    #[error("all {0} retries were used")]
    Retries(u32),
    /// The time would be over before the next attempt.
    #[error("the wait of {:.1} s would pass the end of the time allowed", wait.as_secs_f64())]
    Deadline {
        /// How long the wait would have been.
        wait: Duration,
    },
    /// Sending it again blindly could do it twice, or undo what others did since.
    #[error("it must be read again first")]
    NotRepeatable,
}

impl<'a> Outcome<'a> {
    pub(super) fn of(result: &'a Result<Answer, TransportError>) -> Self {
        match result {
            Ok(answer) if answer.status.is_success() && answer.readable == Readable::CutOff => Self::CutOff,
            Ok(answer) => Self::Answer { status: answer.status, headers: &answer.headers },
            Err(TransportError::Unusable { .. }) => Self::Hopeless,
            Err(TransportError::NotSent { .. } | TransportError::MaybeSent { .. }) => Self::Failed,
        }
    }
}

pub(super) fn decide(
    policy: &Policy,
    attempt: Attempt,
    outcome: Outcome<'_>,
    now: SystemTime,
    rng: &mut fastrand::Rng,
) -> Verdict {
    let passes = match outcome {
        Outcome::Answer { status, .. } => matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504),
        Outcome::CutOff | Outcome::Failed => true,
        Outcome::Hopeless => false,
    };
    match (passes, attempt.repeat) {
        (false, _) => return Verdict::Done,
        (true, Repeat::Never | Repeat::NotAfter(_)) => return Verdict::GiveUp(GaveUp::NotRepeatable),
        (true, Repeat::Always) => {}
    }
    let asked = match outcome {
        Outcome::Answer { headers, .. } => retry_after(headers, now),
        Outcome::CutOff | Outcome::Failed | Outcome::Hopeless => None,
    };
    wait(policy, attempt.made, attempt.remaining, asked, rng)
}

/// The wait after so many attempts: as long as the service asked, otherwise exponential with full jitter; or why there is none.
pub(super) fn wait(
    policy: &Policy,
    made: u32,
    remaining: Duration,
    asked: Option<Duration>,
    rng: &mut fastrand::Rng,
) -> Verdict {
    if made > policy.max_retries {
        return Verdict::GiveUp(GaveUp::Retries(policy.max_retries));
    }
    let wait = asked.unwrap_or_else(|| {
        let doubled = policy.first_wait.saturating_mul(1 << made.saturating_sub(1).min(20));
        doubled.min(policy.longest_wait).mul_f64(rng.f64())
    });
    if wait >= remaining { Verdict::GiveUp(GaveUp::Deadline { wait }) } else { Verdict::Wait(wait) }
}

/// How long the service asks to wait: `retry-after-ms`, `x-ms-retry-after-ms` (Azure's own), `Retry-After` in seconds or as a date
/// (RFC 9110 §10.2.3). A date is measured from the answer's own `Date`, so that our clock does not matter; without one, from `now`.
///
/// No wait at all (`0`, or a date that is past) counts as none named, or a busy service would be asked without pause.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    wait_named(headers, now).filter(|wait| !wait.is_zero())
}

fn wait_named(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let Some(milliseconds) = text(name).and_then(|value| value.parse().ok()) {
            return Some(Duration::from_millis(milliseconds));
        }
    }
    let value = text(header::RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?;
    let from = text(header::DATE.as_str()).and_then(http_date).unwrap_or(now);
    Some(until.duration_since(from).unwrap_or_default())
}

/// The preferred form of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<SystemTime> {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    PrimitiveDateTime::parse(text, form).ok().map(|date| date.assume_utc().into())
}

#[cfg(test)]
mod tests;
