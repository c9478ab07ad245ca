//! Azure's errors in the user's words: what failed, on which object, what ARM said, what to do.

use crate::azure::cloud::CloudName;
use crate::azure::error::{ArmError, ErrorKind};
use crate::terraform::diagnostic::Diagnostic;

/// What was going on when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Reading,
    Creating,
    Updating,
    Restoring,
    AddingEndpoint,
    RemovingEndpoint,
}

impl Doing {
    fn words(self) -> &'static str {
        match self {
            Self::Reading => "read",
            Self::Creating => "set the network rules of",
            Self::Updating => "change the network rules of",
            Self::Restoring => "restore the network rules of",
            Self::AddingEndpoint => "add the service endpoint to",
            Self::RemovingEndpoint => "remove the service endpoint from",
        }
    }
}

/// The diagnostic of a failed call on the object with that id.
pub(super) fn report(doing: Doing, id: &str, error: &ArmError) -> Diagnostic {
    let name = id.rsplit('/').next().unwrap_or(id);
    let kind = if id.to_ascii_lowercase().contains("/subnets/") { "subnet" } else { "registry" };
    let detail = match remedy(error) {
        Some(remedy) => format!("{remedy}\n\n{error}\n\nObject: {id}"),
        None => format!("{error}\n\nObject: {id}"),
    };
    Diagnostic::error(format!("Could not {} {kind} {name}", doing.words()), detail)
}

/// Whether the object itself is not there any more.
pub(super) fn gone(error: &ArmError) -> bool {
    error.kind == ErrorKind::NotFound
}

/// A cloud in which Azure does not offer service endpoints for registries, by its name in a sentence.
pub(super) fn without_service_endpoints(cloud: CloudName) -> Option<&'static str> {
    match cloud {
        CloudName::Public => None,
        CloudName::UsGovernment => Some("Azure US Government"),
        CloudName::China => Some("Azure China (21Vianet)"),
    }
}

/// What to do about it, where that is known.
fn remedy(error: &ArmError) -> Option<&'static str> {
    if error.message.contains("taggedTrafficConsumers") {
        return Some(
            "This looks like a missing right, but means that the resource provider is not registered in the subscription \
             of the virtual network. Run `az provider register --namespace Microsoft.ContainerRegistry --subscription \
             <the subnet's subscription>` and apply again.",
        );
    }
    if error.has_code(&["NetworkRuleValidationError"]) || error.message.contains("do not have ServiceEndpoints") {
        return Some(
            "A subnet in the rules lacks the service endpoint. Add an acrnet_subnet_service_endpoint for it and use its \
             subnet_id in virtual_network_subnet_ids. Azure checks every rule at each write, so it can also be a subnet \
             that somebody else has listed.",
        );
    }
    if error.has_code(&["LinkedAuthorizationFailed"]) {
        return Some(
            "The identity needs Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action on every subnet \
             in the rules, those of others included.",
        );
    }
    match error.kind {
        ErrorKind::Unauthorized => {
            Some("Azure did not accept the credentials. Check the provider block and the ARM_* variables.")
        }
        ErrorKind::Forbidden => Some("The identity lacks a right on this object; ARM's message names the action."),
        ErrorKind::NotFound => Some("It does not exist, or is not visible to this identity."),
        ErrorKind::Timeout => Some(
            "Raise the limit in the `timeouts` block if the operation needs longer. Apply again: it goes on from what is there.",
        ),
        ErrorKind::Cancelled => Some("The run was interrupted. Apply again: it goes on from what is there."),
        ErrorKind::NotStored => Some(
            "Azure answered success but did not keep what was sent. Another writer may have been at work, or the API version \
             ignores it; apply again, and look at the provider's registry_api_version if that does not help.",
        ),
        ErrorKind::Conflict | ErrorKind::PreconditionFailed => {
            Some("Another operation was at work for as long as this one could wait. Apply again.")
        }
        _ => None,
    }
}
