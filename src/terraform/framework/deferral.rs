//! Answers that wait for a later run: what a host that allows it is told instead of a plan that would be worth less.
//!
//! Decided here for all types, and for the whole of an answer: the value that goes with it is the best that can be said today, because other objects
//! of the run are planned with it. What waits, when and why: `docs/design/deferral.md`.

use super::PlanResponse;
use crate::terraform::conform::reach;
use crate::terraform::value::{Path, Value};

/// Why an answer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// What decides about the object is not known.
    ResourceConfigUnknown,
    /// The provider's own configuration is not known.
    ProviderConfigUnknown,
}

/// The releases of OpenTofu that claim to allow deferral and do not: 1.11.0 and 1.11.1 made an error of a deferred answer, the two after them
/// took it for a whole one. Source: opentofu/opentofu, pull requests 2643, 3592 and 3676.
const CLAIM_IT_WRONGLY: [&str; 4] = ["1.11.0", "1.11.1", "1.11.2", "1.11.3"];

/// Whether a host of that version means it when it allows deferral.
///
/// OpenTofu and Terraform tell their versions in the same place, and nothing else tells them apart. Of Terraform's versions of these numbers the
/// alphas (`1.11.0-alpha20241211`) are certain not to be OpenTofu's; all others are planned for as if they could not wait, which every host takes.
pub(super) fn is_meant(terraform_version: &str) -> bool {
    let (release, prerelease) = terraform_version.split_once('-').unwrap_or((terraform_version, ""));
    let alpha_of_terraform = prerelease.strip_prefix("alpha").is_some_and(is_date);
    alpha_of_terraform || !CLAIM_IT_WRONGLY.contains(&release)
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a plan would replace the object only because of values that are not known at all, and which may turn out to be what they were.
pub(super) fn replaces_blindly(plan: &PlanResponse) -> bool {
    let unknown = |path: &Path| reach(&plan.planned, path).is_some_and(Value::is_unknown);
    !plan.replace.is_empty() && plan.replace.iter().all(unknown)
}

#[cfg(test)]
mod tests;
