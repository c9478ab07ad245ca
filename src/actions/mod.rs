//! The action types (Terraform 1.14): what is done once, when a run asks for it, and leaves no object behind.
//!
//! From the framework comes a configuration, known at the latest when the action is to begin; progress goes back while it lasts, and at the end how
//! it went. What they ask and write is for [`resources`](crate::resources) and [`azure`](crate::azure), and so are the words of Azure's errors.

mod restore_default_access;
mod verify_registry_access;

use crate::resources::Clients;
use crate::terraform::framework::{ErasedAction, action};

pub use restore_default_access::RestoreDefaultAccess;
pub use verify_registry_access::VerifyRegistryAccess;

/// All action types.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedAction<Clients>>> {
    vec![action::<VerifyRegistryAccess>(), action::<RestoreDefaultAccess>()]
}
