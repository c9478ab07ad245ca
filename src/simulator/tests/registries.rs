//! Reading, listing and writing registries, and what each version shows.

use super::*;

fn subnet_rule(answer: &Seen) -> Value {
    answer.body["properties"]["networkRuleSet"]["virtualNetworkRules"][0].clone()
}

#[tokio::test]
async fn a_short_seed_becomes_a_full_document() {
    let azure = Azure::small();
    let answer = azure.get(REGISTRY, NEW).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["properties"]["loginServer"], azure.login_server("alpha"));
    assert_eq!(
        answer.body["properties"]["networkRuleSet"],
        json!({"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": []})
    );
    assert_eq!(answer.header("api-supported-versions"), Some(NEW));
}

#[tokio::test]
async fn each_version_shows_what_its_contract_knows() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[OPEN])).await;
    // version, virtual network rules, trusted services, tasks bypass, public access
    let table = [
        ("2017-10-01", false, false, false, false),
        ("2019-05-01", true, false, false, false),
        ("2021-08-01-preview", true, true, false, true),
        ("2021-09-01", false, true, false, true),
        ("2021-12-01-preview", true, true, false, true),
        ("2023-07-01", false, true, false, true),
        ("2025-04-01", false, true, false, true),
        ("2025-05-01-preview", false, true, true, true),
        ("2025-11-01", false, true, true, true),
        ("2026-01-01-preview", true, true, true, true),
        ("2026-03-01-preview", true, true, true, true),
        ("2026-09-01-preview", true, true, true, true),
    ];
    for (version, network, trusted, tasks, public) in table {
        let properties = azure.get(REGISTRY, version).await.body["properties"].clone();
        let shows = |name: &str| properties.get(name).is_some();
        assert_eq!(properties["networkRuleSet"].get("virtualNetworkRules").is_some(), network, "{version}");
        assert_eq!(shows("networkRuleBypassOptions"), trusted, "{version}");
        assert_eq!(shows("networkRuleBypassAllowedForTasks"), tasks, "{version}");
        assert_eq!(shows("publicNetworkAccess"), public, "{version}");
    }
}

#[tokio::test]
async fn old_versions_use_the_new_key_unless_the_switch_says_otherwise() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[OPEN])).await;
    let new = json!({"action": "Allow", "virtualNetworkSubnetResourceId": OPEN});
    assert_eq!(subnet_rule(&azure.get(REGISTRY, "2021-08-01-preview").await), new);
    azure.turn(|settings| settings.old_virtual_network_rule_key = true);
    assert_eq!(subnet_rule(&azure.get(REGISTRY, "2021-08-01-preview").await), json!({"action": "Allow", "id": OPEN}));
    assert_eq!(subnet_rule(&azure.get(REGISTRY, NEW).await), new);
}

#[tokio::test]
async fn a_write_may_use_either_key() {
    let azure = Azure::small();
    let body =
        json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "virtualNetworkRules": [{"id": OPEN}]}}});
    let answer = azure.patch(NEW, &body).await;
    assert_eq!(subnet_rule(&answer), json!({"action": "Allow", "virtualNetworkSubnetResourceId": OPEN}));
}

#[tokio::test]
async fn a_version_without_network_rules_ignores_them_and_keeps_the_stored_ones() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[OPEN])).await;
    let answer = azure.patch(STABLE, &rules("Allow", &["9.9.9.9"], &[])).await;
    assert_eq!(answer.status, 200);
    let set = azure.rule_set();
    assert_eq!(set["virtualNetworkRules"][0]["virtualNetworkSubnetResourceId"], OPEN);
    assert_eq!(set["ipRules"], json!([{"action": "Allow", "value": "9.9.9.9"}]));
    assert_eq!(set["defaultAction"], "Allow");
}

#[tokio::test]
async fn patch_merges_objects_replaces_arrays_and_keeps_what_is_absent() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8", "9.9.9.9"], &[OPEN])).await;
    azure.patch(NEW, &json!({"properties": {"networkRuleSet": {"defaultAction": "Allow"}}})).await;
    assert_eq!(azure.rule_set()["ipRules"].as_array().map(Vec::len), Some(2));
    let only = json!({"properties": {"networkRuleSet": {"defaultAction": "Allow", "ipRules": [{"value": "7.7.7.7"}]}}});
    azure.patch(NEW, &only).await;
    let set = azure.rule_set();
    assert_eq!(set["ipRules"], json!([{"action": "Allow", "value": "7.7.7.7"}]));
    assert_eq!(set["virtualNetworkRules"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_bypass_for_tasks_is_ignored_by_a_version_that_does_not_know_it() {
    let azure = Azure::small();
    let body = json!({"properties": {"networkRuleBypassAllowedForTasks": true}});
    azure.patch("2025-04-01", &body).await;
    assert_eq!(azure.get(REGISTRY, NEW).await.body["properties"]["networkRuleBypassAllowedForTasks"], false);
    azure.patch("2025-05-01-preview", &body).await;
    assert_eq!(azure.get(REGISTRY, NEW).await.body["properties"]["networkRuleBypassAllowedForTasks"], true);
}

#[tokio::test]
async fn read_only_members_of_a_body_are_ignored() {
    let azure = Azure::small();
    let body = json!({"properties": {"loginServer": "evil", "provisioningState": "Failed"}});
    assert_eq!(azure.patch(NEW, &body).await.status, 200);
    let properties = azure.get(REGISTRY, NEW).await.body["properties"].clone();
    assert_eq!(
        (&properties["loginServer"], &properties["provisioningState"]),
        (&json!(azure.login_server("alpha")), &json!("Succeeded"))
    );
}

#[tokio::test]
async fn a_patch_moves_last_modified() {
    let azure = Azure::small();
    let before = azure.get(REGISTRY, NEW).await.body["systemData"].clone();
    azure.clock.advance(std::time::Duration::from_secs(61));
    let after = azure.patch(NEW, &json!({"tags": {"a": "b"}})).await.body["systemData"].clone();
    assert_eq!(before["lastModifiedAt"], "2026-11-22T10:00:00.0000000+00:00");
    assert_eq!(after["lastModifiedAt"], "2026-11-22T10:01:01.0000000+00:00");
    assert_eq!(before["createdAt"], after["createdAt"]);
}

#[tokio::test]
async fn an_unknown_version_is_refused_with_the_supported_ones() {
    let azure = Azure::small();
    let answer = azure.get(REGISTRY, "2099-01-01").await;
    assert_eq!((answer.status, answer.code()), (400, "NoRegisteredProviderFound"));
    assert!(answer.message().contains("2026-03-01-preview"), "{answer:?}");
}

#[tokio::test]
async fn a_missing_version_is_refused() {
    let azure = Azure::small();
    let url = format!("{}{REGISTRY}", azure.simulator.url());
    let answer = seen(azure.client.get(url).header("authorization", "Bearer any")).await;
    assert_eq!((answer.status, answer.code()), (400, "MissingApiVersionParameter"));
}

#[tokio::test]
async fn lists_come_in_pages_with_absolute_links_and_lose_nothing() {
    let azure = Azure::empty(Settings { page_size: 2, ..Settings::default() });
    let all: Vec<Value> = (0..5)
        .map(|n| json!({"id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/many{n}")}))
        .collect();
    azure.simulator.seed(&json!({"registries": all})).expect("a good seed");
    for path in ["/subscriptions/s1", GROUP] {
        let mut page = azure.get(&format!("{path}/providers/Microsoft.ContainerRegistry/registries"), NEW).await;
        let mut names = Vec::new();
        loop {
            names.extend(page.body["value"].as_array().expect("a list").iter().map(|it| it["name"].clone()));
            let Some(next) = page.body["nextLink"].as_str() else { break };
            assert!(next.starts_with(azure.simulator.url()) && next.contains("$skipToken="), "{next}");
            page = seen(azure.client.get(next).header("authorization", "Bearer any")).await;
        }
        assert_eq!(names, ["many0", "many1", "many2", "many3", "many4"]);
    }
    assert_eq!(azure.simulator.requests().len(), 6);
}

#[tokio::test]
async fn creating_answers_201_with_an_operation_and_ends_succeeded() {
    let azure = Azure::small();
    let id = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/fresh");
    let body = json!({"location": "westeurope", "sku": {"name": "Premium"}, "properties": {"adminUserEnabled": true}});
    let answer = azure.put(&id, NEW, &body).await;
    assert_eq!((answer.status, &answer.body["properties"]["provisioningState"]), (201, &json!("Creating")));
    let link = answer.header("azure-asyncoperation").expect("a link").to_owned();
    assert_eq!(azure.follow(&link).await.body, json!({"status": "Succeeded"}));
    let read = azure.get(&id, NEW).await;
    assert_eq!(read.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(read.body["properties"]["adminUserEnabled"], true);
}

#[tokio::test]
async fn a_put_resets_what_it_leaves_out() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[OPEN])).await;
    let answer = azure.put(REGISTRY, STABLE, &json!({"location": "West Europe", "sku": {"name": "Premium"}})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(azure.rule_set(), json!({"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": []}));
}

#[tokio::test]
async fn deleting_answers_200_then_204_and_reads_answer_404() {
    let azure = Azure::small();
    assert_eq!(azure.delete(REGISTRY, NEW).await.status, 200);
    assert_eq!(azure.delete(REGISTRY, NEW).await.status, 204);
    let gone = azure.get(REGISTRY, NEW).await;
    assert_eq!((gone.status, gone.code()), (404, "ResourceNotFound"));
    let text = "The Resource 'Microsoft.ContainerRegistry/registries/alpha' under resource group 'rg1' was not found.";
    assert!(gone.message().starts_with(text), "{gone:?}");
}

#[tokio::test]
async fn usages_count_the_rules() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8", "9.9.9.9"], &[OPEN])).await;
    let answer = azure.get(&format!("{REGISTRY}/listUsages"), NEW).await;
    let usages = answer.body["value"].as_array().expect("a list").clone();
    let named = |name: &str| usages.iter().find(|usage| usage["name"] == name).expect("a usage").clone();
    assert_eq!(named("IPRules"), json!({"name": "IPRules", "limit": 200, "currentValue": 2, "unit": "Count"}));
    assert_eq!(named("VNetRules")["currentValue"], 1);
}

#[tokio::test]
async fn ids_are_found_in_any_letter_case_and_shown_as_stored() {
    let azure = Azure::small();
    let answer = azure.get(&REGISTRY.to_uppercase(), NEW).await;
    assert_eq!((answer.status, &answer.body["id"]), (200, &json!(REGISTRY)));
}

#[tokio::test]
async fn a_subscription_without_the_provider_is_refused() {
    let azure = Azure::small();
    let id = "/subscriptions/s1/providers/Microsoft.ContainerRegistry";
    azure.simulator.edit(id, &json!({"registrationState": "NotRegistered"})).expect("the subscription");
    let answer = azure.get(REGISTRY, NEW).await;
    assert_eq!((answer.status, answer.code()), (409, "MissingSubscriptionRegistration"));
}
