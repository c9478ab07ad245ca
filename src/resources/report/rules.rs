//! Rules in sentences, and what the rules say about themselves as diagnostics.

use crate::azure::api_version::VirtualNetworkRulesKey;
use crate::azure::client::Config;
use crate::azure::id::SubnetId;
use crate::resources::report::{without_service_endpoints, words};
use crate::rules::{Finding, Rules, Severity};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};
use crate::terraform::value::Path;

/// Some rules, each on a line of its own.
pub(crate) fn listed(rules: &Rules) -> String {
    let ip_rules = rules.ip_rules.iter().map(ToString::to_string);
    words::listed(ip_rules.chain(rules.subnets.iter().map(ToString::to_string)))
}

/// A few rules within a sentence: `IP rule 1.2.3.4`, `a virtual network rule for subnet net/app`.
pub(in crate::resources) fn in_words(rules: &Rules) -> String {
    let ip_rules = rules.ip_rules.iter().map(|rule| format!("IP rule {rule}"));
    let subnets = rules.subnets.iter().map(|id| match id.as_str().parse::<SubnetId>() {
        Ok(id) => format!("a virtual network rule for subnet {}/{}", id.virtual_network().name(), id.name()),
        Err(_) => format!("a virtual network rule for {id}"),
    });
    ip_rules.chain(subnets).collect::<Vec<_>>().join(", ")
}

/// What was found out about a rule, at the attribute that holds it.
pub(in crate::resources) fn finding(finding: &Finding, attribute: &str) -> Diagnostic {
    let (summary, detail) = (sentence(&finding.summary), format!("{}.", sentence(&finding.detail)));
    let diagnostic = match finding.severity {
        Severity::Error => Diagnostic::error(summary, detail),
        Severity::Warning => Diagnostic::warning(summary, detail),
    };
    diagnostic.at(Path::attribute(attribute))
}

/// What keeps the virtual network rules at that attribute from being written, or from having an effect.
pub(in crate::resources) fn virtual_network_rules_offered(arm: &Config, attribute: &str) -> Diagnostics {
    let mut found = Diagnostics::new();
    let path = Path::attribute(attribute);
    if arm.registry_api_version.virtual_network_rules() == VirtualNetworkRulesKey::Absent {
        found.error_at(
            path.clone(),
            format!("API version {} has no virtual network rules", arm.registry_api_version),
            format!(
                "Azure would ignore them without a word. Set the provider's registry_api_version to a version that carries them \
                 (leave it out for the default), or remove {attribute}."
            ),
        );
    }
    if let Some(cloud) = without_service_endpoints(arm.cloud.name()) {
        found.push(
            Diagnostic::warning(
                format!("Virtual network rules are not offered in {cloud}"),
                "Azure documents service endpoints for Container Registry for the public cloud only. Use IP rules or \
                 private endpoints there.",
            )
            .at(path),
        );
    }
    found
}
