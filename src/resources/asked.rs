//! Objects that a configuration asks about and does not manage: the ids in its arguments, and what a reading of them showed.
//!
//! For the data sources and the actions. Errors of Azure are worded as those of the resources, each at the attribute that named the object.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::report::{Doing, report};
use super::{Clients, call};
use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::id::{IdError, RegistryId};
use crate::azure::registry::Registry;
use crate::azure::snapshot::Reading;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};
use crate::terraform::framework::Context;
use crate::terraform::value::{Path, Tf};

/// The id in an argument. Validation has refused what is none, unless it was unknown then.
pub(crate) fn id<T: FromStr<Err = IdError>>(value: &Tf<String>, attribute: &str) -> Result<T, Diagnostics> {
    let text = value.known().map_or("", String::as_str);
    text.parse().map_err(|error: IdError| Diagnostics::from(wrong(&error, attribute)))
}

/// A value that Terraform knew too late to be checked before.
pub(crate) fn wrong(error: &dyn fmt::Display, attribute: &str) -> Diagnostic {
    Diagnostic::error(format!("Invalid {attribute}"), format!("{}.", sentence(&error.to_string())))
        .at(Path::attribute(attribute))
}

/// What was read of the object with that id, which that attribute names; an object that is not there is an error.
pub(crate) fn found<T>(
    id: &str,
    attribute: &str,
    reading: Result<Reading<T>, ArmError>,
) -> Result<Arc<T>, Diagnostics> {
    found_while(Doing::Finding, id, attribute, reading)
}

/// The same, where something else was going on than the reading for a plan that `terraform destroy` makes too.
pub(crate) fn found_while<T>(
    doing: Doing,
    id: &str,
    attribute: &str,
    reading: Result<Reading<T>, ArmError>,
) -> Result<Arc<T>, Diagnostics> {
    let (doing, error) = match reading {
        Ok(Reading::Found(object)) => return Ok(object),
        Ok(Reading::Missing(error)) => (doing, error),
        Err(error) => (Doing::Reading, error),
    };
    Err(report(doing, id, &error).at(Path::attribute(attribute)).into())
}

/// The registry that an action will be done to, as its plan may know it; `None` where Azure does not let us look: what is wrong then shows when the
/// action runs.
///
/// # Errors
///
/// That it is not there, because a known id means that nothing in the plan makes it, or that nobody is signed in.
pub(crate) async fn registry_in_plan(
    clients: &Clients,
    context: &Context,
    registry: &RegistryId,
) -> Result<Option<Arc<Registry>>, Diagnostics> {
    match clients.arm.recent_registry(registry, &call(context)).await {
        Err(error) if error.kind != ErrorKind::Unauthorized => {
            tracing::debug!(%registry, %error, "could not be read during plan; what is wrong with it shows when the action runs");
            Ok(None)
        }
        seen => found_while(Doing::Reading, registry.as_str(), "registry_id", seen).map(Some),
    }
}
