//! What tells registries, subnets and rules apart, over gRPC, in the real process, against the simulator.

use std::collections::BTreeMap;

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Action, Config, Fault, Simulator};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Value, json as state_json};
use serde_json::{Value as Json, json};

use crate::core::identities::sent;
use crate::core::{Core, Kind, Object, raw};
use crate::host::HostOptions;

mod imports;
mod pages;

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
const ENDPOINT: &str = "acrnet_subnet_service_endpoint";
const IP_RULE: &str = "acrnet_registry_ip_rule";
const NETWORK_RULE: &str = "acrnet_registry_virtual_network_rule";
const RULE_SET: &str = "acrnet_registry_network_rule_set";

fn registry(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/{name}")
}

fn network() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet")
}

fn subnet(name: &str) -> String {
    format!("{}/subnets/{name}", network())
}

/// The identity of a registry, and more.
fn of_registry(name: &str, more: Json) -> Json {
    with(json!({"subscription_id": SUBSCRIPTION, "resource_group_name": "rg", "registry_name": name}), more)
}

fn of_subnet(name: &str) -> Json {
    json!({"subscription_id": SUBSCRIPTION, "resource_group_name": "rg", "virtual_network_name": "vnet", "subnet_name": name})
}

fn with(mut json: Json, more: Json) -> Json {
    let Json::Object(more) = more else { panic!("members") };
    more.into_iter().for_each(|(name, value)| json[name] = value);
    json
}

fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

/// Azure, and a provider that is configured for it.
struct World {
    azure: Simulator,
    core: Core,
}

impl World {
    /// Two registries, and two subnets with these service endpoints.
    async fn new(services: &[&str]) -> Self {
        let azure = Simulator::start(Config::default()).unwrap();
        let endpoints: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
        let subnets = [("one", "10.0.1.0/24"), ("two", "10.0.2.0/24")].map(
            |(name, prefix)| json!({"name": name, "properties": {"addressPrefix": prefix, "serviceEndpoints": endpoints}}),
        );
        let registries = ["first", "second"]
            .map(|name| json!({"id": registry(name), "location": "westeurope", "sku": {"name": "Premium"}}));
        let space = json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets});
        let networks = [json!({"id": network(), "location": "westeurope", "properties": space})];
        azure.seed(&json!({"registries": registries, "virtualNetworks": networks})).unwrap();
        let core = Core::start(HostOptions::default()).await;
        let block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
        core.configure(&provider(), &block).await.ok();
        Self { azure, core }
    }

    /// Plans and applies; the plan tells the identity beforehand.
    async fn apply(&self, kind: &Kind, prior: &Object, config: &Json) -> Object {
        let config = kind.config(config);
        let plan = self.core.plan(kind, prior, &config).await.ok();
        let object = self.core.apply(kind, &prior.value, &plan, &config).await.ok();
        assert_eq!(object.identity, plan.identity, "as planned");
        object
    }
}

fn kind(name: &str) -> Kind {
    Kind::resource(provider(), name)
}

/// An identity as JSON.
fn shown(kind: &Kind, object: &Object) -> Json {
    state_json::encode(&object.identity, &kind.identity.ty()).unwrap()
}

/// Of each type: a configuration, one of the same object that is spelled otherwise, one of another object, and the identities of both objects.
fn each() -> [(&'static str, [Json; 3], [Json; 2]); 4] {
    let rule = |registry: &str, range: &str| json!({"registry_id": registry, "ip_range": range});
    let network_rule = |registry: &str, subnet: &str| json!({"registry_id": registry, "subnet_id": subnet});
    let rule_set = |registry: &str| json!({"registry_id": registry, "default_action": "Deny"});
    let (first, second, one, two) = (registry("first"), registry("second"), subnet("one"), subnet("two"));
    let (shouted, loud) = (first.to_uppercase(), one.to_uppercase());
    [
        (
            RULE_SET,
            [rule_set(&first), rule_set(&shouted), rule_set(&second)],
            [of_registry("first", json!({})), of_registry("second", json!({}))],
        ),
        (
            ENDPOINT,
            [json!({"subnet_id": one}), json!({"subnet_id": loud}), json!({"subnet_id": two})],
            [of_subnet("one"), of_subnet("two")],
        ),
        (
            IP_RULE,
            [rule(&first, "16.17.18.19"), rule(&shouted, "16.17.18.19/32"), rule(&first, "16.17.18.20")],
            ["16.17.18.19", "16.17.18.20"].map(|range| of_registry("first", json!({"ip_range": range}))),
        ),
        (
            NETWORK_RULE,
            [network_rule(&first, &one), network_rule(&shouted, &loud), network_rule(&first, &two)],
            [&one, &two].map(|subnet| of_registry("first", json!({"subnet_id": subnet}))),
        ),
    ]
}

fn services(name: &str) -> &'static [&'static str] {
    if name == ENDPOINT { &["Microsoft.Storage"] } else { &["Microsoft.ContainerRegistry"] }
}

#[tokio::test]
async fn the_identities_are_names_that_a_user_can_write() {
    let core = Core::start(HostOptions::default()).await;
    let request = wire::get_resource_identity_schemas::Request {};
    let answer = core.rpc.clone().get_resource_identity_schemas(request).await.unwrap().into_inner();
    let schemas: BTreeMap<_, _> = answer.identity_schemas.into_iter().collect();
    let names = |schema: &wire::ResourceIdentitySchema| -> Vec<String> {
        assert_eq!(schema.version, 0);
        let attributes = schema.identity_attributes.iter();
        attributes
            .map(|one| {
                assert!(one.required_for_import && !one.optional_for_import && one.r#type == b"\"string\"", "{one:?}");
                assert!(!one.description.is_empty(), "{one:?}");
                one.name.clone()
            })
            .collect()
    };
    let of_registry = ["subscription_id", "resource_group_name", "registry_name"];
    assert_eq!(names(&schemas[RULE_SET]), of_registry);
    assert_eq!(
        names(&schemas[ENDPOINT]),
        ["subscription_id", "resource_group_name", "virtual_network_name", "subnet_name"]
    );
    assert_eq!(names(&schemas[IP_RULE])[3..], ["ip_range"]);
    assert_eq!(names(&schemas[NETWORK_RULE])[..3], of_registry);
    assert_eq!(names(&schemas[NETWORK_RULE])[3..], ["subnet_id"]);
    assert_eq!(schemas.len(), 4);
}

#[test]
fn the_guide_shows_every_identity() {
    let guide = include_str!("../../docs/guides/migrating.md");
    let (_, table) = guide.split_once("| resource | `identity` |").unwrap();
    for name in [RULE_SET, ENDPOINT, IP_RULE, NETWORK_RULE] {
        let row =
            table.lines().find(|line| line.contains(name)).unwrap().replace("the same, and", &of_registry_in_words());
        let shown: Vec<&str> = row.split('`').skip(3).step_by(2).collect();
        let kind = kind(name);
        let declared: Vec<&str> = kind.identity.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(shown, declared, "{name}");
    }
    let (_, example) = guide.split_once("  identity = {\n").unwrap();
    let written = example.lines().map_while(|line| line.split_once('=')).map(|(name, _)| name.trim());
    let declared = kind(RULE_SET).identity.attributes.into_iter().map(|attribute| attribute.name);
    assert!(written.eq(declared));
}

fn of_registry_in_words() -> String {
    "`subscription_id`, `resource_group_name`, `registry_name`, ".to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_is_planned_stays_in_every_spelling_and_is_another_one_after_a_replacement() {
    for (name, [config, respelled, other], [identity, replaced]) in each() {
        let world = World::new(services(name)).await;
        let (core, kind) = (&world.core, kind(name));
        let made = world.apply(&kind, &Object::none(), &config).await;
        assert_eq!(shown(&kind, &made), identity);
        let read = core.read(&kind, &made).await.ok();
        assert_eq!(read.identity, made.identity, "{name}");
        let plan = core.plan(&kind, &read, &kind.config(&respelled)).await.ok();
        assert_eq!((&plan.planned, &plan.identity), (&read.value, &made.identity), "{name}");

        let plan = core.plan(&kind, &read, &kind.config(&other)).await.ok();
        assert!(!plan.replace.is_empty());
        for stored in [Value::Null, read.identity.clone()] {
            let nothing = Object { private: plan.private.clone(), identity: stored, ..Object::none() };
            let create = core.plan(&kind, &nothing, &kind.config(&other)).await.ok();
            assert_eq!(shown(&kind, &Object { identity: create.identity, ..Object::none() }), replaced);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_stored_in_other_letters_stays_as_it_is_stored() {
    for (name, [config, ..], _) in each() {
        let world = World::new(services(name)).await;
        let (core, kind) = (&world.core, kind(name));
        let made = world.apply(&kind, &Object::none(), &config).await;
        let Value::Map(parts) = &made.identity else { panic!("{:?}", made.identity) };
        let loud = parts.iter().map(|(name, part)| (name.clone(), Value::from(part.as_str().unwrap().to_uppercase())));
        let stored = Object { identity: Value::map(loud), ..made.clone() };
        assert_ne!(stored.identity, made.identity);
        let read = core.read(&kind, &stored).await.ok();
        assert_eq!(read.identity, stored.identity, "{name}");
        let config = with(config, json!({"timeouts": {"read": "1m"}}));
        let updated = world.apply(&kind, &read, &config).await;
        assert_eq!(updated.identity, stored.identity, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_has_no_identity_and_a_rule_that_nobody_made_is_not_imported() {
    let world = World::new(&["Microsoft.ContainerRegistry"]).await;
    for (name, [config, ..], _) in each() {
        world.core.next_run().await;
        let kind = kind(name);
        let made = world.apply(&kind, &Object::none(), &config).await;
        world.core.next_run().await;
        let plan = world.core.plan(&kind, &made, &Value::Null).await.ok();
        assert!(plan.identity.is_null());
        let gone = world.core.apply(&kind, &made.value, &plan, &Value::Null).await.ok();
        assert!(gone.value.is_null() && gone.identity.is_null(), "{gone:?}");
    }
    let rule = of_registry("first", json!({"ip_range": "16.17.18.19"}));
    let begun = world.core.import_by_identity(&kind(IP_RULE), &rule).await.ok().unwrap();
    world.core.next_run().await;
    let read = world.core.read(&kind(IP_RULE), &begun).await;
    assert!(read.errors()[0].contains("Registry first does not have"), "{read:?}");
    let absent = of_registry("nowhere", json!({}));
    let begun = world.core.import_by_identity(&kind(RULE_SET), &absent).await.ok().unwrap();
    let read = world.core.read(&kind(RULE_SET), &begun).await.ok();
    assert!(read.value.is_null() && read.identity.is_null(), "{read:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_that_is_not_known_yet_is_not_planned() {
    let world = World::new(&[]).await;
    for (name, [config, _, other], [_, replaced]) in each() {
        let kind = kind(name);
        let needed = if name == ENDPOINT { "subnet_id" } else { "registry_id" };
        let Value::Map(mut unknown) = kind.config(&config) else { panic!("an object") };
        unknown.insert(needed.to_owned(), Value::Unknown);
        let unknown = Value::Map(unknown);
        let create = world.core.plan(&kind, &Object::none(), &unknown).await.ok();
        assert!(create.identity.is_null(), "{name}: {create:?}");
        let made = world.core.plan(&kind, &Object::none(), &kind.config(&other)).await.ok();
        let object = Object { identity: made.identity.clone(), ..Object::none() };
        assert_eq!(shown(&kind, &object), replaced, "{name}: known as soon as the configuration is");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_from_azapi_tells_the_identity() {
    let world = World::new(&["Microsoft.ContainerRegistry"]).await;
    let body = json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "16.17.18.19"}]}}});
    let endpoints = json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let cases = [
        (
            RULE_SET,
            registry("first"),
            "Microsoft.ContainerRegistry/registries@2025-05-01-preview",
            body,
            of_registry("first", json!({})),
        ),
        (ENDPOINT, subnet("one"), "Microsoft.Network/virtualNetworks/subnets@2024-05-01", endpoints, of_subnet("one")),
    ];
    for (name, id, azure_type, body, identity) in cases {
        let kind = kind(name);
        let source = json!({"id": id, "resource_id": id, "type": azure_type, "body": body.to_string()});
        let request = wire::move_resource_state::Request {
            source_provider_address: "registry.terraform.io/azure/azapi".to_owned(),
            source_type_name: "azapi_update_resource".to_owned(),
            source_state: Some(raw(&source)),
            target_type_name: kind.name.clone(),
            ..Default::default()
        };
        let moved = world.core.rpc.clone().move_resource_state(request).await.unwrap().into_inner();
        let expected = state_json::decode(&identity, &kind.identity.ty()).unwrap();
        assert_eq!(moved.target_identity, sent(&expected, &kind.identity.ty()), "{:?}", moved.diagnostics);
        let value = crate::core::unpacked(moved.target_state, &kind.ty);
        let object = Object { value, identity: expected.clone(), ..Object::none() };
        assert_eq!(world.core.read(&kind, &object).await.ok().identity, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_azure_refuses_keeps_the_identity() {
    let world = World::new(&[]).await;
    let kind = kind(RULE_SET);
    let made =
        world.apply(&kind, &Object::none(), &json!({"registry_id": registry("first"), "default_action": "Deny"})).await;
    let body = json!({"error": {"code": "AuthorizationFailed", "message": "No."}});
    let refused = Action::Answer { status: 403, headers: serde_json::Map::new(), body, after_effect: false };
    world.azure.fault(Fault::new(refused).on("PATCH", "/registries/first"));
    let config = kind.config(&json!({"registry_id": registry("first"), "default_action": "Allow"}));
    let plan = world.core.plan(&kind, &made, &config).await.ok();
    let refused = world.core.apply(&kind, &made.value, &plan, &config).await;
    assert_eq!(refused.errors().len(), 1, "{refused:?}");
    assert_eq!(refused.answer.identity, made.identity);
}
