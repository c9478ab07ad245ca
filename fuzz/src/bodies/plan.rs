//! A whole life from a configuration of any kind: validated, planned, applied and planned again, over the wire's own messages.
//!
//! The input is made into configurations and stored states of one type (see [`made`](super::made)), and into what is remembered beside it. Half of the
//! inputs meet an Azure that holds a registry and a subnet, half a provider that is not configured. No message blames the provider, no call fails, and
//! what was applied is planned as no change.

use std::sync::Arc;

use acrnet::terraform::conform::proposed_new_state;
use acrnet::terraform::framework::{ErasedResource, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::diagnostic::Severity;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use acrnet::terraform::proto::tfplugin6::provider_server::ProviderServer;
use acrnet::terraform::service::{Service, provider_service};
use acrnet::terraform::value::{Type, Value, msgpack};
use arbitrary::{Result, Unstructured};
use serde_json::{Value as Json, json};

use super::arm::on_a_quick_clock;
use super::azure::{Azure, Scripted, TOKEN};
use super::made::{NETWORK, Purpose, REGISTRY, SUBNET, object};
use super::{is_our_fault, text};

const KINDS: [&str; 4] = [
    "acrnet_registry_network_rule_set",
    "acrnet_subnet_service_endpoint",
    "acrnet_registry_ip_rule",
    "acrnet_registry_virtual_network_rule",
];

/// Lives through what the input is made into.
pub fn run(input: &[u8]) {
    // A fuzzer that sees what is compared finds the token sooner or later; what it says itself is no leak.
    if text(input).contains(TOKEN) {
        return;
    }
    let mut input = Unstructured::new(input);
    // An input that ends in the middle of a configuration is none.
    let _ = life(&mut input);
}

fn life(input: &mut Unstructured<'_>) -> Result<()> {
    // The first is the one with most to decide.
    let name = KINDS[[0, 0, 0, 1, 2, 3][input.int_in_range(0..=5)?]];
    let configured = input.ratio(1, 2)?;
    let azure = Azure::new(Vec::new(), held(input)?);
    let server = azure.served();
    let resource = server.resource(name).expect("one of the provider's types");
    let block = &resource.schema().block;
    let stored = if input.ratio(1, 3)? { object(input, block, Purpose::State)? } else { Value::Null };
    let private = if input.ratio(1, 2)? { Vec::new() } else { remembered(input)? };
    let configs = [object(input, block, Purpose::Config)?, object(input, block, Purpose::Config)?];
    on_a_quick_clock(async {
        let service = if configured { Arc::clone(&server) } else { Arc::new(Server::new(azure.provider())) };
        let mut host = Host { rpc: ProviderClient::new(provider_service(service)), name, resource, stored, private };
        for config in &configs {
            host.settles(config).await;
        }
        if !host.stored.is_null() {
            host.settles(&Value::Null).await;
        }
    });
    Ok(())
}

type Rpc = ProviderClient<ProviderServer<Service<Scripted>>>;

/// Core, with one object.
struct Host<'s> {
    rpc: Rpc,
    name: &'static str,
    resource: &'s dyn ErasedResource<acrnet::resources::Clients>,
    stored: Value,
    private: Vec<u8>,
}

struct Plan {
    planned: Value,
    private: Vec<u8>,
    identity: Option<wire::ResourceIdentityData>,
    replaces: bool,
}

impl Host<'_> {
    /// Validates, plans, and, where nothing is unknown, applies; then a second plan finds nothing to do.
    async fn settles(&mut self, config: &Value) {
        if !config.is_null() && self.validate(config).await {
            // Core would end here; a provider that is asked all the same must answer.
            let _ = self.plan(config).await;
            return;
        }
        let Some(plan) = self.plan(config).await else { return };
        if plan.replaces || !config.is_wholly_known() || plan.planned == self.stored {
            return;
        }
        if self.apply(config, plan).await && !config.is_null() {
            let again = self.plan(config).await.expect("what was planned once can be planned again");
            assert_eq!(again.planned, self.stored, "a second plan of {} finds something to do", self.name);
        }
    }

    /// Whether there are errors.
    async fn validate(&mut self, config: &Value) -> bool {
        let request = wire::validate_resource_config::Request {
            type_name: self.name.to_owned(),
            config: Some(self.packed(config)),
            client_capabilities: None,
        };
        let answer = self.rpc.validate_resource_config(request).await.expect("an answer").into_inner();
        has_error(&answer.diagnostics)
    }

    async fn plan(&mut self, config: &Value) -> Option<Plan> {
        let proposed = match config {
            Value::Null => Value::Null,
            config => proposed_new_state(&self.resource.schema().block, &self.stored, config),
        };
        let request = wire::plan_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: Some(self.packed(&self.stored)),
            proposed_new_state: Some(self.packed(&proposed)),
            config: Some(self.packed(config)),
            prior_private: self.private.clone(),
            ..wire::plan_resource_change::Request::default()
        };
        let answer = self.rpc.plan_resource_change(request).await.expect("an answer").into_inner();
        let planned = self.unpacked(answer.planned_state);
        let (private, identity) = (answer.planned_private, answer.planned_identity);
        let plan = Plan { planned, private, identity, replaces: !answer.requires_replace.is_empty() };
        (!has_error(&answer.diagnostics)).then_some(plan)
    }

    /// Whether it went well.
    async fn apply(&mut self, config: &Value, plan: Plan) -> bool {
        let request = wire::apply_resource_change::Request {
            type_name: self.name.to_owned(),
            prior_state: Some(self.packed(&self.stored)),
            planned_state: Some(self.packed(&plan.planned)),
            config: Some(self.packed(config)),
            planned_private: plan.private,
            planned_identity: plan.identity,
            ..wire::apply_resource_change::Request::default()
        };
        let answer = self.rpc.apply_resource_change(request).await.expect("an answer").into_inner();
        self.stored = self.unpacked(answer.new_state);
        self.private = answer.private;
        !has_error(&answer.diagnostics)
    }

    fn ty(&self) -> &Type {
        self.resource.ty()
    }

    fn packed(&self, value: &Value) -> wire::DynamicValue {
        let msgpack = msgpack::encode(value, self.ty()).expect("a value of that type");
        wire::DynamicValue { msgpack, json: Vec::new() }
    }

    fn unpacked(&self, value: Option<wire::DynamicValue>) -> Value {
        msgpack::decode(&value.unwrap_or_default().msgpack, self.ty()).expect("a value of that type")
    }
}

/// Whether something stops the run. None of it is the provider's own fault.
fn has_error(found: &[wire::Diagnostic]) -> bool {
    for one in found {
        let said = format!("{}: {}", one.summary, one.detail);
        assert!(!is_our_fault(&one.summary) && !said.contains(TOKEN), "{said}");
    }
    found.iter().any(|one| one.severity() == Severity::Error)
}

/// What Azure holds: a registry of any kind, and a network of one subnet.
fn held(input: &mut Unstructured<'_>) -> Result<Vec<(String, Json)>> {
    let sku = input.choose(&["Premium", "Premium", "Premium", "Standard"])?;
    let action = input.choose(&["Allow", "Deny"])?;
    let range = input.choose(&["20.30.40.50", "16.17.18.0/24", "52.57.22.38", "2001:db8::/32"])?;
    let public = input.choose(&["Enabled", "Disabled"])?;
    let registry = json!({"id": REGISTRY, "name": "Demo1", "sku": {"name": sku}, "properties": {
        "loginServer": "demo1.azurecr.io", "provisioningState": "Succeeded", "publicNetworkAccess": public,
        "networkRuleBypassOptions": "AzureServices", "networkRuleBypassAllowedForTasks": false, "privateEndpointConnections": [],
        "networkRuleSet": {"defaultAction": action, "ipRules": [{"action": "Allow", "value": range}], "virtualNetworkRules": []},
    }});
    let endpoint = input.choose(&["Microsoft.Storage", "microsoft.containerregistry"])?;
    let subnet = json!({"id": SUBNET, "name": "app", "etag": "W/\"1\"", "properties": {
        "addressPrefix": "10.0.0.0/24", "provisioningState": "Succeeded",
        "serviceEndpoints": [{"service": endpoint, "locations": ["*"], "provisioningState": "Succeeded"}],
    }});
    let network = json!({"id": NETWORK, "properties": {"provisioningState": "Succeeded", "subnets": [subnet.clone()]}});
    let subscription = "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.ContainerRegistry";
    let registration = json!({"registrationState": input.choose(&["Registered", "NotRegistered"])?});
    Ok([(REGISTRY, registry), (SUBNET, subnet), (NETWORK, network), (subscription, registration)]
        .map(|(path, document)| (path.to_owned(), document))
        .into())
}

/// Private data: of this provider, of an older or a younger one, or of nobody.
fn remembered(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if input.ratio(1, 4)? {
        return Ok(input.arbitrary::<&[u8]>()?.to_vec());
    }
    let names =
        ["managed", "previous", "adopted", "creates", "left_by_failed_create", "makes", "claimant", "adoption_told"];
    let values = [
        json!(true),
        json!(null),
        json!("x"),
        json!({"public_network_access_enabled": true}),
        json!({"default_action": "Deny", "ip_rules": ["1.2.3.4"], "virtual_network_subnet_ids": [SUBNET], "scalars": {}}),
    ];
    let mut entries = serde_json::Map::new();
    for _ in 0..input.int_in_range(0..=3)? {
        entries.insert((*input.choose(&names)?).to_owned(), input.choose(&values)?.clone());
    }
    Ok(serde_json::to_vec(&entries).expect("JSON"))
}
