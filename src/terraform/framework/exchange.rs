//! What goes into a managed resource type and comes out of it, in values.

use tokio_util::sync::CancellationToken;

use super::context::Reached;
use super::{Deferred, Private};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::{Path, Value};

/// A plan to be made. `prior` null: create; `proposed` null: destroy.
///
/// Identities are null in all of these where there is none: of an object that is not there or not made yet, and from and to a Terraform
/// before 1.12, which knows none.
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
    /// The identity that is stored.
    pub identity: Value,
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
    /// Which object that will be; null too while that cannot be told.
    pub identity: Value,
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
    /// The identity that is stored.
    pub identity: Value,
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
    /// To be stored.
    pub identity: Value,
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
    /// The identity that was planned.
    pub identity: Value,
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
    /// To be stored.
    pub identity: Value,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// What an import names.
#[derive(Clone, Debug)]
pub enum ImportBy {
    /// The string of `terraform import`, or `id` of an `import` block.
    Id(String),
    /// `identity` of an `import` block.
    Identity(Value),
}

impl ImportBy {
    /// Terraform sends one of the two; the other is empty, or null.
    ///
    /// # Errors
    ///
    /// Both at once would have to agree, and nobody can say which is meant where they do not.
    pub fn named(id: String, identity: Value) -> Result<Self, Diagnostics> {
        match (id.is_empty(), identity.is_null()) {
            (_, true) => Ok(Self::Id(id)),
            (true, false) => Ok(Self::Identity(identity)),
            (false, false) => {
                let detail = format!("{id:?} and an identity were both given. Write one of them.");
                Err(Diagnostic::error("An import names its object by id or by identity", detail).into())
            }
        }
    }
}

/// The beginning of an imported object; Terraform reads the rest.
#[derive(Debug, Default)]
pub struct ImportResponse {
    /// Null if what was named was refused.
    pub state: Value,
    /// To be stored.
    pub identity: Value,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// An object taken over from another type.
#[derive(Debug, Default)]
pub struct Moved {
    /// Null if it could not be.
    pub state: Value,
    /// To be stored.
    pub identity: Value,
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
