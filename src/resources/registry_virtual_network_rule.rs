//! `acrnet_registry_virtual_network_rule`: one subnet that may reach a registry that somebody else owns.

use serde::{Deserialize, Serialize};

use super::RegistryIdentity;
use super::registry_rule::{Fields, Kind, Parts, RegistryRule, identity_schema, on_existing, registry_id};
use super::same_id;
use crate::azure::id::SubnetId;
use crate::rules::{Rules, SubnetRef};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::Identity;
use crate::terraform::framework::timeouts::{self, Timeouts};
use crate::terraform::schema::{Attribute, Check, IdentityAttribute, IdentitySchema, Schema};
use crate::terraform::value::Tf;

const ELEMENT: &str = "subnet_id";

const DESCRIPTION: &str = "\
One virtual network rule of a container registry: for teams that let their own subnet in, from a state of their own, to a \
registry that somebody else owns. The default action and the other rules are written back as read. Needs the Premium SKU.\n\n\
~> Not beside an authoritative `acrnet_registry_network_rule_set` of the same registry: it removes rules that it does not list.\n\n\
~> Azure checks every rule of a registry at each write. So the identity needs \
`Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action` on the subnets of the other rules too, and a rule for a \
subnet that was deleted stops everybody until it is removed.";

/// The resource type.
pub type RegistryVirtualNetworkRule = RegistryRule<VirtualNetworkRuleKind>;

/// The kind of rule.
#[derive(Debug)]
pub struct VirtualNetworkRuleKind;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    registry_id: Tf<String>,
    subnet_id: Tf<String>,
    on_existing: Tf<String>,
    timeouts: Tf<Timeouts>,
}

/// One field per attribute: the registry's, and what the rule lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualNetworkRuleIdentity {
    subscription_id: String,
    resource_group_name: String,
    registry_name: String,
    subnet_id: String,
}

impl Kind for VirtualNetworkRuleKind {
    const NAME: &'static str = "acrnet_registry_virtual_network_rule";
    const ELEMENT: &'static str = ELEMENT;
    const EXAMPLE: &'static str = "/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/myregistry|/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/net/subnets/app";
    type Model = Model;
    type Identity = VirtualNetworkRuleIdentity;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(registry_id())
            .attribute(
                Attribute::string(
                    ELEMENT,
                    "Id of the subnet that may reach the registry. It needs the service endpoint \
                     `Microsoft.ContainerRegistry`: reference `acrnet_subnet_service_endpoint.….subnet_id`, so that the \
                     endpoint is there before the rule and leaves after it. Compared without regard to letter case. Changing it \
                     makes a new rule.",
                )
                .required()
                .replaces()
                .check(Check::parses::<SubnetId>())
                .same_when(same_id),
            )
            .attribute(on_existing())
            .attribute(Attribute::string("id", "`<registry id>|<subnet id>`. It is also what an import takes.").computed().kept())
            .nested_block(timeouts::block())
    }

    /// The schema has said what is wrong with an id.
    fn check(_element: &str) -> Diagnostics {
        Diagnostics::new()
    }

    fn parse(element: &str) -> Result<(), String> {
        element.parse::<SubnetId>().map(drop).map_err(|error| error.to_string())
    }

    fn rules(element: &str) -> Rules {
        Rules { subnets: [SubnetRef::new(element)].into(), ..Rules::default() }
    }
}

impl From<Fields> for Model {
    fn from(Fields { id, registry_id, element: subnet_id, on_existing, timeouts }: Fields) -> Self {
        Self { id, registry_id, subnet_id, on_existing, timeouts }
    }
}

impl From<Model> for Fields {
    fn from(Model { id, registry_id, subnet_id: element, on_existing, timeouts }: Model) -> Self {
        Self { id, registry_id, element, on_existing, timeouts }
    }
}

impl Identity for VirtualNetworkRuleIdentity {
    fn schema() -> IdentitySchema {
        identity_schema(IdentityAttribute::string(ELEMENT, "Id of the subnet that the rule lets in."))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        Parts::from(self.clone()).says_the_same::<VirtualNetworkRuleKind>(&other.clone().into())
    }
}

impl From<Parts> for VirtualNetworkRuleIdentity {
    fn from(Parts { registry, element: subnet_id }: Parts) -> Self {
        let RegistryIdentity { subscription_id, resource_group_name, registry_name } = registry;
        Self { subscription_id, resource_group_name, registry_name, subnet_id }
    }
}

impl From<VirtualNetworkRuleIdentity> for Parts {
    fn from(
        VirtualNetworkRuleIdentity { subscription_id, resource_group_name, registry_name, subnet_id }: VirtualNetworkRuleIdentity,
    ) -> Self {
        let registry = RegistryIdentity { subscription_id, resource_group_name, registry_name };
        Self { registry, element: subnet_id }
    }
}
