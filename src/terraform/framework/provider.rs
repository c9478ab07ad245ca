//! The trait that the composition root implements.

use super::{ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Function};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::Schema;
use crate::terraform::value::Value;

/// A provider: its block of configuration, and the types it offers.
pub trait Provider: Send + Sync + 'static {
    /// What a configured provider hands to its types.
    type Clients: Send + Sync + 'static;

    /// The provider block.
    fn schema(&self) -> Schema;

    /// Checks that span arguments of the block; unknown values must be passed over.
    fn validate(&self, config: &Value) -> Diagnostics;

    /// Makes the clients. Must not touch the network: what fails there fails at the first use.
    fn configure(&self, config: &Value, host: &Host) -> Configured<Self::Clients>;

    /// The managed resource types.
    fn resources(&self) -> Vec<Box<dyn ErasedResource<Self::Clients>>>;

    /// The data source types.
    fn data_sources(&self) -> Vec<Box<dyn ErasedDataSource<Self::Clients>>> {
        Vec::new()
    }

    /// The lists, each of a managed resource type.
    fn lists(&self) -> Vec<Box<dyn ErasedList<Self::Clients>>> {
        Vec::new()
    }

    /// The ephemeral resource types.
    fn ephemerals(&self) -> Vec<Box<dyn ErasedEphemeral<Self::Clients>>> {
        Vec::new()
    }

    /// The action types.
    fn actions(&self) -> Vec<Box<dyn ErasedAction<Self::Clients>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Function> {
        Vec::new()
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The version of Terraform or OpenTofu, `1.11.4`.
    pub terraform_version: String,
}

/// What came of configuring.
#[derive(Debug)]
pub struct Configured<C> {
    /// Absent when something needed is not known yet, or wrong.
    pub clients: Option<C>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}
