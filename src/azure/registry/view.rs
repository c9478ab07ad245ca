//! A registry as ARM shows it: a lenient view of the document, which is kept as it came.

use serde_json::Value;

use crate::azure::api_version::{ApiVersion, RegistrySetting, VirtualNetworkRulesKey};
use crate::azure::page::cut_down;

/// The properties that a view tells of.
const SHOWN: [&str; 7] = [
    "loginServer",
    "provisioningState",
    "networkRuleSet",
    "publicNetworkAccess",
    "networkRuleBypassOptions",
    "networkRuleBypassAllowedForTasks",
    "privateEndpointConnections",
];

/// What one reading showed. Members that ARM left out are unknown, not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    raw: Value,
}

impl Registry {
    /// A view of ARM's document.
    #[must_use]
    pub fn new(raw: Value) -> Self {
        Self { raw }
    }

    /// An entry of a list, cut down to what a view tells; `None` when it does not show all that a reading of the registry alone does.
    pub(in crate::azure) fn listed(entry: Value, version: &ApiVersion) -> Option<Self> {
        Self::new(cut_down(entry, &["id", "name", "sku", "systemData"], &SHOWN)).if_all_shown(version)
    }

    /// This entry of a list, unless a reading of the registry alone would show more.
    pub(in crate::azure) fn if_all_shown(self, version: &ApiVersion) -> Option<Self> {
        self.shows_all(version).then_some(self)
    }

    /// The document as it came, or what was kept of it.
    #[must_use]
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The host name of the registry, such as `prod1.azurecr.io`; it may carry a hash and need not begin with the name.
    #[must_use]
    pub fn login_server(&self) -> Option<&str> {
        self.text("loginServer")
    }

    /// `Basic`, `Standard` or `Premium`.
    #[must_use]
    pub fn sku(&self) -> Option<&str> {
        self.raw.get("sku")?.get("name")?.as_str()
    }

    /// Whether the registry is one that can have network rules.
    #[must_use]
    pub fn is_premium(&self) -> bool {
        self.sku().is_some_and(|sku| sku.eq_ignore_ascii_case("Premium"))
    }

    /// `Succeeded`, `Updating`, `Failed` …
    #[must_use]
    pub fn provisioning_state(&self) -> Option<&str> {
        self.text("provisioningState")
    }

    /// What happens to those no rule names, as ARM spells it: `Allow` (also where no rule set is shown, which is the service's default) or `Deny`.
    #[must_use]
    pub fn default_action(&self) -> &str {
        self.rule_set().and_then(|rules| rules.get("defaultAction")).and_then(Value::as_str).unwrap_or("Allow")
    }

    /// The addresses and ranges that are let in, as ARM spells them.
    #[must_use]
    pub fn ip_rules(&self) -> Vec<String> {
        let rules = self.rule_set().and_then(|rules| rules.get("ipRules")).and_then(Value::as_array);
        let values = rules.into_iter().flatten().filter_map(|rule| rule.get("value")?.as_str());
        values.map(str::to_owned).collect()
    }

    /// The ids of the subnets that are let in, as ARM spells them.
    ///
    /// `None` when the answer does not say: the array is missing, as with API versions that do not know it, or holds a rule in a form unknown here.
    /// A registry that shows its rule set as `null`, or is not Premium and shows none, has no rules.
    #[must_use]
    pub fn virtual_network_rules(&self) -> Option<Vec<String>> {
        let Some(rules) = self.rule_set() else {
            let shown_as_null = self.property("networkRuleSet").is_some_and(Value::is_null);
            let cannot_have_any = self.sku().is_some() && !self.is_premium();
            return (shown_as_null || cannot_have_any).then(Vec::new);
        };
        let rules = rules.get("virtualNetworkRules")?.as_array()?;
        rules.iter().map(subnet_of).collect()
    }

    /// Whether the public endpoint answers at all.
    #[must_use]
    pub fn public_network_access_enabled(&self) -> Option<bool> {
        self.text("publicNetworkAccess").map(|access| access.eq_ignore_ascii_case("Enabled"))
    }

    /// Whether trusted services pass the rules: `AzureServices` or `None`.
    #[must_use]
    pub fn bypass_option(&self) -> Option<&str> {
        self.text("networkRuleBypassOptions")
    }

    /// Whether the registry's own tasks pass the rules; `None` with API versions before 2025-05-01-preview.
    #[must_use]
    pub fn bypass_for_tasks(&self) -> Option<bool> {
        self.property("networkRuleBypassAllowedForTasks")?.as_bool()
    }

    /// The private endpoint connections, in ARM's order.
    #[must_use]
    pub fn private_endpoint_connections(&self) -> Vec<PrivateEndpointConnection> {
        let all = self.property("privateEndpointConnections").and_then(Value::as_array);
        all.into_iter().flatten().map(PrivateEndpointConnection::of).collect()
    }

    /// When the registry was last changed, by whomever, in ARM's words; `None` also while it is as it was created.
    pub(in crate::azure) fn last_change(&self) -> Option<&str> {
        let when = |member: &str| self.raw.get("systemData")?.get(member)?.as_str();
        when("lastModifiedAt").filter(|&changed| when("createdAt") != Some(changed))
    }

    fn shows_all(&self, version: &ApiVersion) -> bool {
        let Some(rules) = self.rule_set() else { return false };
        let shows = |property: &str| self.property(property).is_some_and(|value| !value.is_null());
        let subnets_are_known =
            version.virtual_network_rules() == VirtualNetworkRulesKey::Absent || self.virtual_network_rules().is_some();
        subnets_are_known
            && rules.get("defaultAction").is_some_and(Value::is_string)
            && rules.get("ipRules").is_some_and(Value::is_array)
            && RegistrySetting::ALL.into_iter().all(|setting| !version.carries(setting) || shows(setting.property()))
            && ["loginServer", "provisioningState", "privateEndpointConnections"].into_iter().all(shows)
            && self.sku().is_some()
    }

    fn rule_set(&self) -> Option<&Value> {
        self.property("networkRuleSet").filter(|rules| rules.is_object())
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.property(member)?.as_str()
    }

    fn property(&self, member: &str) -> Option<&Value> {
        self.raw.get("properties")?.get(member)
    }
}

/// A connection of a private endpoint to a registry. Members that ARM left out are unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateEndpointConnection {
    /// The connection's own id, below the registry's.
    pub id: Option<String>,
    /// The id of the private endpoint.
    pub private_endpoint: Option<String>,
    /// `Approved`, `Pending`, `Rejected` or `Disconnected`.
    pub status: Option<String>,
}

impl PrivateEndpointConnection {
    fn of(connection: &Value) -> Self {
        let text = |pointer: &str| connection.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Self {
            id: text("/id"),
            private_endpoint: text("/properties/privateEndpoint/id"),
            status: text("/properties/privateLinkServiceConnectionState/status"),
        }
    }
}

/// The service has changed the key under an unchanged API version (Azure/azure-cli#33660), so both are read with every version.
fn subnet_of(rule: &Value) -> Option<String> {
    let value = rule.get("virtualNetworkSubnetResourceId").filter(|value| !value.is_null()).or_else(|| rule.get("id"));
    value?.as_str().map(str::to_owned)
}
