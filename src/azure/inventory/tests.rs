use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::azure::error::ErrorKind;
use crate::azure::scripted::{Reply, Script, client};

const REGISTRIES: &str =
    "/subscriptions/s/providers/Microsoft.ContainerRegistry/registries?api-version=2026-03-01-preview";
const NETWORKS: &str = "/subscriptions/s/providers/Microsoft.Network/virtualNetworks?api-version=2025-01-01";
const GROUP: &str = "/subscriptions/s/resourceGroups/rg";
const NEXT: &str = "https://management.azure.com/subscriptions/s/more?$skipToken=x";

fn call() -> Call {
    Call::within(Duration::from_secs(300))
}

fn subscription() -> SubscriptionId {
    "s".parse().unwrap()
}

fn registry(name: &str, sku: &str, rule_set: &Value) -> Value {
    json!({
        "id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}"), "name": name, "sku": {"name": sku},
        "properties": {
            "loginServer": format!("{name}.azurecr.io"), "provisioningState": "Succeeded", "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices", "networkRuleBypassAllowedForTasks": false,
            "privateEndpointConnections": [], "networkRuleSet": rule_set,
        },
    })
}

fn rules() -> Value {
    json!({"defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []})
}

fn network(name: &str, subnets: &Value) -> Value {
    let id = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/{name}");
    json!({"id": id, "name": name, "properties": {"subnets": subnets}})
}

#[tokio::test(start_paused = true)]
async fn registries_come_page_by_page_and_each_page_is_asked_for_when_it_is_wanted() {
    let first = json!({"value": [registry("first", "Premium", &rules())], "nextLink": NEXT});
    let last = json!({"value": [registry("second", "Premium", &rules())]});
    let script = Script::new().on("GET", REGISTRIES, Reply::json(200, &first)).on("GET", NEXT, Reply::json(200, &last));
    let script = Arc::new(script);
    let (client, call) = (client(&script), call());
    let mut pages = client.registries(&Place::Subscription(subscription()), &call).await.unwrap();
    assert_eq!(script.seen().len(), 0, "nothing is asked for yet");
    for (asked, name) in [(1, "first"), (2, "second")] {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(page.iter().map(|entry| entry.id.name()).collect::<Vec<_>>(), [name]);
        assert_eq!(script.seen().len(), asked);
    }
    assert!(pages.next().await.unwrap().is_none());
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_page_tells_what_can_have_rules_and_what_is_to_be_read_alone() {
    let mut unnamed = registry("unnamed", "Premium", &rules());
    unnamed["sku"] = Value::Null;
    let entries = [
        registry("whole", "Premium", &rules()),
        registry("basic", "Basic", &Value::Null),
        registry("partly", "Premium", &json!({"defaultAction": "Deny"})),
        unnamed,
        json!({"name": "without an id"}),
    ];
    let path = "/subscriptions/s/resourceGroups/a(b)/providers/Microsoft.ContainerRegistry/registries?";
    let script = Arc::new(Script::new().on("GET", path, Reply::json(200, &json!({"value": entries}))));
    let (client, call) = (client(&script), call());
    let place = Place::ResourceGroup(subscription(), "a(b)".parse().unwrap());
    let page = client.registries(&place, &call).await.unwrap().next().await.unwrap().unwrap();
    let told: Vec<_> =
        page.iter().map(|entry| (entry.id.name(), entry.can_have_rules, entry.shown.is_some())).collect();
    assert_eq!(
        told,
        [("whole", true, true), ("basic", false, false), ("partly", true, false), ("unnamed", true, false)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_network_shows_its_subnets_unless_it_only_names_them() {
    let whole = json!({"id": "a", "name": "a", "properties": {"provisioningState": "Succeeded"}});
    let named = json!({"id": "b", "name": "b"});
    let entries = [
        network("shown", &json!([whole])),
        network("named", &json!([whole, named])),
        network("hidden", &Value::Null),
        network("empty", &json!([])),
    ];
    let script = Arc::new(Script::new().on("GET", NETWORKS, Reply::json(200, &json!({"value": entries}))));
    let (client, call) = (client(&script), call());
    let page = client.virtual_networks(&subscription(), &call).await.unwrap().next().await.unwrap().unwrap();
    let told: Vec<_> = page.iter().map(|network| (network.id.name(), network.subnets.as_ref().map(Vec::len))).collect();
    assert_eq!(told, [("shown", Some(1)), ("named", None), ("hidden", None), ("empty", Some(0))]);
}

#[tokio::test(start_paused = true)]
async fn pages_that_lead_back_are_not_read_again() {
    let link = |to: &str| json!({"value": [], "nextLink": to});
    let back = format!("https://management.azure.com{REGISTRIES}");
    let script = Script::new().on("GET", REGISTRIES, Reply::json(200, &link(NEXT))).on(
        "GET",
        NEXT,
        Reply::json(200, &link(&back)),
    );
    let script = Arc::new(script);
    let (client, call) = (client(&script), call());
    let mut pages = client.registries(&Place::Subscription(subscription()), &call).await.unwrap();
    assert!(pages.next().await.unwrap().is_some() && pages.next().await.unwrap().is_some());
    let error = pages.next().await.unwrap_err();
    assert_eq!((error.kind, script.seen().len()), (ErrorKind::Malformed, 2), "{error}");
}

#[test]
fn a_resource_group_has_a_name_and_not_an_id() {
    for good in ["rg", "a.b-c_(d)", "größe"] {
        assert_eq!(good.parse::<ResourceGroupName>().unwrap().to_string(), good);
    }
    for bad in ["", "rg.", "a/b", "/subscriptions/s/resourceGroups/rg", "a b", "a?b", &"x".repeat(91)] {
        let error = bad.parse::<ResourceGroupName>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("{bad:?} is not the name of a resource group: ")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_without_an_end_is_given_up() {
    let link = |page: usize| format!("{NEXT}{page}");
    let script = (0..1000).fold(Script::new(), |script, page| {
        let asked = if page == 0 { REGISTRIES.to_owned() } else { link(page) };
        script.on("GET", &asked, Reply::json(200, &json!({"value": [], "nextLink": link(page + 1)})))
    });
    let script = Arc::new(script);
    let (client, call) = (client(&script), call());
    let mut pages = client.registries(&Place::Subscription(subscription()), &call).await.unwrap();
    for _ in 0..1000 {
        assert!(pages.next().await.unwrap().is_some());
    }
    let error = pages.next().await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Malformed, "the list goes on after 1000 pages"));
}
