//! The bounds of one call: until when, unless cancelled.
//!
//! Comes from whoever asks (an operation with its timeout) and goes through every wait of the client, so that there is one clock and one way to
//! stop. It knows nothing of what is being waited for.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What stands for a span that no clock can count.
const FOREVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// Until when a call may last, and what cancels it.
#[derive(Debug, Clone)]
pub struct Call {
    /// Everything, waits and polling included, ends by then.
    pub deadline: Instant,
    /// Cancelling it ends the call at once.
    pub cancel: CancellationToken,
}

impl Call {
    /// A call that may last so long from now, and that nobody cancels.
    #[must_use]
    pub fn within(span: Duration) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(span).unwrap_or(now + FOREVER);
        Self { deadline, cancel: CancellationToken::new() }
    }

    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The outcome of `work`, unless the call is over before.
    pub(crate) async fn bound<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stopped::Cancelled),
            () = tokio::time::sleep_until(self.deadline) => Err(Stopped::Deadline),
            outcome = work => Ok(outcome),
        }
    }

    pub(crate) async fn sleep(&self, span: Duration) -> Result<(), Stopped> {
        self.bound(tokio::time::sleep(span)).await
    }
}

/// Why a call ended before its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    Deadline,
    Cancelled,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_span_beyond_the_clock_is_no_reason_to_panic() {
        assert!(Call::within(Duration::MAX).remaining() >= FOREVER);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_ready_when_the_call_is_over_does_not_count() {
        let call = Call::within(Duration::ZERO);
        assert_eq!(call.bound(std::future::ready(1)).await, Err(Stopped::Deadline));
        call.cancel.cancel();
        assert_eq!(call.bound(std::future::ready(1)).await, Err(Stopped::Cancelled));
    }
}
