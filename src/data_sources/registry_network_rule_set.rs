//! `acrnet_registry_network_rule_set`: who may reach a registry, and what else decides that.

use serde::{Deserialize, Serialize};

use super::{found, id, text};
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::{Clients, call};
use crate::rules::Limits;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::timeouts::{self, ReadTimeout};
use crate::terraform::framework::{Context, DataSource};
use crate::terraform::schema::{Attribute, Check, Nesting, Schema};
use crate::terraform::value::{Tf, Type};

const DESCRIPTION: &str = "\
Reads who may reach a container registry: its default action, its rules, and the settings beside them. The registry may be of any \
SKU and need not be managed by Terraform.";

/// The data source type.
#[derive(Debug)]
pub struct RegistryNetworkRuleSet;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    registry_id: Tf<String>,
    login_server: Tf<String>,
    sku: Tf<String>,
    default_action: Tf<String>,
    ip_rules: Tf<Vec<String>>,
    virtual_network_subnet_ids: Tf<Vec<String>>,
    public_network_access_enabled: Tf<bool>,
    network_rule_bypass_option: Tf<String>,
    network_rule_bypass_for_tasks_enabled: Tf<bool>,
    private_endpoint_connections: Tf<Vec<Connection>>,
    ip_rule_count: Tf<usize>,
    ip_rule_limit: Tf<usize>,
    virtual_network_rule_count: Tf<usize>,
    virtual_network_rule_limit: Tf<usize>,
    timeouts: Tf<ReadTimeout>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Connection {
    id: Tf<String>,
    private_endpoint_id: Tf<String>,
    status: Tf<String>,
}

impl DataSource for RegistryNetworkRuleSet {
    const NAME: &'static str = "acrnet_registry_network_rule_set";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        around(rules(Schema::new(DESCRIPTION))).nested_block(timeouts::read_block())
    }

    async fn read(clients: &Clients, context: &mut Context, config: Model) -> Result<Model, Diagnostics> {
        let attribute = "registry_id";
        let registry: RegistryId = id(&config.registry_id, attribute)?;
        let reading = clients.arm.recent_registry(&registry, &call(context)).await;
        Ok(observed(&*found(registry.as_str(), attribute, reading)?, &clients.limits, config))
    }
}

fn rules(schema: Schema) -> Schema {
    let computed = |attribute: Attribute| attribute.computed();
    schema
        .attribute(
            Attribute::string(
                "registry_id",
                "Id of the registry, `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`. It may be of any SKU, and \
                 is an error where there is none.",
            )
            .required()
            .check(Check::parses::<RegistryId>()),
        )
        .attribute(computed(Attribute::string("id", "The registry's id, as in `registry_id`.")))
        .attribute(computed(Attribute::string(
            "default_action",
            "What happens to a client that no rule names: `Deny`, or `Allow`, with which rules have no effect.",
        )))
        .attribute(computed(Attribute::new(
            "ip_rules",
            Type::set(Type::String),
            "IPv4 addresses and ranges that may reach the registry, as Azure spells them: a single address without `/32`.",
        )))
        .attribute(computed(Attribute::new(
            "virtual_network_subnet_ids",
            Type::set(Type::String),
            "Ids of the subnets that may reach the registry. Null where the answer does not say: versions in the provider's \
             `registry_api_version` that know no virtual network rules leave them out, which does not mean that there are none.",
        )))
        .attribute(computed(Attribute::number("ip_rule_count", "How many IP rules there are.")))
        .attribute(computed(Attribute::number("ip_rule_limit", "The provider's `ip_rule_limit`: how many there may be.")))
        .attribute(computed(Attribute::number(
            "virtual_network_rule_count",
            "How many virtual network rules there are; null where `virtual_network_subnet_ids` is.",
        )))
        .attribute(computed(Attribute::number(
            "virtual_network_rule_limit",
            "The provider's `virtual_network_rule_limit`: how many there may be.",
        )))
}

fn around(schema: Schema) -> Schema {
    let connection = vec![
        Attribute::string("id", "Id of the connection, below the registry's.").computed(),
        Attribute::string("private_endpoint_id", "Id of the private endpoint.").computed(),
        Attribute::string("status", "`Approved`, `Pending`, `Rejected` or `Disconnected`.").computed(),
    ];
    schema
        .attribute(
            Attribute::bool(
                "public_network_access_enabled",
                "Whether the registry is reachable over its public endpoint at all; with `false`, rules have no effect.",
            )
            .computed(),
        )
        .attribute(
            Attribute::string(
                "network_rule_bypass_option",
                "Whether trusted Azure services pass the rules: `AzureServices` or `None`.",
            )
            .computed(),
        )
        .attribute(
            Attribute::bool(
                "network_rule_bypass_for_tasks_enabled",
                "Whether ACR Tasks with a system-assigned identity pass the rules; null where the API version does not say.",
            )
            .computed(),
        )
        .attribute(Attribute::string("login_server", "Host name of the registry, `myregistry.azurecr.io`.").computed())
        .attribute(
            Attribute::string("sku", "`Basic`, `Standard` or `Premium`; only Premium registries can have rules.").computed(),
        )
        .attribute(
            Attribute::nested(
                "private_endpoint_connections",
                Nesting::List,
                connection,
                "Connections of private endpoints, in Azure's order. What comes through one passes the rules.",
            )
            .computed(),
        )
}

fn observed(registry: &Registry, limits: &Limits, config: Model) -> Model {
    let (ip_rules, subnets) = (registry.ip_rules(), registry.virtual_network_rules());
    let connections = registry.private_endpoint_connections().into_iter().map(|connection| Connection {
        id: Tf::from_option(connection.id),
        private_endpoint_id: Tf::from_option(connection.private_endpoint),
        status: Tf::from_option(connection.status),
    });
    Model {
        id: config.registry_id.clone(),
        login_server: text(registry.login_server()),
        sku: text(registry.sku()),
        default_action: text(Some(registry.default_action())),
        ip_rule_count: Tf::Known(ip_rules.len()),
        ip_rule_limit: Tf::Known(limits.ip_rules),
        ip_rules: Tf::Known(ip_rules),
        virtual_network_rule_count: Tf::from_option(subnets.as_ref().map(Vec::len)),
        virtual_network_rule_limit: Tf::Known(limits.virtual_network_rules),
        virtual_network_subnet_ids: Tf::from_option(subnets),
        public_network_access_enabled: Tf::from_option(registry.public_network_access_enabled()),
        network_rule_bypass_option: text(registry.bypass_option()),
        network_rule_bypass_for_tasks_enabled: Tf::from_option(registry.bypass_for_tasks()),
        private_endpoint_connections: Tf::Known(connections.collect()),
        ..config
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1";

    fn read(document: serde_json::Value) -> Model {
        let config = Model { registry_id: Tf::Known(ID.to_owned()), ..Model::default() };
        observed(&Registry::new(document), &Limits::default(), config)
    }

    #[test]
    fn a_registry_is_told_with_its_counts_and_limits() {
        let connection = json!({"id": "c", "properties": {
            "privateEndpoint": {"id": "e"}, "privateLinkServiceConnectionState": {"status": "Approved"}}});
        let model = read(json!({"sku": {"name": "Premium"}, "properties": {
            "loginServer": "demo1.azurecr.io",
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
            "networkRuleBypassAllowedForTasks": false,
            "networkRuleSet": {
                "defaultAction": "Deny",
                "ipRules": [{"value": "16.17.18.0/24"}, {"value": "52.57.22.38"}],
                "virtualNetworkRules": [{"virtualNetworkSubnetResourceId": "subnet"}],
            },
            "privateEndpointConnections": [connection, {"id": "d", "properties": {}}],
        }}));
        let known = |text: &str| Tf::Known(text.to_owned());
        let connection = |id, private_endpoint_id, status| Connection { id: known(id), private_endpoint_id, status };
        let expected = Model {
            id: known(ID),
            registry_id: known(ID),
            login_server: known("demo1.azurecr.io"),
            sku: known("Premium"),
            default_action: known("Deny"),
            ip_rules: Tf::Known(vec!["16.17.18.0/24".to_owned(), "52.57.22.38".to_owned()]),
            virtual_network_subnet_ids: Tf::Known(vec!["subnet".to_owned()]),
            public_network_access_enabled: Tf::Known(true),
            network_rule_bypass_option: known("AzureServices"),
            network_rule_bypass_for_tasks_enabled: Tf::Known(false),
            private_endpoint_connections: Tf::Known(vec![
                connection("c", known("e"), known("Approved")),
                connection("d", Tf::Null, Tf::Null),
            ]),
            ip_rule_count: Tf::Known(2),
            ip_rule_limit: Tf::Known(200),
            virtual_network_rule_count: Tf::Known(1),
            virtual_network_rule_limit: Tf::Known(100),
            timeouts: Tf::Null,
        };
        assert_eq!(model, expected);
    }

    #[test]
    fn what_an_api_version_leaves_out_is_null_and_not_empty() {
        let rules = json!({"defaultAction": "Allow", "ipRules": []});
        let model = read(json!({"sku": {"name": "Premium"}, "properties": {"networkRuleSet": rules}}));
        assert_eq!((model.virtual_network_subnet_ids, model.virtual_network_rule_count), (Tf::Null, Tf::Null));
        assert_eq!((model.ip_rules, model.ip_rule_count), (Tf::Known(Vec::new()), Tf::Known(0)));
        assert_eq!(model.network_rule_bypass_for_tasks_enabled, Tf::Null);
    }

    #[test]
    fn a_registry_that_cannot_have_rules_has_none() {
        let model = read(json!({"sku": {"name": "Basic"}, "properties": {"loginServer": "demo1.azurecr.io"}}));
        assert_eq!((model.default_action, model.sku), (Tf::Known("Allow".to_owned()), Tf::Known("Basic".to_owned())));
        assert_eq!(model.virtual_network_subnet_ids, Tf::Known(Vec::new()));
    }
}
