//! What surrounds one call of a resource: how long it may take, what it remembers, what it says.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Private;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::{Type, Value, to_value};

/// What stands for a timeout that no clock can count: thirty years.
const FOREVER: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// The surroundings of one call.
#[derive(Debug)]
pub struct Context {
    /// When the call must have ended: its start plus the timeout of the operation.
    pub deadline: Instant,
    /// Cancelled when the user interrupts Terraform.
    pub stop: CancellationToken,
    /// What the resource remembers. What is in it at the end of the call is stored.
    pub private: Private,
    /// What the call has to say besides its result.
    pub diagnostics: Diagnostics,
    reached: Reached,
}

/// The last state that a call is known to have reached: survives a panic of the call.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    ty: Option<Type>,
    last: Arc<Mutex<Option<(Value, Private)>>>,
}

impl Context {
    pub(super) fn new(timeout: Duration, stop: CancellationToken, private: Private, reached: Reached) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(timeout).unwrap_or(now + FOREVER);
        Self { deadline, stop, private, diagnostics: Diagnostics::new(), reached }
    }

    /// Says something that does not stop the run.
    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What was noted last, once.
    pub(super) fn take_reached(&self) -> Option<Value> {
        self.reached.take().map(|(state, _)| state)
    }

    /// Notes during an apply what is certainly there now. Should the call panic afterwards, this is what is stored.
    pub fn note_reached<M: Serialize>(&self, model: &M) {
        let value = self.reached.ty.as_ref().and_then(|ty| to_value(model, ty).ok());
        if let Some(value) = value {
            *self.reached.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((value, self.private.clone()));
        }
    }
}

impl Reached {
    /// For models of this type.
    pub(super) fn of(ty: Type) -> Self {
        Self { ty: Some(ty), last: Arc::default() }
    }

    pub(super) fn take(&self) -> Option<(Value, Private)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::framework::timeouts;

    /// `timeouts { create = "400000000000y" }` is a duration, and a clock that counted on panicked.
    #[tokio::test(start_paused = true)]
    async fn a_timeout_beyond_the_clock_is_no_reason_to_panic() {
        let timeout = timeouts::parse("400000000000y").expect("a duration");
        let context = Context::new(timeout, CancellationToken::new(), Private::default(), Reached::default());
        assert_eq!(context.deadline, Instant::now() + FOREVER);
    }
}
