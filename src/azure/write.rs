//! Read, change, write, and again when others were in between: how one document is changed, and what a change comes to.
//!
//! Registries are written by their [coordinator](crate::azure::coordinator), which shares the outcomes and the judgement of failures with this loop.
//!
//! A document knows how it is read and written; the loop knows when a failed write is worth another reading. A write whose answer was lost is
//! never sent again blindly: the next reading tells whether it took effect.

use std::time::Duration;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::retry::{Policy, Verdict};

/// How long a last look may take after a failure, whatever became of the call.
pub(super) const LAST_LOOK: Duration = Duration::from_secs(10);

/// A change that holds.
#[derive(Debug, Clone)]
pub struct Updated<T> {
    /// What was there at the first reading.
    pub before: T,
    /// What is there now.
    pub after: T,
    /// Whether anything was written; `false` when everything was already as wanted.
    pub wrote: bool,
}

/// A change that failed, and what is known to be there.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct WriteFailed<T: std::fmt::Debug> {
    /// The last failure; its effect covers all attempts.
    #[source]
    pub error: ArmError,
    /// What was there at the first reading, if it came to that.
    pub before: Option<T>,
    /// What was there at the last reading: after the last write that may have had an effect. `None` when nothing could be read.
    pub seen: Option<T>,
}

impl<T: std::fmt::Debug> WriteFailed<T> {
    /// A change that did not come to its first reading.
    pub(super) fn before_reading(error: ArmError) -> Self {
        Self { error, before: None, seen: None }
    }
}

/// Something that is read, changed and written as a whole.
pub(super) trait Document: Sync {
    type View: Clone + std::fmt::Debug + Send + Sync;

    fn read(&self, call: &Call) -> impl Future<Output = Result<Option<Self::View>, ArmError>> + Send;

    /// Writes what shall follow from `current`, and proves it; `None` when nothing has to change.
    fn write(
        &self,
        call: &Call,
        current: &Self::View,
    ) -> impl Future<Output = Result<Option<Self::View>, ArmError>> + Send;

    /// The error for a document that does not exist.
    fn missing(&self) -> ArmError;
}

pub(super) async fn update<D: Document>(
    client: &ArmClient,
    call: &Call,
    document: &D,
) -> Result<Updated<D::View>, WriteFailed<D::View>> {
    let mut before = None;
    let mut current = None;
    let mut effect = Effect::None;
    let (mut made, mut troubles) = (0, 0);
    let error = loop {
        let read = match document.read(call).await {
            Ok(Some(read)) => read,
            Ok(None) => break document.missing(),
            Err(error) => break error,
        };
        let first = before.get_or_insert_with(|| read.clone());
        let error = match document.write(call, &read).await {
            Ok(Some(after)) => return Ok(Updated { before: first.clone(), after, wrote: true }),
            Ok(None) => {
                // After a lost answer this is the proof that the write had landed.
                return Ok(Updated { before: first.clone(), after: read, wrote: effect == Effect::Unknown });
            }
            Err(error) => error,
        };
        current = Some(read);
        made += 1;
        effect = effect.max(error.effect);
        let Some(passing) = passing(&error) else { break error };
        let policy = patience(&client.config().retry, passing);
        troubles += u32::from(passing == Passing::Trouble);
        // Rounds that others took do not count against those of trouble.
        let rounds = if passing == Passing::Trouble { troubles } else { made };
        match client.backoff(&policy, rounds, call, error.retry_after) {
            Verdict::Wait(wait) => match call.sleep(wait).await {
                Ok(()) => tracing::debug!(target: "acrnet::azure", %error, round = made, "reading again"),
                Err(why) => break error.interrupted(why),
            },
            Verdict::GiveUp(why) => break error.with_gave_up(why),
            Verdict::Done => break error,
        }
    };
    let error = error.after(effect);
    let seen = match error.effect {
        Effect::None => current,
        Effect::Unknown => document.read(&Call::within(LAST_LOOK)).await.ok().flatten(),
    };
    Err(WriteFailed { error, before, seen })
}

/// Codes of operations that others have under way (Microsoft.Network; seen with 409, 429 and as the result of an operation).
const CONTENTION: &[&str] = &[
    "AnotherOperationInProgress",
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
    "ReferencedResourceNotProvisioned",
];

/// Codes of a 409 that no waiting cures.
pub(super) const NOT_REGISTERED: &[&str] = &[
    "MissingSubscriptionRegistration",
    "MissingRegistrationForResourceProvider",
    "SubscriptionNotRegistered",
    "Subscription Not Registered",
];

/// Contention with other writers is sat out until the deadline, trouble for the number of retries.
fn patience(policy: &Policy, passing: Passing) -> Policy {
    let max_retries = if passing == Passing::Contention { u32::MAX } else { policy.max_retries };
    Policy { max_retries, ..policy.clone() }
}

/// Why a failed write may succeed after another reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// Others are writing the same.
    Contention,
    /// The service, or the way to it, is in trouble.
    Trouble,
}

/// Whether a failed write is worth another reading; `None` when it cannot help.
pub(super) fn passing(error: &ArmError) -> Option<Passing> {
    let contended =
        error.has_code(CONTENTION) || matches!(error.kind, ErrorKind::PreconditionFailed | ErrorKind::Throttled);
    if contended {
        return Some(Passing::Contention);
    }
    let passes = match error.kind {
        ErrorKind::Transport | ErrorKind::Server => true,
        ErrorKind::Conflict => !error.has_code(NOT_REGISTERED),
        // How Microsoft.Network refuses some of several writes at the same time (Azure/azure-rest-api-specs#14202). Addresses are never ours.
        ErrorKind::BadRequest => error.has_code(&["NetcfgInvalidSubnet"]),
        // The answer was unreadable, not the request.
        ErrorKind::Malformed => error.effect == Effect::Unknown,
        _ => false,
    };
    passes.then_some(Passing::Trouble)
}
