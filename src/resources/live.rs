//! What only a look at Azure tells, said before anything is written: whether a registry or subnet is there and fit for rules.
//!
//! Asked by the plans of all types, which share their readings with each other and with the refresh; the findings on a registry also by writes,
//! for their own fresh reading. Where Azure does not let us look, a check steps back with a line in the log: what is really wrong will be said
//! by the write. Only missing credentials are said at once, because nothing of the plan could be carried out.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::Clients;
use super::report::{Doing, report};
use crate::azure::call::Call;
use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::registry::Registry;
use crate::azure::snapshot::Reading;
use crate::azure::subnet::Subnet;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::Path;

/// How a plan looks at a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Reads it, unless somebody did moments ago: for what is to be made on it.
    Read,
    /// Takes what the refresh of this process has read, and asks for nothing: for what is on it already.
    Remember,
}

/// The registry, as far as a plan may know it, without what is there for the length of this run only.
///
/// # Errors
///
/// What stops the plan: that it is missing, because a known id means that nothing in the plan makes it.
pub(super) async fn registry(
    clients: &Clients,
    call: &Call,
    id: &RegistryId,
    look: Look,
) -> Result<Option<Arc<Registry>>, Diagnostic> {
    let seen = match look {
        Look::Read => clients.arm.recent_registry(id, call).await,
        Look::Remember => match clients.arm.seen_registry(id) {
            Some(seen) => seen,
            None => return Ok(None),
        },
    };
    match seen {
        Ok(Reading::Found(registry)) => Ok(Some(clients.temporaries.hidden(id, registry))),
        Ok(Reading::Missing(error)) => Err(report(Doing::Finding, id.as_str(), &error)),
        Err(error) => unreadable(id.as_str(), &error).map_or(Ok(None), Err),
    }
}

/// Looks at subnets that a plan begins to use, listed in that attribute: each must be there, and have the endpoint unless this run adds it.
/// Each is read once in a process, those of a call at the same time.
pub(super) async fn subnets(clients: &Clients, call: &Call, ids: BTreeSet<SubnetId>, attribute: &str) -> Diagnostics {
    let with_endpoint = |id: &SubnetId| clients.planned_endpoints.of(id.as_str()).is_some();
    let mut looks = JoinSet::new();
    for (place, id) in ids.into_iter().filter(|id| !with_endpoint(id)).enumerate() {
        let (arm, call) = (clients.arm.clone(), call.clone());
        looks.spawn(async move {
            let seen = match arm.seen_subnet(&id) {
                Some(seen) => seen,
                None => arm.recent_subnet(&id, &call).await,
            };
            (place, id, seen)
        });
    }
    let mut seen = looks.join_all().await;
    seen.sort_unstable_by_key(|(place, ..)| *place);
    let found = seen.into_iter().filter_map(|(_, id, seen)| match seen {
        Ok(Reading::Found(subnet)) => without_endpoint(&id, &subnet),
        // The look at the registry has said it, or the write will.
        Err(error) if error.kind == ErrorKind::Unauthorized => None,
        other => missing(&id, other),
    });
    found.map(|found| found.at(Path::attribute(attribute))).collect()
}

/// Looks at the subnet that is to get the endpoint: it must be there.
pub(super) async fn subnet(clients: &Clients, call: &Call, id: &SubnetId) -> Option<Diagnostic> {
    missing(id, clients.arm.recent_subnet(id, call).await)
}

fn missing(id: &SubnetId, seen: Result<Reading<Subnet>, ArmError>) -> Option<Diagnostic> {
    match seen {
        Ok(Reading::Found(_)) => None,
        Ok(Reading::Missing(error)) => Some(report(Doing::Finding, id.as_str(), &error)),
        Err(error) => unreadable(id.as_str(), &error),
    }
}

/// What keeps any rule from a registry, whoever brings it.
pub(super) fn not_premium(id: &RegistryId, registry: &Registry) -> Option<Diagnostic> {
    let sku = registry.sku().filter(|_| !registry.is_premium())?;
    let name = id.name();
    let detail = format!(
        "It is {sku}, and Azure has network rules for registries of the SKU Premium only. Set sku = \"Premium\" where the registry is \
         managed, or run\n\n  az acr update --name {name} --sku Premium\n\nIf this configuration is about to change the SKU, apply \
         that first: terraform apply -target=azurerm_container_registry.<name>"
    );
    Some(Diagnostic::error(format!("Registry {name} is not Premium"), detail).at(Path::attribute("registry_id")))
}

/// Rules on a registry whose public endpoint is off, by configuration or as it is, and what to do instead.
pub(super) fn without_public_access(remedy: &str) -> Diagnostic {
    Diagnostic::warning(
        "Rules have no effect while public network access is disabled",
        format!("Only private endpoints reach the registry then. {remedy}"),
    )
}

/// Virtual network rules in that attribute, on a registry with private endpoints.
pub(super) fn beside_private_endpoints(id: &RegistryId, registry: &Registry, attribute: &str) -> Option<Diagnostic> {
    let has = match registry.private_endpoint_connections().len() {
        0 => return None,
        1 => "it has a private endpoint connection".to_owned(),
        many => format!("it has {many} private endpoint connections"),
    };
    let summary = format!("Registry {} has virtual network rules beside private endpoints", id.name());
    let detail = format!(
        "Azure does not support both on one registry, and {has}. Let all clients come through private endpoints, or remove those \
         and keep the rules."
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute(attribute)))
}

fn without_endpoint(id: &SubnetId, subnet: &Subnet) -> Option<Diagnostic> {
    if subnet.registry_endpoint().is_some() {
        return None;
    }
    let summary = format!("Subnet {} lacks the service endpoint Microsoft.ContainerRegistry", id.name());
    let detail = format!(
        "Azure refuses a rule for a subnet without it. Add an acrnet_subnet_service_endpoint and write its subnet_id \
         (acrnet_subnet_service_endpoint.<name>.subnet_id) instead of the id: Terraform then adds the endpoint before the rule, and \
         removes it after.\n\nSubnet: {id}"
    );
    Some(Diagnostic::warning(summary, detail))
}

/// What is to be said of a reading that failed.
fn unreadable(id: &str, error: &ArmError) -> Option<Diagnostic> {
    if error.has_code(&["SubscriptionNotFound", "InvalidSubscriptionId"]) {
        return Some(report(Doing::Finding, id, error));
    }
    if error.kind == ErrorKind::Unauthorized {
        return Some(report(Doing::Reading, id, error));
    }
    tracing::debug!(id, %error, "could not be read during plan; what is wrong with it shows at apply");
    None
}

#[cfg(test)]
mod tests;
