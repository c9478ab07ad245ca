//! The provider block, and what follows from it: the composition root.
//!
//! Configuration and environment become the clients that the types work with. Nothing here touches the
//! network: an unreachable service shows at the first call that needs it.

mod config;
mod schema;

use crate::actions;
use crate::data_sources;
use crate::ephemeral;
use crate::functions;
use crate::list_resources;
use crate::resources::{self, Clients};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::environment::Environment;
use crate::terraform::framework::{
    Configured, ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Function, Host, Provider,
};
use crate::terraform::schema::Schema;
use crate::terraform::value::Value;

/// Full address in the registry.
pub const ADDRESS: &str = "registry.terraform.io/acrnet/acrnet";

/// The provider.
#[derive(Debug)]
pub struct AcrnetProvider {
    environment: Environment,
}

impl AcrnetProvider {
    /// Reads what the block leaves out from these variables.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment }
    }
}

impl Provider for AcrnetProvider {
    type Clients = Clients;

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        config::validate(config, &self.environment)
    }

    fn configure(&self, config: &Value, host: &Host) -> Configured<Clients> {
        config::configure(config, &self.environment, host)
    }

    fn resources(&self) -> Vec<Box<dyn ErasedResource<Clients>>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<Box<dyn ErasedDataSource<Clients>>> {
        data_sources::all()
    }

    fn lists(&self) -> Vec<Box<dyn ErasedList<Clients>>> {
        list_resources::all()
    }

    fn ephemerals(&self) -> Vec<Box<dyn ErasedEphemeral<Clients>>> {
        ephemeral::all()
    }

    fn actions(&self) -> Vec<Box<dyn ErasedAction<Clients>>> {
        actions::all()
    }

    fn functions(&self) -> Vec<Function> {
        functions::all()
    }
}
