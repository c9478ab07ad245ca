//! When an answer may wait for a later run.

use super::Breach;
use crate::terraform::value::Path;

/// Checks that an answer waits only where core allowed it: a breach if it does not. Core asks this of everything that can be deferred, where the
/// answer has no error.
#[must_use]
pub fn assert_deferral_allowed(allowed: bool, deferred: bool) -> Option<Breach> {
    let reason = "provider deferred changes when Terraform did not allow deferrals";
    (deferred && !allowed).then(|| Breach::new(&Path::root(), reason))
}
