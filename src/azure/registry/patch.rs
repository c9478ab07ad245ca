//! What is to change in a registry: the body of the PATCH, and the proof that it was stored.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::azure::api_version::{ApiVersion, RegistrySetting, VirtualNetworkRulesKey};
use crate::azure::registry::Registry;

/// What to change; `None` is left out of the body, and so stays as it is. Arrays replace what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryPatch {
    /// `Allow` or `Deny`. Needed whenever rules are set: ARM wants it with every rule set.
    pub default_action: Option<String>,
    /// IPv4 addresses and CIDR ranges.
    pub ip_rules: Option<Vec<String>>,
    /// Ids of subnets.
    pub virtual_network_rules: Option<Vec<String>>,
    /// Whether the public endpoint answers at all.
    pub public_network_access_enabled: Option<bool>,
    /// `AzureServices` or `None`, as ARM spells them.
    pub bypass_option: Option<String>,
    /// Whether the registry's own tasks pass the rules.
    pub bypass_for_tasks: Option<bool>,
}

/// Why a patch cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatchError {
    #[error("rules cannot be written without the default action")]
    NoDefaultAction,
    #[error(
        "API version {0} does not carry virtual network rules; it would ignore them (2026-03-01-preview carries them)"
    )]
    NoVirtualNetworkRules(ApiVersion),
    #[error(
        "API version {version} does not carry {}; it would ignore it (2026-03-01-preview carries it)",
        setting.property()
    )]
    SettingIgnored { version: ApiVersion, setting: RegistrySetting },
}

impl RegistryPatch {
    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The body of the PATCH: only what is set. What the version would ignore is an error.
    pub(super) fn body(&self, version: &ApiVersion) -> Result<Value, PatchError> {
        let mut properties = Map::new();
        if let Some(rule_set) = self.rule_set(version)? {
            properties.insert("networkRuleSet".into(), rule_set);
        }
        for setting in RegistrySetting::ALL {
            let Some(value) = self.setting(setting) else { continue };
            if !version.carries(setting) {
                return Err(PatchError::SettingIgnored { version: version.clone(), setting });
            }
            properties.insert(setting.property().into(), value);
        }
        Ok(json!({ "properties": properties }))
    }

    fn setting(&self, setting: RegistrySetting) -> Option<Value> {
        match setting {
            RegistrySetting::PublicNetworkAccess => self.public_network_access_enabled.map(|on| access(on).into()),
            RegistrySetting::BypassOption => self.bypass_option.as_deref().map(Value::from),
            RegistrySetting::BypassForTasks => self.bypass_for_tasks.map(Value::from),
        }
    }

    fn rule_set(&self, version: &ApiVersion) -> Result<Option<Value>, PatchError> {
        let Some(default_action) = &self.default_action else {
            let rules = self.ip_rules.is_some() || self.virtual_network_rules.is_some();
            return if rules { Err(PatchError::NoDefaultAction) } else { Ok(None) };
        };
        let mut rule_set = Map::from_iter([("defaultAction".to_owned(), default_action.as_str().into())]);
        if let Some(subnets) = &self.virtual_network_rules {
            let key = match version.virtual_network_rules() {
                VirtualNetworkRulesKey::SubnetResourceId => "virtualNetworkSubnetResourceId",
                VirtualNetworkRulesKey::Id => "id",
                VirtualNetworkRulesKey::Absent => return Err(PatchError::NoVirtualNetworkRules(version.clone())),
            };
            rule_set.insert("virtualNetworkRules".into(), rules(key, subnets));
        }
        if let Some(ranges) = &self.ip_rules {
            rule_set.insert("ipRules".into(), rules("value", ranges));
        }
        Ok(Some(rule_set.into()))
    }

    /// One patch for both: what `later` sets counts.
    pub(in crate::azure) fn followed_by(self, later: Self) -> Self {
        Self {
            default_action: later.default_action.or(self.default_action),
            ip_rules: later.ip_rules.or(self.ip_rules),
            virtual_network_rules: later.virtual_network_rules.or(self.virtual_network_rules),
            public_network_access_enabled: later.public_network_access_enabled.or(self.public_network_access_enabled),
            bypass_option: later.bypass_option.or(self.bypass_option),
            bypass_for_tasks: later.bypass_for_tasks.or(self.bypass_for_tasks),
        }
    }

    /// Leaves the virtual network rules out if they are to be what they are: for a version that shows them and does not carry them.
    pub(in crate::azure) fn leave_subnets_as_they_are(&mut self, registry: &Registry) {
        let lower = |ids: &[String]| ids.iter().map(|id| id.to_ascii_lowercase()).collect::<BTreeSet<_>>();
        let present = registry.virtual_network_rules();
        if let (Some(wanted), Some(present)) = (&self.virtual_network_rules, present)
            && lower(wanted) == lower(&present)
        {
            self.virtual_network_rules = None;
        }
    }

    /// The same members with what is there now: a patch that changes nothing.
    pub(in crate::azure) fn as_it_is(&self, registry: &Registry) -> Self {
        Self {
            default_action: self.default_action.as_ref().map(|_| registry.default_action().to_owned()),
            ip_rules: self.ip_rules.as_ref().map(|_| registry.ip_rules()),
            virtual_network_rules: self.virtual_network_rules.as_ref().and_then(|_| registry.virtual_network_rules()),
            public_network_access_enabled: self
                .public_network_access_enabled
                .and_then(|_| registry.public_network_access_enabled()),
            bypass_option: self.bypass_option.as_ref().and_then(|_| registry.bypass_option().map(str::to_owned)),
            bypass_for_tasks: self.bypass_for_tasks.and_then(|_| registry.bypass_for_tasks()),
        }
    }

    /// What the registry will be once this is stored.
    #[must_use]
    pub fn applied_to(&self, registry: &Registry) -> Registry {
        let mut raw = registry.raw().clone();
        let subnets = self.virtual_network_rules.clone().or_else(|| registry.virtual_network_rules());
        let properties = object(object(&mut raw).entry("properties").or_insert(Value::Null));
        if let Some(action) = &self.default_action {
            let rule_set = object(properties.entry("networkRuleSet").or_insert(Value::Null));
            rule_set.insert("defaultAction".into(), action.as_str().into());
            if let Some(ranges) = &self.ip_rules {
                rule_set.insert("ipRules".into(), rules("value", ranges));
            }
            if let Some(subnets) = subnets {
                rule_set.insert("virtualNetworkRules".into(), rules("virtualNetworkSubnetResourceId", &subnets));
            }
        }
        for setting in RegistrySetting::ALL {
            if let Some(value) = self.setting(setting) {
                properties.insert(setting.property().into(), value);
            }
        }
        Registry::new(raw)
    }

    /// What of this patch the registry does not hold, in words; empty when all is stored.
    ///
    /// Meaning is compared, not spelling: Azure drops `/32`, changes letters of ids, and keeps no order.
    #[must_use]
    pub fn unstored(&self, registry: &Registry) -> Vec<String> {
        let mut differences = Vec::new();
        differs(&mut differences, "default action", self.default_action.as_deref(), Some(registry.default_action()));
        if let Some(sent) = &self.ip_rules {
            set_differs(&mut differences, "IP rules", address, sent, &registry.ip_rules());
        }
        match (&self.virtual_network_rules, registry.virtual_network_rules()) {
            (Some(sent), Some(stored)) => {
                set_differs(&mut differences, "virtual network rules", str::to_ascii_lowercase, sent, &stored);
            }
            (Some(_), None) => differences.push("virtual network rules: the answer does not show them".to_owned()),
            (None, _) => {}
        }
        let stored = registry.public_network_access_enabled().map(access);
        differs(&mut differences, "public network access", self.public_network_access_enabled.map(access), stored);
        differs(&mut differences, "network rule bypass", self.bypass_option.as_deref(), registry.bypass_option());
        let (sent, stored) = (self.bypass_for_tasks.map(yes), registry.bypass_for_tasks().map(yes));
        differs(&mut differences, "network rule bypass for tasks", sent, stored);
        differences
    }
}

/// The value as an object; whatever else it was is gone.
fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("invariant: it was made an object")
}

fn rules(key: &str, values: &[String]) -> Value {
    values.iter().map(|value| json!({ "action": "Allow", key: value })).collect()
}

fn access(enabled: bool) -> &'static str {
    if enabled { "Enabled" } else { "Disabled" }
}

fn yes(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "not allowed" }
}

/// Azure shows a single address without its `/32`.
fn address(range: &str) -> String {
    let range = range.trim();
    range.strip_suffix("/32").unwrap_or(range).to_ascii_lowercase()
}

fn differs(differences: &mut Vec<String>, what: &str, sent: Option<&str>, stored: Option<&str>) {
    let Some(sent) = sent else { return };
    match stored {
        Some(stored) if stored.eq_ignore_ascii_case(sent) => {}
        Some(stored) => differences.push(format!("{what}: {stored} instead of {sent}")),
        None => differences.push(format!("{what}: the answer does not show it")),
    }
}

fn set_differs(
    differences: &mut Vec<String>,
    what: &str,
    meaning: impl Fn(&str) -> String,
    sent: &[String],
    stored: &[String],
) {
    let by_meaning = |texts: &[String]| -> BTreeMap<String, String> {
        texts.iter().map(|text| (meaning(text), text.clone())).collect()
    };
    let (sent, stored) = (by_meaning(sent), by_meaning(stored));
    let only_in = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>| -> Vec<String> {
        a.iter().filter(|(key, _)| !b.contains_key(*key)).map(|(_, text)| text.clone()).collect()
    };
    let (missing, unexpected) = (only_in(&sent, &stored), only_in(&stored, &sent));
    if !missing.is_empty() {
        differences.push(format!("{what}: missing {}", missing.join(", ")));
    }
    if !unexpected.is_empty() {
        differences.push(format!("{what}: unexpected {}", unexpected.join(", ")));
    }
}
