//! The data source types: what is read for configurations that manage nothing of it.
//!
//! From the framework comes a known configuration; [`azure`](crate::azure) is asked, and what it says goes back in the words of the resources.
//! Nothing is written. Errors of Azure are worded as those of the resources, each at the attribute that named the object.

mod registry_access;
mod registry_network_rule_set;
mod subnets;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::azure::error::ArmError;
use crate::azure::id::IdError;
use crate::azure::snapshot::Reading;
use crate::resources::Clients;
use crate::resources::report::{Doing, report};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};
use crate::terraform::framework::{ErasedDataSource, data_source};
use crate::terraform::value::{Path, Tf};

pub use registry_access::RegistryAccess;
pub use registry_network_rule_set::RegistryNetworkRuleSet;
pub use subnets::Subnets;

/// All data source types.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedDataSource<Clients>>> {
    vec![data_source::<RegistryNetworkRuleSet>(), data_source::<Subnets>(), data_source::<RegistryAccess>()]
}

/// The id in an argument. Validation has refused what is none, unless it was unknown then.
fn id<T: FromStr<Err = IdError>>(value: &Tf<String>, attribute: &str) -> Result<T, Diagnostics> {
    let text = value.known().map_or("", String::as_str);
    text.parse().map_err(|error: IdError| Diagnostics::from(wrong(&error, attribute)))
}

/// A value that Terraform knew too late to be checked before.
fn wrong(error: &dyn fmt::Display, attribute: &str) -> Diagnostic {
    Diagnostic::error(format!("Invalid {attribute}"), format!("{}.", sentence(&error.to_string())))
        .at(Path::attribute(attribute))
}

/// What was read of the object with that id, which that attribute names; an object that is not there is an error.
fn found<T>(id: &str, attribute: &str, reading: Result<Reading<T>, ArmError>) -> Result<Arc<T>, Diagnostics> {
    let (doing, error) = match reading {
        Ok(Reading::Found(object)) => return Ok(object),
        Ok(Reading::Missing(error)) => (Doing::Finding, error),
        Err(error) => (Doing::Reading, error),
    };
    Err(report(doing, id, &error).at(Path::attribute(attribute)).into())
}

fn text(value: Option<&str>) -> Tf<String> {
    Tf::from_option(value.map(str::to_owned))
}
