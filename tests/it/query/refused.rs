//! What a list says when Azure refuses it, shows less than everything, or is not to be asked at all.

use acrnet::simulator::{Action, Fault};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::estate::{
    ENDPOINTS, OTHER, RULE_SETS, SUBSCRIPTION, asked, core, core_with, estate, forbidden, list, provider, registry,
    simulator,
};
use crate::core::Core;
use crate::host::HostOptions;

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
async fn an_interrupted_list_says_that_it_is_not_complete() {
    let azure = estate(1);
    let core = core(&azure).await;
    azure.fault(Fault::new(Action::Delay { ms: 60_000 }).on("GET", "/registries").from_nth(2));
    let mut events = core.list(&list(RULE_SETS, &json!({}))).await;
    assert!(events.message().await.unwrap().is_some_and(|event| event.identity.is_some()));
    core.rpc.clone().stop_provider(wire::stop_provider::Request::default()).await.unwrap();
    let last = events.message().await.unwrap().unwrap().diagnostic.remove(0);
    assert_eq!(last.summary, format!("Could not list the registries of subscription {SUBSCRIPTION}"));
    assert!(last.detail.starts_with("The run was interrupted; the list is not complete.\n\n"), "{}", last.detail);
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
        let mut entry = registry(SUBSCRIPTION, "prod", name, &json!({}));
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
    let named = |name: &str| json!({"id": id(name), "name": name});
    let endpoints = json!([{"service": "Microsoft.ContainerRegistry", "locations": ["*"]}]);
    let subnet = json!({
        "id": format!("{}/subnets/app", id("whole")), "name": "app",
        "properties": {"provisioningState": "Succeeded", "serviceEndpoints": endpoints},
    });
    let whole = json!({"id": id("whole"), "name": "whole", "properties": {"subnets": [subnet]}});
    let page = json!({"value": [named("hub"), named("gone"), whole]});
    let answer = Action::Answer { status: 200, headers: serde_json::Map::new(), body: page, after_effect: false };
    azure.fault(Fault::new(answer.clone()).on("GET", "providers/Microsoft.Network/virtualNetworks"));
    assert_eq!(core.query(&list(ENDPOINTS, &json!({}))).await.names(), ["hub/aks (prod)", "whole/app (prod)"]);
    azure.fault(Fault::new(answer).on("GET", "providers/Microsoft.Network/virtualNetworks"));
    let action = "Microsoft.Network/virtualNetworks/subnets/read";
    azure.fault(Fault::new(forbidden(action, &id("hub"))).on("GET", "/virtualNetworks/hub/subnets").times(None));
    let answer = core.query(&list(ENDPOINTS, &json!({}))).await;
    let [warning] = &answer.warnings[..] else { panic!("{answer:?}") };
    assert!(
        warning.contains("Could not list the subnets of virtual network hub: They are left out of the list."),
        "{warning}"
    );
    assert_eq!(answer.names(), ["whole/app (prod)"]);
    assert!(answer.errors.is_empty(), "{answer:?}");
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
