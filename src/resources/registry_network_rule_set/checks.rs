//! What a plan says about a rule set before anything is written.

mod ownership;

use std::collections::BTreeSet;

use super::content::{rule_set, rules};
use super::model::{Mode, Model, known};
use crate::azure::api_version::RegistrySetting;
use crate::azure::client::Config;
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::live;
use crate::resources::report::{self, setting_attribute, virtual_network_rules_offered};
use crate::rules::{Contents, Finding, Limits, Rules, Subject, SubnetRef};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::Change;
use crate::terraform::value::{Path, Tf};

pub(super) use self::ownership::{adopting, destroying, in_the_way, opening, refused, released};

/// What to do about rules on a registry that only private endpoints reach.
const ENABLE: &str = "Leave the rules out, or set public_network_access_enabled = true.";

/// Everything about the content itself. Limits are the provider's to know, so that none applies here.
pub(super) fn content(config: &Model) -> Diagnostics {
    let no_limits = Limits { ip_rules: usize::MAX, virtual_network_rules: usize::MAX };
    let mut found: Diagnostics = contents(config).findings(&no_limits).iter().map(diagnostic).collect();
    if config.public_network_access_enabled == Tf::Known(false) && has_rules(config) {
        found.push(live::without_public_access(ENABLE).at(Path::attribute("public_network_access_enabled")));
    }
    found
}

/// What the registry is like that the configuration says nothing about.
pub(super) fn surroundings(config: &Model, registry: &RegistryId, present: &Registry) -> Diagnostics {
    let mut found = Diagnostics::new();
    let unmanaged = config.public_network_access_enabled.is_null();
    if unmanaged && present.public_network_access_enabled() == Some(false) && has_rules(config) {
        found.push(live::without_public_access(ENABLE).at(Path::attribute("registry_id")));
    }
    let subnets = "virtual_network_subnet_ids";
    if known(&config.virtual_network_subnet_ids).next().is_some() {
        found.extend(live::beside_private_endpoints(registry, present, subnets));
    }
    found
}

fn has_rules(config: &Model) -> bool {
    known(&config.ip_rules).next().is_some() || known(&config.virtual_network_subnet_ids).next().is_some()
}

/// Whether there are more rules than the registry takes, or almost, with those of others that stay.
pub(super) fn limits(config: &Model, others: Rules, limits: &Limits) -> Diagnostics {
    let found = Contents { others, ..contents(config) }.findings(limits);
    let of_all = found.iter().filter_map(|finding| match finding.subject {
        Subject::IpRules => Some((finding, "ip_rule_limit")),
        Subject::Subnets => Some((finding, "virtual_network_rule_limit")),
        Subject::IpRule(_) | Subject::Subnet(_) | Subject::DefaultAction => None,
    });
    of_all
        .map(|(finding, argument)| {
            let mut diagnostic = diagnostic(finding);
            let hint = format!(" If Azure takes more by now, raise {argument} in the provider block.");
            diagnostic.detail.push_str(&hint);
            diagnostic
        })
        .collect()
}

/// The rules of others that stay on a registry beside those that an additive rule set adds; an authoritative one leaves none. Of a kind of which
/// it adds nothing they do not matter: who only takes rules away is stopped by no limit.
pub(super) fn others_beside(planned: &Model, prior: Option<&Model>, present: &Registry) -> Rules {
    if planned.mode() == Mode::Authoritative {
        return Rules::default();
    }
    let (held, listed) = (rules(&rule_set(present)), planned.known_rules());
    let mut others = held.without(&listed);
    if let Some(prior) = prior.filter(|prior| prior.mode() == Mode::Additive) {
        others = others.without(&prior.known_rules());
    }
    let added = listed.without(&held);
    if added.ip_rules.is_empty() {
        others.ip_rules.clear();
    }
    if added.subnets.is_empty() {
        others.subnets.clear();
    }
    others
}

fn contents(config: &Model) -> Contents<'_> {
    Contents {
        default_action: config.default_action.known().and_then(|text| text.parse().ok()),
        ip_rules: known(&config.ip_rules).collect(),
        subnets: known(&config.virtual_network_subnet_ids).collect(),
        others: Rules::default(),
    }
}

fn diagnostic(finding: &Finding) -> Diagnostic {
    let attribute = match finding.subject {
        Subject::IpRule(_) | Subject::IpRules => "ip_rules",
        Subject::Subnet(_) | Subject::Subnets => "virtual_network_subnet_ids",
        Subject::DefaultAction => "default_action",
    };
    report::finding(finding, attribute)
}

/// Virtual network rules where they cannot be written, or are not offered.
pub(super) fn virtual_network_rules(config: &Model, arm: &Config) -> Diagnostics {
    match known(&config.virtual_network_subnet_ids).next() {
        Some(_) => virtual_network_rules_offered(arm, "virtual_network_subnet_ids"),
        None => Diagnostics::new(),
    }
}

/// Settings beside the rules that the API version would ignore.
pub(super) fn settings(config: &Model, arm: &Config) -> Diagnostics {
    let version = &arm.registry_api_version;
    let is_set = |setting: &RegistrySetting| match setting {
        RegistrySetting::PublicNetworkAccess => config.public_network_access_enabled.known().is_some(),
        RegistrySetting::BypassOption => config.network_rule_bypass_option.known().is_some(),
        RegistrySetting::BypassForTasks => config.network_rule_bypass_for_tasks_enabled.known().is_some(),
    };
    let ignored = RegistrySetting::ALL.into_iter().filter(|setting| is_set(setting) && !version.carries(*setting));
    let diagnostic = |setting: RegistrySetting| {
        let attribute = setting_attribute(setting);
        let detail = format!(
            "Azure would ignore the setting without a word. Set the provider's registry_api_version to a version that carries \
             it (leave it out for the default), or remove {attribute}."
        );
        Diagnostic::error(format!("API version {version} has no {}", setting.property()), detail)
            .at(Path::attribute(attribute))
    };
    ignored.map(diagnostic).collect()
}

/// The subnets that a change lists and the state does not: for those, Azure is asked during plan.
pub(super) fn subnets_to_begin_with(change: &Change<Model>) -> BTreeSet<SubnetRef> {
    let held = change.prior.as_ref().map(Model::known_rules).unwrap_or_default();
    change.planned.known_rules().without(&held).subnets.into_iter().collect()
}
