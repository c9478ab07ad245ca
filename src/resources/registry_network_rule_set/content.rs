//! Between what ARM says of a registry and what the rules call its content.

use serde::{Deserialize, Serialize};

use super::model::{Mode, Scalars};
use crate::azure::registry::{Registry, RegistryPatch};
use crate::rules::{DefaultAction, Edit, EditError, IpRule, RuleSet, Rules, SubnetRef};

/// The content of a registry. A default action that is none of ARM's words is taken for `Deny`: the
/// safe reading of something new.
pub(in crate::resources) fn rule_set(registry: &Registry) -> RuleSet {
    RuleSet {
        default_action: registry.default_action().parse().unwrap_or(DefaultAction::Deny),
        ip_rules: registry.ip_rules().iter().map(|text| IpRule::read(text)).collect(),
        subnets: registry.virtual_network_rules().map(|ids| ids.into_iter().map(SubnetRef::new).collect()),
    }
}

/// The settings beside the rules.
pub(super) fn scalars(registry: &Registry) -> Scalars {
    Scalars {
        public_network_access_enabled: registry.public_network_access_enabled(),
        network_rule_bypass_option: registry.bypass_option().map(str::to_owned),
        network_rule_bypass_for_tasks_enabled: registry.bypass_for_tasks(),
    }
}

/// The rules of a content, without a statement about unknown ones.
pub(in crate::resources) fn rules(content: &RuleSet) -> Rules {
    Rules { ip_rules: content.ip_rules.clone(), subnets: content.subnets.clone().unwrap_or_default() }
}

/// Which lists a write carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resources) enum Lists {
    /// Both, because both are owned.
    Both,
    /// Those that change: the others belong to somebody else.
    Changed,
}

impl Lists {
    /// Those that a rule set of that mode owns.
    pub(super) fn of(mode: Mode) -> Self {
        match mode {
            Mode::Authoritative => Self::Both,
            Mode::Additive => Self::Changed,
        }
    }
}

/// What to send so that `current` becomes what the edit and the scalars say; `None` when it is that already.
pub(in crate::resources) fn patch(
    current: &Registry,
    edit: &Edit,
    scalars: &Scalars,
    lists: Lists,
) -> Result<Option<RegistryPatch>, EditError> {
    let content = rule_set(current);
    let edited = edit.apply(&content)?;
    let mut patch = RegistryPatch::default();
    if edited.changed {
        let wanted = &edited.rule_set;
        let texts = |changed: bool| lists == Lists::Both || changed;
        // One that stays goes back in the word that ARM has for it, which need not be one of ours.
        let stays = wanted.default_action == content.default_action;
        let action = if stays { current.default_action() } else { wanted.default_action.as_str() };
        patch.default_action = Some(action.to_owned());
        patch.ip_rules = texts(wanted.ip_rules != content.ip_rules)
            .then(|| wanted.ip_rules.iter().map(|rule| rule.as_str().to_owned()).collect());
        patch.virtual_network_rules = wanted
            .subnets
            .as_ref()
            .filter(|_| texts(wanted.subnets != content.subnets))
            .map(|subnets| subnets.iter().map(|subnet| subnet.as_str().to_owned()).collect());
    }
    let present = self::scalars(current);
    patch.public_network_access_enabled =
        changed(scalars.public_network_access_enabled.as_ref(), present.public_network_access_enabled.as_ref());
    patch.bypass_option =
        changed(scalars.network_rule_bypass_option.as_ref(), present.network_rule_bypass_option.as_ref());
    patch.bypass_for_tasks = changed(
        scalars.network_rule_bypass_for_tasks_enabled.as_ref(),
        present.network_rule_bypass_for_tasks_enabled.as_ref(),
    );
    Ok((!patch.is_empty()).then_some(patch))
}

fn changed<T: Clone + PartialEq>(wanted: Option<&T>, present: Option<&T>) -> Option<T> {
    if wanted == present { None } else { wanted.cloned() }
}

/// What was there before the create, kept in private data for `restore_previous`.
///
/// What is empty is left out: Terraform copies the private data of all instances of a resource for each of them. Read either way, as states have it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Previous {
    default_action: DefaultAction,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ip_rules: Vec<String>,
    /// `None` for none of them, or not known: either way there is nothing to bring back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    virtual_network_subnet_ids: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Scalars::is_empty")]
    scalars: Scalars,
}

impl Previous {
    /// The name under which it is kept.
    pub(super) const KEY: &'static str = "previous";

    pub(super) fn of(registry: &Registry) -> Self {
        let content = rule_set(registry);
        let subnets = content.subnets.filter(|subnets| !subnets.is_empty());
        Self {
            default_action: content.default_action,
            ip_rules: content.ip_rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
            virtual_network_subnet_ids: subnets
                .map(|subnets| subnets.iter().map(|subnet| subnet.as_str().to_owned()).collect()),
            scalars: scalars(registry),
        }
    }

    pub(super) fn default_action(&self) -> DefaultAction {
        self.default_action
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            ip_rules: self.ip_rules.iter().map(|text| IpRule::read(text)).collect(),
            subnets: self.virtual_network_subnet_ids.iter().flatten().map(SubnetRef::new).collect(),
        }
    }

    /// The settings beside the rules, as far as they were managed since.
    pub(super) fn scalars(&self, managed: &Scalars) -> Scalars {
        let before = &self.scalars;
        Scalars {
            public_network_access_enabled: managed
                .public_network_access_enabled
                .and(before.public_network_access_enabled),
            network_rule_bypass_option: managed
                .network_rule_bypass_option
                .as_ref()
                .and(before.network_rule_bypass_option.clone()),
            network_rule_bypass_for_tasks_enabled: managed
                .network_rule_bypass_for_tasks_enabled
                .and(before.network_rule_bypass_for_tasks_enabled),
        }
    }
}

#[cfg(test)]
mod tests;
