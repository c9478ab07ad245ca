//! The lists of the provider against the simulator: what they find, what they ask Azure for, and what they say when it refuses.

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Action, Config, Fault, Settings, Simulator};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::generated::{assert_fits, set};
use super::host::{Block, without_the_capability};
use crate::core::{Core, Kind, Object};
use crate::host::HostOptions;

pub const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
const OTHER: &str = "22222222-2222-2222-2222-222222222222";
const RULE_SETS: &str = "acrnet_registry_network_rule_set";
const ENDPOINTS: &str = "acrnet_subnet_service_endpoint";

pub fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

pub fn list(name: &str, config: &Json) -> Block {
    Block::of(provider, name, config)
}

/// A provider that talks to that Azure, with more in its block.
pub async fn core_with(azure: &Simulator, more: &Json) -> Core {
    let core = Core::start(HostOptions::default()).await;
    let mut block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
    block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    core.configure(&provider(), &block).await.ok();
    core
}

/// The same, in the subscription in which everything is.
pub async fn core(azure: &Simulator) -> Core {
    core_with(azure, &json!({"subscription_id": SUBSCRIPTION})).await
}

fn registry(subscription: &str, group: &str, name: &str, more: Json) -> Json {
    let id = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerRegistry/registries/{name}"
    );
    let mut registry = json!({"id": id, "location": "westeurope", "sku": {"name": "Premium"}});
    registry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    registry
}

/// The same, by an id in other letters: Azure keeps those of whoever wrote first.
fn shouted(mut registry: Json) -> Json {
    let id = registry["id"].as_str().unwrap().replace("resourceGroups/test", "resourcegroups/TEST");
    registry["id"] = id.into();
    registry
}

fn rules(default_action: &str, ip_rules: &[&str]) -> Json {
    let ip_rules: Vec<Json> = ip_rules.iter().map(|value| json!({"action": "Allow", "value": value})).collect();
    json!({"properties": {"networkRuleSet": {"defaultAction": default_action, "ipRules": ip_rules}}})
}

fn network(group: &str, name: &str, subnets: &[(&str, &[&str])]) -> Json {
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{name}"
    );
    let subnets: Vec<Json> = (0..)
        .zip(subnets)
        .map(|(number, (name, services))| {
            let endpoints: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
            json!({"name": name, "properties": {"addressPrefix": format!("10.0.{number}.0/24"), "serviceEndpoints": endpoints}})
        })
        .collect();
    json!({"id": id, "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}})
}

fn simulator(page_size: usize, seed: &Json) -> Simulator {
    let settings = Settings { page_size, ..Settings::default() };
    let azure = Simulator::start(Config { settings, ..Config::default() }).unwrap();
    azure.seed(seed).unwrap();
    azure
}

/// Registries of all sorts in two resource groups, and one in another subscription; a network in each group.
fn estate(page_size: usize) -> Simulator {
    simulator(
        page_size,
        &json!({
            "registries": [
                registry(SUBSCRIPTION, "prod", "open1", json!({})),
                registry(SUBSCRIPTION, "prod", "denies", rules("Deny", &[])),
                registry(SUBSCRIPTION, "prod", "begun1", rules("Allow", &["16.17.18.0/24"])),
                shouted(registry(SUBSCRIPTION, "test", "private", json!({"properties": {"publicNetworkAccess": "Disabled"}}))),
                registry(SUBSCRIPTION, "test", "basic", json!({"sku": {"name": "Basic"}})),
                registry(OTHER, "prod", "elsewhere", rules("Deny", &[])),
            ],
            "virtualNetworks": [
                network("prod", "hub", &[("aks", &["Microsoft.Storage", "Microsoft.ContainerRegistry"]), ("vms", &["Microsoft.Storage"]), ("bare", &[])]),
                network("test", "spoke", &[("build", &["microsoft.containerregistry"]), ("none", &[])]),
            ],
        }),
    )
}

/// Two resource groups, for [`many`].
pub const GROUPS: [&str; 2] = ["first", "second"];

/// So many registries in each of two resource groups.
pub fn many(page_size: usize, number: usize) -> Simulator {
    let names = |group: &'static str| (0..number).map(move |number| (group, format!("{group}{number:02}")));
    let registries: Vec<Json> = GROUPS
        .into_iter()
        .flat_map(names)
        .map(|(group, name)| registry(SUBSCRIPTION, group, &name, json!({})))
        .collect();
    simulator(page_size, &json!({"registries": registries}))
}

/// How many pages of the list of a group were asked for.
pub fn pages_of(azure: &Simulator, group: &str) -> usize {
    let path = format!("/resourceGroups/{group}/providers/Microsoft.ContainerRegistry/registries");
    azure.requests().iter().filter(|record| record.path.ends_with(&path)).count()
}

/// What was asked, as `GET` and the last part of the path, with how many pages of each list.
fn asked(azure: &Simulator) -> Vec<String> {
    azure
        .requests()
        .iter()
        .map(|record| format!("{} {}", record.method, record.path.rsplit('/').next().unwrap()))
        .collect()
}

fn refusal(status: u16, code: &str, message: &str) -> Action {
    Action::Answer {
        status,
        headers: serde_json::Map::new(),
        body: json!({"error": {"code": code, "message": message}}),
        after_effect: false,
    }
}

fn forbidden(action: &str, scope: &str) -> Action {
    refusal(
        403,
        "AuthorizationFailed",
        &format!(
            "The client 'c' with object id 'o' does not have authorization to perform action '{action}' over scope '{scope}' or the \
             scope is invalid."
        ),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rule_sets_of_a_subscription_or_a_group_are_listed() {
    let azure = estate(100);
    let core = core(&azure).await;
    let everywhere = core.query(&list(RULE_SETS, &json!({}))).await;
    assert_eq!(everywhere.names(), ["begun1 (prod)", "denies (prod)", "open1 (prod)", "private (TEST)"]);
    assert_eq!(asked(&azure), ["GET registries"], "and nothing else");
    let restricted = core.query(&list(RULE_SETS, &json!({"only_restricted": true}))).await;
    assert_eq!(restricted.names(), ["begun1 (prod)", "denies (prod)", "private (TEST)"]);
    let group = core.query(&list(RULE_SETS, &json!({"resource_group_name": "PROD", "only_restricted": true}))).await;
    assert_eq!(group.names(), ["begun1", "denies"]);
    let other = core.query(&list(RULE_SETS, &json!({"subscription_id": OTHER}))).await.ok();
    let identity = [("subscription_id", OTHER), ("resource_group_name", "prod"), ("registry_name", "elsewhere")];
    let identity = Value::map(identity.map(|(name, text)| (name, Value::from(text))));
    assert_eq!((other.len(), &other[0].identity), (1, &identity));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endpoints_of_a_subscription_or_a_network_are_listed() {
    let azure = estate(100);
    let core = core(&azure).await;
    let everywhere = core.query(&list(ENDPOINTS, &json!({}))).await;
    assert_eq!(everywhere.names(), ["hub/aks (prod)", "spoke/build (test)"]);
    assert_eq!(asked(&azure), ["GET virtualNetworks"], "networks show their subnets");
    let id =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/hub");
    let hub = core.query(&list(ENDPOINTS, &json!({"virtual_network_id": id}))).await.ok();
    assert_eq!((hub.len(), &hub[0].display_name[..]), (1, "hub/aks"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_whole_is_what_an_import_of_it_reads_and_its_configuration_plans_nothing() {
    let azure = estate(2);
    let core = core(&azure).await;
    for (name, number) in [(RULE_SETS, 4), (ENDPOINTS, 2)] {
        let kind = Kind::resource(provider(), name);
        let found = core.query(&list(name, &json!({})).with_resources()).await.ok();
        assert_eq!(found.len(), number);
        for found in found {
            let begun = core.import_identity(&kind, &found.identity).await.ok().expect("the identity is taken");
            let read = core.read(&kind, &begun).await.ok();
            assert_eq!((&read.value, &read.identity), (&found.state, &found.identity), "{}", found.display_name);
            let config = core.generate(&kind, &found.state).await.ok();
            assert_fits(&core, &kind, &read, &config).await;
            // As Terraform writes it that does not ask.
            assert_fits(&core, &kind, &read, &without_the_capability(&kind, &found.state)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_configuration_says_what_is_not_so_by_itself() {
    let azure = estate(100);
    let core = core(&azure).await;
    let kind = Kind::resource(provider(), RULE_SETS);
    let group = json!({"resource_group_name": "prod"});
    let found = core.query(&list(RULE_SETS, &group).with_resources()).await.ok();
    let named = |name: &str| found.iter().find(|found| found.display_name == name).expect("it was found");
    let id = |name: &str| {
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.ContainerRegistry/registries/{name}"
        )
    };
    let begun = core.generate(&kind, &named("begun1").state).await.ok();
    assert_eq!(
        set(&begun),
        json!({"registry_id": id("begun1"), "default_action": "Allow", "ip_rules": ["16.17.18.0/24"]})
    );
    let denies = core.generate(&kind, &named("denies").state).await.ok();
    assert_eq!(set(&denies), json!({"registry_id": id("denies"), "default_action": "Deny"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_rules_have_a_configuration_too() {
    let azure = estate(100);
    let core = core(&azure).await;
    let registry = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.ContainerRegistry/registries/begun1"
    );
    let kind = Kind::resource(provider(), "acrnet_registry_ip_rule");
    let begun = core.import(&kind, &format!("{registry}|16.17.18.0/24")).await.ok().expect("the id is taken");
    let read = core.read(&kind, &begun).await.ok();
    let config = core.generate(&kind, &read.value).await.ok();
    assert_eq!(set(&config), json!({"registry_id": registry, "ip_range": "16.17.18.0/24"}));
    assert_fits(&core, &kind, &read, &config).await;
    let kind = Kind::resource(provider(), "acrnet_registry_virtual_network_rule");
    let subnet = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks"
    );
    let made = core.create(&kind, &json!({"registry_id": registry, "subnet_id": subnet})).await.ok();
    let config = core.generate(&kind, &made.value).await.ok();
    assert_eq!(set(&config), json!({"registry_id": registry, "subnet_id": subnet}));
    assert_fits(&core, &kind, &Object { ..made }, &config).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_read_but_none_beyond_the_limit() {
    let registries: Vec<Json> =
        (0..9).map(|number| registry(SUBSCRIPTION, "rg", &format!("registry{number}"), json!({}))).collect();
    let azure = simulator(2, &json!({"registries": registries}));
    let core = core(&azure).await;
    assert_eq!(core.query(&list(RULE_SETS, &json!({}))).await.names().len(), 9);
    assert_eq!(asked(&azure), ["GET registries"; 5]);
    azure.clear_requests();
    for (limit, pages) in [(1, 1), (2, 1), (3, 2)] {
        let found = core.query(&list(RULE_SETS, &json!({})).limited(limit)).await.ok();
        assert_eq!(i64::try_from(found.len()).unwrap(), limit);
        assert_eq!(asked(&azure).len(), pages, "for {limit}");
        azure.clear_requests();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_is_nothing_nothing_is_found() {
    let azure = simulator(
        100,
        &json!({"registries": [registry(OTHER, "rg", "elsewhere", json!({}))], "resourceGroups": [{"id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/bare"), "location": "westeurope"}]}),
    );
    let core = core(&azure).await;
    for name in [RULE_SETS, ENDPOINTS] {
        assert_eq!(core.query(&list(name, &json!({}))).await.ok().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_in_which_there_can_be_no_registry_does_not_fail_the_list() {
    let providers = json!({"Microsoft.ContainerRegistry": "NotRegistered"});
    let azure = simulator(100, &json!({"subscriptions": [{"id": SUBSCRIPTION, "providers": providers}]}));
    let core = core(&azure).await;
    let answer = core.query(&list(RULE_SETS, &json!({}))).await;
    let [warning] = &answer.warnings[..] else { panic!("{answer:?}") };
    let expected =
        format!("subscription_id: Could not list the registries of subscription {SUBSCRIPTION}: There can be none: ");
    assert!(warning.starts_with(&expected), "{warning}");
    assert!(answer.ok().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_must_not_be_listed_is_named() {
    let azure = estate(100);
    let core = core(&azure).await;
    let scope = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod");
    let action = "Microsoft.ContainerRegistry/registries/read";
    azure.fault(Fault::new(forbidden(action, &scope)).on("GET", "/resourceGroups/prod/").times(None));
    let answer = core.query(&list(RULE_SETS, &json!({"resource_group_name": "prod"}))).await;
    let [error] = &answer.errors[..] else { panic!("{answer:?}") };
    assert!(
        error.starts_with("resource_group_name: Could not list the registries of resource group prod: "),
        "{error}"
    );
    assert!(
        error.contains(&format!("lacks {action} on {scope}")) && error.contains("403 AuthorizationFailed"),
        "{error}"
    );
    let scope = format!("/subscriptions/{SUBSCRIPTION}");
    azure.fault(Fault::new(forbidden("Microsoft.Network/virtualNetworks/read", &scope)).on("GET", "/virtualNetworks"));
    let answer = core.query(&list(ENDPOINTS, &json!({}))).await;
    let summary = format!("subscription_id: Could not list the subnets of subscription {SUBSCRIPTION}: ");
    assert!(answer.errors.len() == 1 && answer.errors[0].starts_with(&summary), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_does_not_exist_is_named() {
    let azure = estate(100);
    let core = core(&azure).await;
    let error = |name: &'static str, config: Json| {
        let core = &core;
        async move {
            let answer = core.query(&list(name, &config)).await;
            let [error] = &answer.errors[..] else { panic!("{answer:?}") };
            error.clone()
        }
    };
    let nowhere = "33333333-3333-3333-3333-333333333333";
    let said = error(RULE_SETS, json!({"subscription_id": nowhere})).await;
    assert!(
        said.starts_with(&format!("subscription_id: Could not list the registries of subscription {nowhere}: ")),
        "{said}"
    );
    assert!(said.contains("another tenant"), "{said}");
    let said = error(RULE_SETS, json!({"resource_group_name": "nowhere"})).await;
    assert!(
        said.starts_with("resource_group_name: Could not list the registries of resource group nowhere: "),
        "{said}"
    );
    assert!(said.contains("Check resource_group_name.") && !said.contains("azurerm_"), "{said}");
    let id =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/gone");
    let said = error(ENDPOINTS, json!({"virtual_network_id": id})).await;
    assert!(said.starts_with("virtual_network_id: Could not list the subnets of virtual network gone: "), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_list_does_not_show_whole_is_read_alone_and_left_out_where_that_is_not_allowed() {
    let azure = estate(100);
    let core = core(&azure).await;
    let shown = |name: &str| {
        let mut entry = registry(SUBSCRIPTION, "prod", name, json!({}));
        entry["name"] = name.into();
        entry
    };
    let page = json!({"value": [shown("denies"), shown("begun1"), shown("open1"), shown("goneby")]});
    let answer = Action::Answer { status: 200, headers: serde_json::Map::new(), body: page, after_effect: false };
    azure.fault(
        Fault::new(answer).on("GET", "/resourceGroups/prod/providers/Microsoft.ContainerRegistry/registries").times(2),
    );
    let identities = core.query(&list(RULE_SETS, &json!({"resource_group_name": "prod"}))).await;
    assert_eq!(identities.names(), ["begun1", "denies", "goneby", "open1"], "its name is all that an identity needs");
    assert_eq!(asked(&azure), ["GET registries"]);
    azure.clear_faults();
    let page = json!({"value": [shown("denies"), shown("begun1"), shown("open1"), shown("goneby")]});
    let answer = Action::Answer { status: 200, headers: serde_json::Map::new(), body: page, after_effect: false };
    let action = "Microsoft.ContainerRegistry/registries/read";
    azure.fault(Fault::new(forbidden(action, "/x")).on("GET", "/registries/denies").times(None));
    azure.fault(Fault::new(answer).on("GET", "/resourceGroups/prod/providers/Microsoft.ContainerRegistry/registries"));
    let restricted =
        core.query(&list(RULE_SETS, &json!({"resource_group_name": "prod", "only_restricted": true}))).await;
    assert_eq!(restricted.names(), ["begun1"]);
    let [warning] = &restricted.warnings[..] else { panic!("{restricted:?}") };
    assert!(warning.starts_with("Could not read registry denies: It is left out of the list.\n\n"), "{warning}");
    assert!(restricted.errors.is_empty(), "{restricted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_does_not_show_its_subnets_is_asked_for_them() {
    let azure = estate(1);
    let core = core(&azure).await;
    let id = |name: &str| {
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/{name}")
    };
    let page = json!({"value": [{"id": id("hub"), "name": "hub"}, {"id": id("gone"), "name": "gone"}]});
    let answer = Action::Answer { status: 200, headers: serde_json::Map::new(), body: page, after_effect: false };
    azure.fault(Fault::new(answer.clone()).on("GET", "providers/Microsoft.Network/virtualNetworks"));
    assert_eq!(core.query(&list(ENDPOINTS, &json!({}))).await.names(), ["hub/aks (prod)"]);
    azure.fault(Fault::new(answer).on("GET", "providers/Microsoft.Network/virtualNetworks"));
    let action = "Microsoft.Network/virtualNetworks/subnets/read";
    azure.fault(Fault::new(forbidden(action, &id("hub"))).on("GET", "/virtualNetworks/hub/subnets").times(None));
    let answer = core.query(&list(ENDPOINTS, &json!({}))).await;
    let [warning] = &answer.warnings[..] else { panic!("{answer:?}") };
    assert!(
        warning.contains("Could not list the subnets of virtual network hub: They are left out of the list."),
        "{warning}"
    );
    assert!(answer.errors.is_empty() && answer.found.is_empty(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_to_look_comes_from_the_provider_unless_the_list_says_it() {
    let azure = estate(100);
    let core = core_with(&azure, &json!({})).await;
    let nowhere = core.query(&list(RULE_SETS, &json!({}))).await;
    let expected = "subscription_id: In which subscription to look is not said: Set subscription_id here, or in the provider block";
    assert!(nowhere.errors.len() == 1 && nowhere.errors[0].starts_with(expected), "{nowhere:?}");
    let said = core.query(&list(RULE_SETS, &json!({"subscription_id": OTHER}))).await;
    assert_eq!(said.names(), ["elsewhere (prod)"]);
    let environment = HostOptions::default().with("ARM_SUBSCRIPTION_ID", OTHER);
    let core = Core::start(environment).await;
    let block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
    core.configure(&provider(), &block).await.ok();
    assert_eq!(core.query(&list(RULE_SETS, &json!({}))).await.names(), ["elsewhere (prod)"]);
    let core = core_with(&azure, &json!({"subscription_id": "a/b"})).await;
    let wrong = core.query(&list(RULE_SETS, &json!({}))).await;
    assert!(wrong.errors[0].starts_with("subscription_id: Invalid subscription_id of the provider: "), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_cannot_be_meant_is_refused_before_azure_is_asked() {
    let azure = estate(100);
    let core = core(&azure).await;
    let network =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/hub");
    for (name, config, expected) in [
        (
            RULE_SETS,
            json!({"resource_group_name": "/a/b"}),
            "resource_group_name: Invalid value for `resource_group_name`: \"/a/b\" is not the name",
        ),
        (RULE_SETS, json!({"subscription_id": "/a/b"}), "subscription_id: Invalid value for `subscription_id`: "),
        (
            ENDPOINTS,
            json!({"virtual_network_id": "hub"}),
            "virtual_network_id: Invalid value for `virtual_network_id`: ",
        ),
        (
            ENDPOINTS,
            json!({"virtual_network_id": network, "subscription_id": SUBSCRIPTION}),
            "virtual_network_id: subscription_id and virtual_network_id are both set: ",
        ),
    ] {
        let answer = core.query(&list(name, &config)).await;
        assert!(answer.errors.len() == 1 && answer.errors[0].starts_with(expected), "{answer:?}");
    }
    // In `terraform validate`, values of variables are not known.
    for (name, attributes) in [
        (RULE_SETS, &["subscription_id", "resource_group_name", "only_restricted"][..]),
        (ENDPOINTS, &["subscription_id", "virtual_network_id"][..]),
    ] {
        let mut block = list(name, &json!({}));
        block.config = Value::map(attributes.iter().map(|name| (*name, Value::Unknown)));
        assert_eq!(core.validate_list_with(&block, &Value::Unknown, &Value::Unknown).await.errors(), [""; 0]);
    }
    assert_eq!(asked(&azure), [""; 0]);
}
