//! What goes into a managed resource type and comes out of it, in values.

use tokio_util::sync::CancellationToken;

use super::context::Reached;
use super::{Deferred, Private};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::value::{Path, Value};

/// A plan to be made. `prior` null: create; `proposed` null: destroy.
#[derive(Debug)]
pub struct PlanRequest {
    /// What is there.
    pub prior: Value,
    /// Terraform's merge of configuration and prior.
    pub proposed: Value,
    /// What the user wrote.
    pub config: Value,
    /// What is remembered.
    pub private: Private,
    /// Interruption by the user.
    pub stop: CancellationToken,
}

/// A plan.
#[derive(Debug, Default)]
pub struct PlanResponse {
    /// What will be there; null for a destroy.
    pub planned: Value,
    /// Attributes whose change needs a new object.
    pub replace: Vec<Path>,
    /// To be remembered until apply.
    pub private: Private,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// A refresh.
#[derive(Debug)]
pub struct ReadRequest {
    /// What is in the state.
    pub state: Value,
    /// What is remembered.
    pub private: Private,
    /// Interruption by the user.
    pub stop: CancellationToken,
}

/// What a refresh found.
#[derive(Debug, Default)]
pub struct ReadResponse {
    /// What is there; null if it is gone.
    pub state: Value,
    /// To be remembered.
    pub private: Private,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// A change to be carried out. `prior` null: create; `planned` null: delete.
#[derive(Debug)]
pub struct ApplyRequest {
    /// What is there.
    pub prior: Value,
    /// What shall be there.
    pub planned: Value,
    /// What the user wrote; carries the write-only arguments.
    pub config: Value,
    /// What the plan remembered.
    pub private: Private,
    /// Interruption by the user.
    pub stop: CancellationToken,
    /// Where the call notes what it has reached, in case it does not come back.
    pub(super) reached: Reached,
}

/// How it went.
#[derive(Debug, Default)]
pub struct ApplyResponse {
    /// What is there now.
    pub state: Value,
    /// To be remembered.
    pub private: Private,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// The beginning of an imported object; Terraform reads the rest.
#[derive(Debug, Default)]
pub struct ImportResponse {
    /// Null if the import string was refused.
    pub state: Value,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// An object taken over from another type.
#[derive(Debug, Default)]
pub struct Moved {
    /// Null if it could not be.
    pub state: Value,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// What a data source found.
#[derive(Debug, Default)]
pub struct DataResponse {
    /// What is there; null if that could not be told, and an outline of it where the reading waits for a later run.
    pub state: Value,
    /// Findings.
    pub diagnostics: Diagnostics,
    /// Why it waits.
    pub deferred: Option<Deferred>,
}
