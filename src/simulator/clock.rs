//! The time a simulator lives in: the machine's, or one a test moves by hand.
//!
//! Token expiry, throttling, operations and timestamps ask here and nowhere else.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// Tells the time; never goes back.
pub trait Clock: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The machine's clock, made steady: wall time at its creation plus what has passed since.
#[derive(Debug)]
pub struct SystemClock {
    started: OffsetDateTime,
    since: Instant,
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl SystemClock {
    /// Starts from the machine's present time.
    #[must_use]
    pub fn new() -> Self {
        Self { started: OffsetDateTime::now_utc(), since: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        self.started + self.since.elapsed()
    }
}

impl ManualClock {
    /// Stands at `start`.
    #[must_use]
    pub fn new(start: OffsetDateTime) -> Self {
        Self(Mutex::new(start))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `2022-06-20T16:09:38.0316878`: seven digits, as the recordings show; the caller adds the zone.
pub(super) fn timestamp(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]");
    at.format(FORMAT).expect("invariant: a UTC time between the years 0 and 9999 has every component")
}

/// An HTTP date (RFC 9110 §5.6.7).
pub(super) fn http_date(at: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.format(FORMAT).expect("invariant: a UTC time between the years 0 and 9999 has every component")
}
