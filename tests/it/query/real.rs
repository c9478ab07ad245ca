//! The lists of the provider against the simulator: what they find, and what they ask Azure for.

use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::estate::{
    ENDPOINTS, OTHER, RULE_SETS, SUBSCRIPTION, asked, core, estate, list, provider, registry, simulator,
};
use super::generated::assert_fits;
use super::host::without_the_capability;
use crate::core::Kind;

/// What of a configuration is set.
fn set(config: &Value) -> Json {
    let entries = config.entries().expect("an object").iter().filter(|(_, value)| !value.is_null());
    let shown = |value: &Value| match value {
        Value::Bool(truth) => json!(truth),
        Value::String(text) => json!(text),
        Value::Set(items) => items.iter().filter_map(Value::as_str).collect(),
        other => json!(format!("{other:?}")),
    };
    entries.map(|(name, value)| (name.clone(), shown(value))).collect()
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
    assert_fits(&core, &kind, &made, &config).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_read_but_none_beyond_the_limit() {
    let registries: Vec<Json> =
        (0..9).map(|number| registry(SUBSCRIPTION, "rg", &format!("registry{number}"), &json!({}))).collect();
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
        &json!({"registries": [registry(OTHER, "rg", "elsewhere", &json!({}))], "resourceGroups": [{"id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/bare"), "location": "westeurope"}]}),
    );
    let core = core(&azure).await;
    for name in [RULE_SETS, ENDPOINTS] {
        assert_eq!(core.query(&list(name, &json!({}))).await.ok().len(), 0);
    }
}
