//! What surrounds one call of a resource: how long it may take, what it remembers, what it says.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Private;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::{Type, Value, to_value};

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
        Self { deadline: Instant::now() + timeout, stop, private, diagnostics: Diagnostics::new(), reached }
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
