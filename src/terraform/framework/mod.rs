//! What plan, apply, read, import and move mean: Terraform's side of a provider, in plain types.
//!
//! The [`service`](super::service) decodes a request and calls [`Server`]; the server finds the type,
//! runs the algorithm that all types share (defaults, equivalence, unknown marking, replacement), turns
//! values into the type's model struct, and calls its [`Resource`] implementation. No protobuf in
//! here, and no cloud.

mod action;
mod checked;
mod context;
mod data_source;
mod declared;
mod deferral;
mod ephemeral;
mod erased;
mod exchange;
mod form;
mod function;
mod generate;
mod identity;
mod list;
mod plan;
mod private;
mod provider;
mod resource;
mod server;
mod session;
mod survive;
pub mod timeouts;

pub use action::{Action, ActionEvent, ActionEvents, ErasedAction, Progress, action};
pub use context::Context;
pub use data_source::{DataSource, ErasedDataSource, data_source};
pub use deferral::Deferred;
pub use ephemeral::{Ephemeral, ErasedEphemeral, Open, OpenRequest, OpenResponse, RenewResponse, ephemeral};
pub use erased::{Answer, ErasedResource, resource};
pub use exchange::{
    ApplyRequest, ApplyResponse, DataResponse, ImportBy, ImportResponse, Moved, PlanRequest, PlanResponse, ReadRequest,
    ReadResponse,
};
pub use function::{Function, FunctionError, Parameter};
pub use identity::Identity;
pub use list::{Ended, ErasedList, List, ListEvent, ListRequest, Listing, list};
pub use private::Private;
pub use provider::{Configured, Host, Provider};
pub use resource::{Change, Intent, Model, MoveSource, Partial, Resource};
pub use server::Server;
