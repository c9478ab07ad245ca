//! The same change again and again, for what must not stay as it is: a door that was opened for a while.

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit};
use crate::azure::retry::{Policy, Verdict};
use crate::azure::write::{self, Updated, WriteFailed};

/// How often a sign-in that Azure refuses is tried: a token may be renewed meanwhile, but one that was given stays what it is.
const SIGN_INS: u32 = 5;

impl ArmClient {
    /// As [`ArmClient::update_registry`], and begins anew after each failure that may pass, for as long as the call lasts: with growing pauses,
    /// however few retries a single change has.
    ///
    /// # Errors
    ///
    /// The last one, when the call's time is over or the failure is one that no waiting cures; its effect covers all attempts.
    pub async fn insist_on_registry(
        &self,
        id: &RegistryId,
        call: &Call,
        edit: RegistryEdit,
    ) -> Result<Updated<Registry>, WriteFailed<Registry>> {
        let policy = Policy { max_retries: u32::MAX, ..self.config().retry.clone() };
        let mut made = 0;
        let mut effect = Effect::None;
        loop {
            let mut failed = match self.update_registry(id, call, edit.clone()).await {
                Ok(updated) => return Ok(updated),
                Err(failed) => failed,
            };
            failed.error = failed.error.after(effect);
            effect = failed.error.effect;
            made += 1;
            let wait = match self.backoff(&policy, made, call, failed.error.retry_after) {
                Verdict::Wait(wait) if may_pass(&failed.error, made) => wait,
                _ => return Err(failed),
            };
            tracing::warn!(target: "acrnet::azure", registry = id.as_str(), error = %failed.error, round = made, "beginning anew");
            if call.sleep(wait).await.is_err() {
                return Err(failed);
            }
        }
    }
}

/// Whether another beginning may end better: also after what a single change does not wait out, such as a sign-in that failed.
fn may_pass(error: &ArmError, made: u32) -> bool {
    let of_another_time = [
        ErrorKind::Malformed,
        ErrorKind::OperationFailed,
        ErrorKind::NotStored,
        ErrorKind::Undone,
        ErrorKind::Outdated,
    ];
    let signs_in = error.kind == ErrorKind::Unauthorized && made < SIGN_INS;
    write::passing(error).is_some() || signs_in || of_another_time.contains(&error.kind)
}
