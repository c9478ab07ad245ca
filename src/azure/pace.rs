//! Pacing: slower before Azure refuses, and as little as possible.
//!
//! Resource Manager gives each principal a bucket of requests per subscription and kind, and says with every answer what is left in it
//! (`x-ms-ratelimit-remaining-subscription-reads` and the like; "Understand how Azure Resource Manager throttles requests"). The client tells
//! what it sends and what answers say, and asks how long to wait before the next request. Time is an argument; nothing here waits or sends.
//!
//! What an answer says is old when it arrives: others were under way at the same time, and the bucket has filled since. So a [`Gauge`] keeps a
//! count of its own, and each answer only bounds it, from below by what must be left if all others came before it was counted, from above by
//! what can have come back since it was asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use tokio::time::Instant;

/// What is kept back, for the requests of others and the inaccuracy of the count.
const KEPT_BACK: f64 = 2.0;
/// What must be left to send one more.
const NEEDED: f64 = 1.0 + KEPT_BACK;
/// The slowest refill that refusals can make us believe in, per second.
const SLOWEST: f64 = 1.0;

/// Which bucket a request draws from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bucket {
    /// The subscription in lower case; empty for what is in none.
    subscription: String,
    kind: Kind,
}

/// ARM counts reads, writes and deletes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Reads,
    Writes,
    Deletes,
}

/// A request that is on its way, for [`Pace::answered`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) at: Instant,
    /// How many had been answered before it left.
    answered: u64,
}

/// What is known of all buckets.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<Bucket, Gauge>>);

impl Bucket {
    pub(super) fn of(method: &Method, uri: &Uri) -> Self {
        let mut segments = uri.path().split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("subscriptions"));
        let subscription = segments.nth(1).unwrap_or_default().to_ascii_lowercase();
        Self { subscription, kind: Kind::of(method) }
    }

    /// One text per bucket.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.subscription, self.kind.name())
    }

    /// The least that the headers of an answer say is left; there is one per subscription, one for all of them, one per tenant.
    fn left(&self, headers: &HeaderMap) -> Option<f64> {
        let ours = headers.iter().filter(|(name, _)| {
            let name = name.as_str();
            name.strip_prefix("x-ms-ratelimit-remaining-").is_some_and(|rest| rest.ends_with(self.kind.name()))
        });
        let numbers = ours.filter_map(|(_, value)| value.to_str().ok()?.trim().parse::<u32>().ok());
        numbers.min().map(f64::from)
    }
}

impl Pace {
    /// How long to wait before the next request; zero is at once.
    pub(super) fn wait(&self, bucket: &Bucket, now: Instant) -> Duration {
        self.gauge(bucket, now, |gauge| gauge.wait(now))
    }

    /// A request leaves.
    pub(super) fn sent(&self, bucket: &Bucket, now: Instant) -> Sent {
        self.gauge(bucket, now, |gauge| gauge.sent(now))
    }

    /// It was answered with these headers; with none when its answer was lost.
    pub(super) fn answered(&self, bucket: &Bucket, sent: Sent, headers: Option<&HeaderMap>, now: Instant) {
        let left = headers.and_then(|headers| bucket.left(headers));
        self.gauge(bucket, now, |gauge| gauge.answered(sent, left, now));
    }

    /// It was refused because the bucket was empty, and the next may come after this time.
    pub(super) fn refused(&self, bucket: &Bucket, wait: Duration, now: Instant) {
        self.gauge(bucket, now, |gauge| gauge.refused(wait, now));
    }

    fn gauge<T>(&self, bucket: &Bucket, now: Instant, work: impl FnOnce(&mut Gauge) -> T) -> T {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gauge) = gauges.get_mut(bucket) {
            return work(gauge);
        }
        work(gauges.entry(bucket.clone()).or_insert_with(|| Gauge::new(bucket.kind, now)))
    }
}

impl Kind {
    fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// As in the names of the headers.
    fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
        }
    }

    /// What comes back each second, as the page on throttling has it.
    fn refill(self) -> f64 {
        match self {
            Self::Reads => 25.0,
            Self::Writes | Self::Deletes => 10.0,
        }
    }
}

/// The count of one bucket.
#[derive(Debug)]
struct Gauge {
    /// What should be left; `None` until an answer has said something.
    left: Option<f64>,
    /// Of when `left` is.
    at: Instant,
    /// The most that was ever seen: it does not fill beyond.
    most: f64,
    refill: f64,
    nominal: f64,
    closed_until: Instant,
    sent: u64,
    answered: u64,
}

impl Gauge {
    fn new(kind: Kind, now: Instant) -> Self {
        let nominal = kind.refill();
        Self { left: None, at: now, most: NEEDED, refill: nominal, nominal, closed_until: now, sent: 0, answered: 0 }
    }

    fn wait(&mut self, now: Instant) -> Duration {
        if now < self.closed_until {
            return self.closed_until - now;
        }
        self.fill(now);
        match self.left {
            // A millisecond at least: no clock here is finer, and no rounding shall make it none.
            Some(left) if left < NEEDED => {
                Duration::from_secs_f64((NEEDED - left) / self.refill).max(Duration::from_millis(1))
            }
            _ => Duration::ZERO,
        }
    }

    fn sent(&mut self, now: Instant) -> Sent {
        self.fill(now);
        self.left = self.left.map(|left| left - 1.0);
        self.sent += 1;
        Sent { at: now, answered: self.answered }
    }

    fn answered(&mut self, sent: Sent, told: Option<f64>, now: Instant) {
        // All that were under way at some time together with this one: each may have been counted before or after it.
        let others = self.sent.saturating_sub(sent.answered + 1);
        self.answered += 1;
        let (Some(told), true) = (told, now >= self.closed_until) else { return };
        self.refill = (self.refill * 1.01).min(self.nominal);
        self.most = self.most.max(told + 1.0);
        self.fill(now);
        let passed = now.saturating_duration_since(sent.at).as_secs_f64();
        let least = told - f64::from(u32::try_from(others).unwrap_or(u32::MAX));
        let most = told + 1.0 + passed * self.refill;
        self.left = Some(self.left.map_or(least, |left| left.clamp(least, most)));
    }

    /// After the time that Azure names there is room again, but it fills more slowly than was thought.
    fn refused(&mut self, wait: Duration, now: Instant) {
        self.answered += 1;
        let until = now.checked_add(wait).unwrap_or(now);
        if now >= self.closed_until {
            self.refill = (self.refill * 0.7).max(SLOWEST);
        }
        self.closed_until = self.closed_until.max(until);
        self.left = Some(NEEDED);
        self.at = self.closed_until;
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        if passed > 0.0 {
            self.left = self.left.map(|left| (left + passed * self.refill).min(self.most));
            self.at = now;
        }
    }
}

#[cfg(test)]
mod tests;
