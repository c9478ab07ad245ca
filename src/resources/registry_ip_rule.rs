//! `acrnet_registry_ip_rule`: one address or range that may reach a registry that somebody else owns.

use serde::{Deserialize, Serialize};

use super::RegistryIdentity;
use super::registry_rule::{Fields, Kind, Parts, RegistryRule, identity_schema, on_existing, registry_id};
use super::report;
use crate::rules::findings::check_ip_rule;
use crate::rules::{IpRule, Rules};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::Identity;
use crate::terraform::framework::timeouts::{self, Timeouts};
use crate::terraform::schema::{Attribute, IdentityAttribute, IdentitySchema, Schema};
use crate::terraform::value::{Tf, Value};

const ELEMENT: &str = "ip_range";

const DESCRIPTION: &str = "\
One IP rule of a container registry: for teams that let their own address in, from a state of their own, to a registry that \
somebody else owns. The default action and the other rules are written back as read. Needs the Premium SKU.\n\n\
~> Not beside an authoritative `acrnet_registry_network_rule_set` of the same registry, nor beside the `network_rule_set` block \
of `azurerm_container_registry`: both remove rules that they do not list.";

/// The resource type.
pub type RegistryIpRule = RegistryRule<IpRuleKind>;

/// The kind of rule.
#[derive(Debug)]
pub struct IpRuleKind;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    registry_id: Tf<String>,
    ip_range: Tf<String>,
    on_existing: Tf<String>,
    timeouts: Tf<Timeouts>,
}

/// One field per attribute: the registry's, and what the rule lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpRuleIdentity {
    subscription_id: String,
    resource_group_name: String,
    registry_name: String,
    ip_range: String,
}

impl Kind for IpRuleKind {
    const NAME: &'static str = "acrnet_registry_ip_rule";
    const ELEMENT: &'static str = ELEMENT;
    const EXAMPLE: &'static str =
        "/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/myregistry|16.17.18.0/24";
    type Model = Model;
    type Identity = IpRuleIdentity;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(registry_id())
            .attribute(
                Attribute::string(
                    ELEMENT,
                    "Public IPv4 address (`203.0.113.7`) or range in CIDR form (`198.51.100.0/24`) that may reach the registry. \
                     `203.0.113.7` and `203.0.113.7/32` are the same rule. IPv6, host bits (`198.51.100.1/24`) and ranges that overlap \
                     private space (RFC 1918) are errors of the plan. Changing it makes a new rule.",
                )
                .required()
                .replaces()
                .same_when(same_range),
            )
            .attribute(on_existing())
            .attribute(Attribute::string("id", "`<registry id>|<ip range>`. It is also what an import takes.").computed().kept())
            .nested_block(timeouts::block())
    }

    fn check(element: &str) -> Diagnostics {
        let found = match check_ip_rule(element) {
            Ok((_, warning)) => warning,
            Err(error) => Some(error),
        };
        found.iter().map(|finding| report::finding(finding, ELEMENT)).collect()
    }

    fn parse(element: &str) -> Result<(), String> {
        check_ip_rule(element).map(drop).map_err(|finding| finding.detail)
    }

    fn rules(element: &str) -> Rules {
        Rules { ip_rules: [IpRule::read(element)].into(), ..Rules::default() }
    }
}

fn same_range(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if IpRule::read(a) == IpRule::read(b))
}

impl From<Fields> for Model {
    fn from(Fields { id, registry_id, element: ip_range, on_existing, timeouts }: Fields) -> Self {
        Self { id, registry_id, ip_range, on_existing, timeouts }
    }
}

impl From<Model> for Fields {
    fn from(Model { id, registry_id, ip_range: element, on_existing, timeouts }: Model) -> Self {
        Self { id, registry_id, element, on_existing, timeouts }
    }
}

impl Identity for IpRuleIdentity {
    fn schema() -> IdentitySchema {
        identity_schema(IdentityAttribute::string(ELEMENT, "Address or range that the rule lets in."))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        Parts::from(self.clone()).says_the_same::<IpRuleKind>(&other.clone().into())
    }
}

impl From<Parts> for IpRuleIdentity {
    fn from(Parts { registry, element: ip_range }: Parts) -> Self {
        let RegistryIdentity { subscription_id, resource_group_name, registry_name } = registry;
        Self { subscription_id, resource_group_name, registry_name, ip_range }
    }
}

impl From<IpRuleIdentity> for Parts {
    fn from(IpRuleIdentity { subscription_id, resource_group_name, registry_name, ip_range }: IpRuleIdentity) -> Self {
        let registry = RegistryIdentity { subscription_id, resource_group_name, registry_name };
        Self { registry, element: ip_range }
    }
}
