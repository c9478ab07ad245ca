//! The model of the resource, and what a wholly known model asks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::azure::id::{IdError, RegistryId};
use crate::rules::rule_set::DefaultActionError;
use crate::rules::{DefaultAction, IpRule, Rules, SubnetRef};
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::framework::Private;
use crate::terraform::framework::timeouts::Timeouts;
use crate::terraform::value::{Path, Tf};

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub(super) id: Tf<String>,
    pub(super) registry_id: Tf<String>,
    pub(super) default_action: Tf<String>,
    pub(super) ip_rules: Tf<Vec<Tf<String>>>,
    pub(super) virtual_network_subnet_ids: Tf<Vec<Tf<String>>>,
    pub(super) rules_mode: Tf<String>,
    pub(super) public_network_access_enabled: Tf<bool>,
    pub(super) network_rule_bypass_option: Tf<String>,
    pub(super) network_rule_bypass_for_tasks_enabled: Tf<bool>,
    pub(super) on_existing: Tf<String>,
    pub(super) on_destroy: Tf<String>,
    pub(super) login_server: Tf<String>,
    pub(super) timeouts: Tf<Timeouts>,
}

/// Whose rules the resource owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// All of the registry.
    Authoritative,
    /// Those that it lists.
    Additive,
}

/// What destroying leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDestroy {
    /// No rules of ours, every client let in.
    RestoreDefault,
    /// What was there before the create.
    RestorePrevious,
    /// Everything as it is.
    Keep,
}

/// What a known model asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub registry: RegistryId,
    pub default_action: DefaultAction,
    pub rules: Rules,
    pub mode: Mode,
    pub adopt: bool,
}

/// The settings beside the rules, where they are managed or known. Private data holds only those; older states hold `null` for the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::resources) struct Scalars {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_network_access_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_rule_bypass_option: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_rule_bypass_for_tasks_enabled: Option<bool>,
}

impl Scalars {
    /// The name under which those that configuration sets are kept.
    const MANAGED: &'static str = "managed";

    /// Those that were managed by the last write.
    pub(super) fn managed(private: &Private) -> Self {
        private.read(Self::MANAGED).unwrap_or_default()
    }

    /// Keeps these as the managed ones, with the values that were written; where there are none, nothing is kept.
    pub(super) fn keep_managed(&self, private: &mut Private) {
        if self.is_empty() {
            private.forget(Self::MANAGED);
        } else {
            private.keep(Self::MANAGED, self);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Model {
    /// The rule set of a registry, as an import knows it.
    pub(super) fn begun(registry: &RegistryId) -> Self {
        let id = Tf::Known(registry.to_string());
        Self { id: id.clone(), registry_id: id, ..Self::default() }
    }

    /// The registry, where it is known and an id.
    pub(super) fn registry(&self) -> Option<RegistryId> {
        self.registry_id.known().and_then(|id| id.parse().ok())
    }

    /// The rules that are known; of each the text as it was written.
    pub(super) fn known_rules(&self) -> Rules {
        Rules {
            ip_rules: known(&self.ip_rules).map(IpRule::read).collect(),
            subnets: known(&self.virtual_network_subnet_ids).map(SubnetRef::new).collect(),
        }
    }

    pub(super) fn mode(&self) -> Mode {
        match self.rules_mode.known().map(String::as_str) {
            Some("additive") => Mode::Additive,
            _ => Mode::Authoritative,
        }
    }

    /// Whether rules that this does not list may be on the registry, and be somebody else's: an additive rule set leaves them there, and one that
    /// nobody has read yet does not know of them.
    pub(super) fn may_leave_others(&self) -> bool {
        self.mode() == Mode::Additive || self.default_action.is_null()
    }

    pub(super) fn adopts(&self) -> bool {
        self.on_existing.known().is_some_and(|choice| choice == "adopt")
    }

    pub(super) fn on_destroy(&self) -> OnDestroy {
        match self.on_destroy.known().map(String::as_str) {
            Some("keep") => OnDestroy::Keep,
            Some("restore_previous") => OnDestroy::RestorePrevious,
            _ => OnDestroy::RestoreDefault,
        }
    }

    pub(super) fn denies(&self) -> bool {
        self.default_action.known().is_some_and(|action| action == DefaultAction::Deny.as_str())
    }

    /// The settings beside the rules that configuration sets: those that are managed.
    pub(super) fn scalars(&self) -> Scalars {
        Scalars {
            public_network_access_enabled: self.public_network_access_enabled.known().copied(),
            network_rule_bypass_option: self.network_rule_bypass_option.known().cloned(),
            network_rule_bypass_for_tasks_enabled: self.network_rule_bypass_for_tasks_enabled.known().copied(),
        }
    }

    /// Attributes and values of all that configuration sets and a registry has one of.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &String| format!("\"{text}\"");
        let settings = [
            ("default_action", self.default_action.known().map(quoted)),
            ("public_network_access_enabled", self.public_network_access_enabled.known().map(bool::to_string)),
            ("network_rule_bypass_option", self.network_rule_bypass_option.known().map(quoted)),
            (
                "network_rule_bypass_for_tasks_enabled",
                self.network_rule_bypass_for_tasks_enabled.known().map(bool::to_string),
            ),
        ];
        settings.into_iter().filter_map(|(attribute, value)| Some((attribute, value?))).collect()
    }

    pub(super) fn set_rules(&mut self, rules: &Rules) {
        self.ip_rules = Tf::Known(rules.ip_rules.iter().map(|rule| Tf::Known(rule.as_str().to_owned())).collect());
        self.virtual_network_subnet_ids =
            Tf::Known(rules.subnets.iter().map(|subnet| Tf::Known(subnet.as_str().to_owned())).collect());
    }
}

impl TryFrom<&Model> for Wanted {
    type Error = Diagnostic;

    /// Fails only on what validation has refused before, or on a value that Terraform left unknown.
    fn try_from(model: &Model) -> Result<Self, Diagnostic> {
        let missing = |name: &str| {
            Diagnostic::error(
                format!("`{name}` is not known"),
                "Terraform asked to apply a value that it has not decided yet.",
            )
            .at(Path::attribute(name))
        };
        let registry = model.registry_id.known().ok_or_else(|| missing("registry_id"))?;
        let registry = registry.parse().map_err(|error: IdError| {
            Diagnostic::error("Not the id of a registry", error.to_string()).at(Path::attribute("registry_id"))
        })?;
        let action = model.default_action.known().ok_or_else(|| missing("default_action"))?;
        let default_action = action.parse().map_err(|error: DefaultActionError| {
            Diagnostic::error("Not a default action", error.to_string()).at(Path::attribute("default_action"))
        })?;
        for (name, list) in
            [("ip_rules", &model.ip_rules), ("virtual_network_subnet_ids", &model.virtual_network_subnet_ids)]
        {
            if list.is_unknown() || list.known().is_some_and(|list| list.iter().any(Tf::is_unknown)) {
                return Err(missing(name));
            }
        }
        Ok(Self { registry, default_action, rules: model.known_rules(), mode: model.mode(), adopt: model.adopts() })
    }
}

/// The texts of a set that are known.
pub(super) fn known(texts: &Tf<Vec<Tf<String>>>) -> impl Iterator<Item = &str> {
    texts.known().into_iter().flatten().filter_map(|text| text.known().map(String::as_str))
}

/// Whether everything in a set is known.
pub(super) fn wholly_known(texts: &Tf<Vec<Tf<String>>>) -> bool {
    !texts.is_unknown() && texts.known().into_iter().flatten().all(|text| !text.is_unknown())
}

/// Both without regard to order and spelling.
pub(super) fn same_ip_rules<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> bool {
    a.map(IpRule::read).collect::<BTreeSet<_>>() == b.map(IpRule::read).collect::<BTreeSet<_>>()
}

/// Both without regard to order and letter case.
pub(super) fn same_subnets<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> bool {
    a.map(SubnetRef::new).collect::<BTreeSet<_>>() == b.map(SubnetRef::new).collect::<BTreeSet<_>>()
}
