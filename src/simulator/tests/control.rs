//! `/_sim/…` and seeds.

use super::*;

async fn control(azure: &Azure, method: Method, what: &str, body: &Value) -> Seen {
    let url = format!("{}/_sim/{what}", azure.simulator.url());
    let request = azure.client.request(method, url);
    seen(if body.is_null() { request } else { request.body(body.to_string()) }).await
}

#[tokio::test]
async fn an_edit_changes_a_resource_behind_the_clients_back_without_validation() {
    let azure = Azure::small();
    let edit = json!({"id": REGISTRY, "merge": {"properties": {"networkRuleSet": {
        "ipRules": [{"value": "10.0.0.1"}], "virtualNetworkRules": [{"id": "/nowhere"}],
    }}}});
    assert_eq!(control(&azure, Method::POST, "edit", &edit).await.status, 204);
    let set = azure.get(REGISTRY, NEW).await.body["properties"]["networkRuleSet"].clone();
    assert_eq!(set["ipRules"], json!([{"action": "Allow", "value": "10.0.0.1"}]));
    assert_eq!(set["virtualNetworkRules"][0]["virtualNetworkSubnetResourceId"], "/nowhere");
    assert_eq!(azure.simulator.requests().len(), 1, "control calls are not logged");
}

#[tokio::test]
async fn an_edit_of_a_subnet_gives_it_a_new_etag() {
    let azure = Azure::small();
    let before = azure.get(PLAIN, NRP).await.body["etag"].clone();
    azure.simulator.edit(PLAIN, &json!({"properties": {"futureThing": null}})).expect("the subnet");
    let after = azure.get(PLAIN, NRP).await;
    assert_ne!(before, after.body["etag"]);
    assert_eq!(after.body["properties"].get("futureThing"), None);
}

#[tokio::test]
async fn a_resource_can_be_deleted_behind_the_clients_back() {
    let azure = Azure::small();
    let edits = json!([{"id": REGISTRY, "delete": true}, {"id": PLAIN, "delete": true}]);
    assert_eq!(control(&azure, Method::POST, "edit", &edits).await.status, 204);
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 404);
    assert_eq!(azure.get(PLAIN, NRP).await.status, 404);
    let again = control(&azure, Method::POST, "edit", &json!({"id": PLAIN, "delete": true})).await;
    assert_eq!(again.status, 400);
    assert!(again.body["error"].as_str().is_some_and(|text| text.contains("there is no resource")));
}

#[tokio::test]
async fn the_state_can_be_taken_out_and_put_back() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[OPEN])).await;
    let state = control(&azure, Method::GET, "state", &Value::Null).await.body;
    let other = Azure::empty(Settings::default());
    assert_eq!(control(&other, Method::PUT, "state", &state).await.status, 204);
    let there = state.to_string().replace(&azure.login_server(""), &other.login_server(""));
    assert_eq!(other.simulator.state().to_string(), there, "login servers are those of the other run");
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_answered() {
    let azure = Azure::small();
    azure.get(REGISTRY, NEW).await;
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    let log = control(&azure, Method::GET, "requests", &Value::Null).await.body;
    let last = &log[1];
    assert_eq!((&last["seq"], &last["method"], &last["status"]), (&json!(2), &json!("PATCH"), &json!(200)));
    assert_eq!((&last["path"], &last["api_version"]), (&json!(REGISTRY), &json!(NEW)));
    assert_eq!((&last["time_ms"], &last["effect_ms"]), (&json!(0), &json!(0)), "its time stands still");
    assert_eq!(last["body"], rules("Deny", &[], &[]));
    assert_eq!(last["response"]["properties"]["networkRuleSet"]["defaultAction"], "Deny");
    assert_eq!(last["headers"].get("authorization"), None);
    control(&azure, Method::DELETE, "requests", &Value::Null).await;
    assert!(azure.simulator.requests().is_empty());
}

#[tokio::test]
async fn settings_are_merged_and_nonsense_is_refused() {
    let azure = Azure::small();
    let answer =
        control(&azure, Method::POST, "settings", &json!({"page_size": 7, "throttle": {"enabled": true}})).await;
    assert_eq!((answer.status, &answer.body["page_size"]), (200, &json!(7)));
    assert_eq!(answer.body["throttle"]["reads"]["burst"].as_f64(), Some(250.0));
    let nonsense = [
        json!({"page_size": 0}),
        json!({"pagesize": 1}),
        json!({"latency_ms": [5, 1]}),
        json!({"write_latency_ms": [5, 1]}),
        json!({"client_address": "here"}),
        json!({"propagation_seconds": -1}),
        json!({"login_server_suffix": "https://azurecr.io"}),
        json!({"login_server_suffix": ".azurecr.io"}),
    ];
    for bad in nonsense {
        assert_eq!(control(&azure, Method::POST, "settings", &bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn faults_can_be_added_seen_and_cleared() {
    let azure = Azure::small();
    let fault = json!({"match": {"method": "GET"}, "action": {"answer": {"status": 503}}});
    assert_eq!(control(&azure, Method::POST, "faults", &fault).await.status, 204);
    assert_eq!(control(&azure, Method::GET, "faults", &Value::Null).await.body.as_array().map(Vec::len), Some(1));
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 503);
    assert_eq!(control(&azure, Method::POST, "faults", &json!([fault.clone(), fault])).await.status, 204);
    control(&azure, Method::DELETE, "faults", &Value::Null).await;
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 200);
    assert_eq!(control(&azure, Method::POST, "faults", &json!({"action": "explode"})).await.status, 400);
}

#[tokio::test]
async fn health_says_where_it_is() {
    let azure = Azure::small();
    let answer = control(&azure, Method::GET, "health", &Value::Null).await;
    assert_eq!(answer.body, json!({"status": "ok", "url": azure.simulator.url()}));
}

#[test]
fn a_bad_seed_names_the_element_and_changes_nothing() {
    let azure = Azure::small();
    let before = azure.simulator.state();
    let table = [
        (json!({"registries": [{"id": REGISTRY}, {}]}), "the seed's registries[1] needs id, a string"),
        (json!({"registries": [{"id": NETWORK}]}), "is not the id of a registry"),
        (json!({"registries": {}}), "the seed's registries must be an array"),
        (json!({"registry": []}), "the seed's registry is not one of"),
        (json!({"resourceGroups": ["rg"]}), "the seed's resourceGroups[0] rg is not the id of a resource group"),
        (
            json!({"registries": [{"id": REGISTRY, "properties": {"networkRuleSet": {"ipRules": [{"ip": "x"}]}}}]}),
            "the seed's registries[0] each of properties.networkRuleSet.ipRules needs a string value",
        ),
        (
            json!({"virtualNetworks": [{"id": NETWORK, "properties": {"subnets": [{"name": "a"}]}}]}),
            "the seed's virtualNetworks[0] properties.subnets[0] (a) needs properties.addressPrefix",
        ),
        (
            json!({"subscriptions": [{"id": "s", "providers": {"Microsoft.ContainerRegistry": "Yes"}}]}),
            "the seed's subscriptions[0] providers.Microsoft.ContainerRegistry must be one of",
        ),
    ];
    for (seed, expected) in table {
        let error = azure.simulator.seed(&seed).expect_err("a bad seed").to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(azure.simulator.state(), before);
}
