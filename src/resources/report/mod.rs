//! Azure's errors in the user's words: what failed, on which object, what to do, and below that what ARM said, unchanged.
//!
//! From the resource types come an [`ArmError`] and what was going on; back goes one diagnostic, at an attribute where one is to blame. The known
//! causes and their remedies are a table in [`remedies`]; `words` reads names out of ARM's sentences. `docs/guides/troubleshooting.md` tells the
//! same to who searches for an error's text; a test holds the two together.

mod advice;
mod object;
mod remedies;
mod rules;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use self::rules::listed;
pub(super) use self::rules::{finding, in_words, virtual_network_rules_offered};

use self::object::{Case, Object};
use crate::azure::api_version::RegistrySetting;
use crate::azure::cloud::CloudName;
use crate::azure::error::{ArmError, ErrorKind};
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::value::Path;

/// What was going on when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Making sure, during plan, that it is there.
    Finding,
    Reading,
    Creating,
    Updating,
    Restoring,
    AddingEndpoint,
    RemovingEndpoint,
    AddingRule,
    RemovingRule,
    /// Looking for registries in a place.
    ListingRegistries,
    /// Looking for subnets in a place.
    ListingSubnets,
}

impl Doing {
    fn words(self) -> &'static str {
        match self {
            Self::Finding => "find",
            Self::Reading => "read",
            Self::Creating => "set the network rules of",
            Self::Updating => "change the network rules of",
            Self::Restoring => "restore the network rules of",
            Self::AddingEndpoint => "add the service endpoint to",
            Self::RemovingEndpoint => "remove the service endpoint from",
            Self::AddingRule => "add RULE to",
            Self::RemovingRule => "remove RULE from",
            Self::ListingRegistries => "list the registries of",
            Self::ListingSubnets => "list the subnets of",
        }
    }

    /// Whether configuration is being carried out, so that an attribute can be to blame.
    fn has_configuration(self) -> bool {
        matches!(
            self,
            Self::Finding
                | Self::Creating
                | Self::Updating
                | Self::AddingEndpoint
                | Self::AddingRule
                | Self::ListingRegistries
                | Self::ListingSubnets
        )
    }
}

/// The way past what only a plan refuses: `terraform destroy` makes a plan of the configuration first, and a provider cannot tell the two apart.
pub(super) const WHEN_DESTROYING: &str = "If this stops a destroy, run terraform destroy -refresh=false.";

/// The diagnostic of a failed call on the object with that id; a single rule has the id of its registry, a `|`, and its text.
pub(crate) fn report(doing: Doing, id: &str, error: &ArmError) -> Diagnostic {
    let object = Object::of(id);
    let (whole, rule) = id.split_once('|').unwrap_or((id, ""));
    let name = whole.rsplit('/').next().unwrap_or(whole);
    let failed = doing.words().replace("RULE", &object.rule_in_words(rule));
    let remedy = remedies::remedy(&Case { error, id, object });
    let mut advice = remedy.as_ref().map(|remedy| format!("{}\n\n", remedy.text)).unwrap_or_default();
    if doing == Doing::Finding {
        advice = format!("{advice}{WHEN_DESTROYING}\n\n");
    }
    let detail = format!("{advice}{error}\n\nObject: {id}");
    let diagnostic = Diagnostic::error(format!("Could not {failed} {} {name}", object.word()), detail);
    match remedy.and_then(|remedy| remedy.attribute).filter(|_| doing.has_configuration()) {
        Some(attribute) => diagnostic.at(Path::attribute(attribute)),
        None => diagnostic,
    }
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

/// The argument for a setting of a registry.
pub(super) fn setting_attribute(setting: RegistrySetting) -> &'static str {
    match setting {
        RegistrySetting::PublicNetworkAccess => "public_network_access_enabled",
        RegistrySetting::BypassOption => "network_rule_bypass_option",
        RegistrySetting::BypassForTasks => "network_rule_bypass_for_tasks_enabled",
    }
}

/// How to register the resource provider by hand.
pub(super) fn register_command(subscription: &str) -> String {
    format!("  az provider register --namespace Microsoft.ContainerRegistry --subscription {subscription} --wait")
}
