//! The bounds of one call: until when, unless cancelled.
//!
//! Comes from whoever asks (an operation with its timeout) and goes through every wait of the client, so that there is one clock and one way to
//! stop. It knows nothing of what is being waited for.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

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
        Self { deadline: Instant::now() + span, cancel: CancellationToken::new() }
    }

    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The outcome of `work`, unless the call is over before.
    pub(super) async fn bound<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stopped::Cancelled),
            () = tokio::time::sleep_until(self.deadline) => Err(Stopped::Deadline),
            outcome = work => Ok(outcome),
        }
    }

    pub(super) async fn sleep(&self, span: Duration) -> Result<(), Stopped> {
        self.bound(tokio::time::sleep(span)).await
    }
}

/// Why a call ended before its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    Deadline,
    Cancelled,
}
