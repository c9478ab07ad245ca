//! `/v2/` of a registry.

use super::*;

const PATH: &str = "/_registry/alpha.azurecr.io/v2/";

async fn probe(azure: &Azure) -> Seen {
    seen(azure.client.get(format!("{}{PATH}", azure.simulator.url()))).await
}

#[tokio::test]
async fn an_open_registry_asks_for_a_token() {
    let azure = Azure::small();
    let answer = probe(&azure).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (401, &json!("UNAUTHORIZED")));
    let challenge = "Bearer realm=\"https://alpha.azurecr.io/oauth2/token\",service=\"alpha.azurecr.io\"";
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
}

#[tokio::test]
async fn a_closed_registry_names_the_address_it_saw() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["203.0.113.8"], &[])).await;
    let answer = probe(&azure).await;
    let message = answer.body["errors"][0]["message"].as_str().expect("a message");
    assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (403, &json!("DENIED")));
    let text = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
    assert!(message.starts_with(text), "{message}");
    azure.turn(|settings| settings.client_address = "203.0.113.8".to_owned());
    assert_eq!(probe(&azure).await.status, 401);
}

#[tokio::test]
async fn a_registry_is_also_chosen_by_the_host_header() {
    let azure = Azure::small();
    let url = format!("{}/v2/", azure.simulator.url());
    assert_eq!(seen(azure.client.get(url).header("host", "alpha.azurecr.io")).await.status, 401);
}

#[tokio::test]
async fn a_network_rule_admits_only_while_its_subnet_has_the_endpoint() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[OPEN])).await;
    azure.turn(|settings| settings.client_subnet = Some(OPEN.to_uppercase()));
    assert_eq!(probe(&azure).await.status, 401);
    azure.simulator.edit(OPEN, &json!({"properties": {"serviceEndpoints": []}})).expect("the subnet");
    assert_eq!(probe(&azure).await.status, 403);
}

#[tokio::test]
async fn disabled_public_access_refuses_everybody() {
    let azure = Azure::small();
    azure.patch(NEW, &json!({"properties": {"publicNetworkAccess": "Disabled"}})).await;
    assert_eq!(probe(&azure).await.status, 403);
}

#[tokio::test]
async fn new_rules_take_effect_after_a_while() {
    let azure = Azure::small();
    azure.turn(|settings| settings.data_plane_lag = 2);
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(probe(&azure).await.status);
    }
    assert_eq!(statuses, [401, 401, 403]);
}
