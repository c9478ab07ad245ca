//! The ephemeral resource types: what is there for the length of a run, and in no state.
//!
//! From the framework comes a known configuration; what is opened goes through [`resources`](crate::resources), which know of it: what a run
//! opens for itself is no drift to them.

mod temporary_ip_rule;

use crate::resources::Clients;
use crate::terraform::framework::{ErasedEphemeral, ephemeral};

pub use temporary_ip_rule::TemporaryIpRule;

/// All ephemeral resource types.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedEphemeral<Clients>>> {
    vec![ephemeral::<TemporaryIpRule>()]
}
