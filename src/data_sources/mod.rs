//! The data source types: what is read for configurations that manage nothing of it.
//!
//! From the framework comes a known configuration; [`azure`](crate::azure) is asked, and what it says goes back in the words of the resources.
//! Nothing is written. Errors of Azure are worded as those of the resources, each at the attribute that named the object.

mod registry_access;
mod registry_network_rule_set;
mod subnets;

use crate::resources::Clients;
use crate::resources::asked::{found, id};
use crate::terraform::framework::{ErasedDataSource, data_source};
use crate::terraform::value::Tf;

pub use registry_access::RegistryAccess;
pub use registry_network_rule_set::RegistryNetworkRuleSet;
pub use subnets::Subnets;

/// All data source types.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedDataSource<Clients>>> {
    vec![data_source::<RegistryNetworkRuleSet>(), data_source::<Subnets>(), data_source::<RegistryAccess>()]
}

fn text(value: Option<&str>) -> Tf<String> {
    Tf::from_option(value.map(str::to_owned))
}
