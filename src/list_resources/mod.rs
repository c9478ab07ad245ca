//! The lists: what there is of a resource type, whoever made it, for `terraform query` (Terraform 1.14).
//!
//! From the framework comes a known configuration; [`azure`](crate::azure) is asked page by page, as the host takes what is found, and each object
//! goes back as the resource would import and read it. Nothing is written. What keeps a whole list from being told is an error; what concerns one
//! object of it is a warning, and the list goes on.

mod registry_network_rule_set;
mod subnet_service_endpoint;

use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::id::SubscriptionId;
use crate::resources::Clients;
use crate::resources::report::{Doing, report};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, Severity, sentence};
use crate::terraform::framework::{ErasedList, list};
use crate::terraform::schema::{Attribute, Check};
use crate::terraform::value::{Path, Tf};

pub use registry_network_rule_set::RegistryNetworkRuleSets;
pub use subnet_service_endpoint::SubnetServiceEndpoints;

/// All lists.
#[must_use]
pub fn all() -> Vec<Box<dyn ErasedList<Clients>>> {
    vec![list::<RegistryNetworkRuleSets>(), list::<SubnetServiceEndpoints>()]
}

const SUBSCRIPTION: &str = "subscription_id";

/// The attribute `subscription_id` of either list.
fn subscription_id(more: &str) -> Attribute {
    let description = format!(
        "Subscription to look in, a GUID. Defaults to that of the provider (its `subscription_id`, or `ARM_SUBSCRIPTION_ID`).{more}"
    );
    Attribute::string(SUBSCRIPTION, description).check(Check::parses::<SubscriptionId>())
}

/// The subscription to look in: the one that is named, or the provider's own.
fn subscription(clients: &Clients, named: &Tf<String>) -> Result<SubscriptionId, Diagnostics> {
    let own = clients.subscription.as_ref();
    let Some(text) = named.known().or(own) else {
        let detail =
            "Set subscription_id here, or in the provider block, or the environment variable ARM_SUBSCRIPTION_ID.";
        return Err(at_subscription("In which subscription to look is not said", detail.to_owned()));
    };
    text.parse().map_err(|error| {
        let which = if named.known().is_some() { "subscription_id" } else { "subscription_id of the provider" };
        at_subscription(&format!("Invalid {which}"), format!("{}.", sentence(&ToString::to_string(&error))))
    })
}

fn at_subscription(summary: &str, detail: String) -> Diagnostics {
    Diagnostic::error(summary, detail).at(Path::attribute(SUBSCRIPTION)).into()
}

/// Nothing can be in a subscription whose resource provider is not registered; that is no reason to fail for who looks through many.
fn is_not_registered(error: &ArmError) -> bool {
    error.has_code(&["MissingSubscriptionRegistration", "MissingRegistrationForResourceProvider"])
}

/// What keeps the place with that id, which that attribute names, from being listed.
fn failed(doing: Doing, place: &str, attribute: &str, error: &ArmError) -> Diagnostic {
    let mut said = report(doing, place, error);
    if let Some(advice) = advice(attribute, error) {
        said.detail = format!("{advice}\n\n{error}\n\nObject: {place}");
    }
    if is_not_registered(error) {
        said.severity = Severity::Warning;
    }
    said.at(Path::attribute(attribute))
}

/// Where other advice fits than for what is to be applied.
fn advice(attribute: &str, error: &ArmError) -> Option<String> {
    match error.kind {
        _ if is_not_registered(error) => {
            Some("There can be none: the resource provider is not registered in this subscription.".to_owned())
        }
        _ if error.is_missing_resource() => {
            Some(format!("It does not exist, or is not visible to this identity. Check {attribute}."))
        }
        ErrorKind::Cancelled => Some("The run was interrupted; the list is not complete.".to_owned()),
        ErrorKind::Timeout => Some("Listing all of it takes too long. Name a smaller place to look in.".to_owned()),
        ErrorKind::Throttled => Some(
            "This identity has used up its requests in the subscription, and waiting did not fit into the time allowed. Others that sign in \
             as the same identity share that quota. Ask again later."
                .to_owned(),
        ),
        _ => None,
    }
}
