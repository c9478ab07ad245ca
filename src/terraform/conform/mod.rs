//! Terraform core's own rules about schemas, plans and results, as a checker.
//!
//! In come a schema and the values of one exchange with core; out come [`Breach`]es, each a place and
//! a reason close enough to core's wording to be recognised in a bug report. A breach is always the
//! provider's fault: core would answer "Provider produced invalid plan" or "Provider produced
//! inconsistent result after apply". Debug builds and tests run these checks on every answer, so that
//! the fault is found here and not by a user.
//!
//! [`proposed_new_state`] is the other half: what core works out before it asks for a plan.
//!
//! Everything is pure. This module knows neither protobuf nor the framework that it judges; it uses
//! values and schemas only. The rules are those of Terraform 1.14, read from `internal/plans/objchange`
//! and `internal/configs/configschema` of its source, re-expressed.

mod action;
#[cfg(test)]
pub mod arbitrary;
mod compatible;
mod correlate;
mod deferral;
mod dynamic;
mod identity;
mod plan;
mod proposed;
mod result;
mod schema;
#[cfg(test)]
mod tests;
mod view;

use std::fmt;

use super::value::Path;

pub(crate) use action::reach;
pub use action::{Action, action, requires_replace_filter};
pub use compatible::assert_object_compatible;
pub use deferral::assert_deferral_allowed;
pub(crate) use dynamic::{close, open};
pub use identity::{
    assert_identified, assert_identity_kept, assert_identity_schema_valid, assert_identity_valid,
    assert_planned_identity_valid,
};
pub use plan::assert_plan_valid;
pub use proposed::proposed_new_state;
pub use result::{assert_conforms_to_type, assert_wholly_known_result, assert_write_only_null};
pub use schema::{assert_action_schema_valid, assert_provider_schema_valid, assert_schema_valid};

/// One rule of core's that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Where. Elements of sets have no address: the path stops at the set.
    pub path: Path,
    /// What is wrong there. Values of sensitive and write-only attributes are not quoted.
    pub reason: String,
}

impl Breach {
    fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.clone(), reason: reason.into() }
    }
}

/// As core reports it: `rules[0].name: was "a", but now "b"`.
impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}
