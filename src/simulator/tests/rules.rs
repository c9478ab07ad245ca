//! What a registry write is refused for.

use super::*;

async fn refused(azure: &Azure, body: &Value) -> Seen {
    let before = azure.rule_set();
    let answer = azure.patch(NEW, body).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(azure.rule_set(), before, "a refused write must not be stored");
    answer
}

#[tokio::test]
async fn the_default_action_is_required_with_a_rule_set() {
    let azure = Azure::small();
    let answer = refused(&azure, &json!({"properties": {"networkRuleSet": {"ipRules": []}}})).await;
    assert!(answer.message().contains("defaultAction is required"), "{answer:?}");
}

#[tokio::test]
async fn a_single_address_loses_its_32() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8/32", "9.9.0.0/16"], &[])).await;
    assert_eq!(
        azure.rule_set()["ipRules"],
        json!([{"action": "Allow", "value": "8.8.8.8"}, {"action": "Allow", "value": "9.9.0.0/16"}])
    );
}

#[tokio::test]
async fn addresses_that_are_not_public_ipv4_are_refused_and_quoted() {
    let azure = Azure::small();
    for bad in ["8.8.8", "8.8.8.8/33", "08.8.8.8", "10.1.2.3", "172.31.0.0/24", "192.168.0.0/16", "2001:db8::1", "any"]
    {
        let answer = refused(&azure, &rules("Deny", &[bad], &[])).await;
        assert!(answer.message().contains(bad), "{bad}: {answer:?}");
    }
    let good = ["172.32.0.0/16", "11.0.0.0/8", "0.0.0.0/1", "9.9.9.9/31"];
    assert_eq!(azure.patch(NEW, &rules("Deny", &good, &[])).await.status, 200);
}

#[tokio::test]
async fn the_same_rule_twice_is_refused() {
    let azure = Azure::small();
    refused(&azure, &rules("Deny", &["8.8.8.8", "8.8.8.8/32"], &[])).await;
    let answer = refused(&azure, &rules("Deny", &[], &[OPEN, &OPEN.to_uppercase()])).await;
    assert!(
        answer.message().starts_with("Virtual network rule is not valid - Found duplicate virtual network rule /SUB")
    );
}

#[tokio::test]
async fn more_rules_than_the_limit_are_refused() {
    let azure = Azure::small();
    azure.turn(|settings| settings.ip_rule_limit = 2);
    let answer = refused(&azure, &rules("Deny", &["1.1.1.1", "1.1.1.2", "1.1.1.3"], &[])).await;
    assert_eq!(answer.message(), "The requested feature IP rule exceeds allowed quota 2 for the SKU Premium.");
    azure.turn(|settings| settings.virtual_network_rule_limit = 0);
    refused(&azure, &rules("Deny", &[], &[OPEN])).await;
}

#[tokio::test]
async fn only_premium_has_network_rules() {
    let azure = Azure::small();
    let basic = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/basic");
    for body in [rules("Deny", &[], &[]), rules("Allow", &["8.8.8.8"], &[])] {
        let answer = azure.send(Method::PATCH, &basic, NEW, &body).await;
        assert_eq!((answer.status, answer.code()), (400, "NetworkRulesNotSupported"));
    }
    let private = json!({"properties": {"publicNetworkAccess": "Disabled"}});
    let answer = azure.send(Method::PATCH, &basic, NEW, &private).await;
    assert_eq!(answer.code(), "DisablingPublicNetworkAccessNotSupported");
    let same = azure.send(Method::PATCH, &basic, NEW, &rules("Allow", &[], &[])).await;
    assert_eq!(same.status, 200);
}

#[tokio::test]
async fn a_registry_with_rules_cannot_leave_premium() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[])).await;
    let answer = azure.patch(NEW, &json!({"sku": {"name": "Standard"}})).await;
    assert_eq!(answer.code(), "NetworkRulesNotSupported");
}

#[tokio::test]
async fn a_subnet_without_the_endpoint_is_refused_in_the_seen_words() {
    let azure = Azure::small();
    let answer = refused(&azure, &rules("Deny", &[], &[OPEN, PLAIN])).await;
    assert_eq!(answer.code(), "NetworkRuleValidationError");
    let expected = format!(
        "Could not validate network rule - Subnets plain of virtual network {NETWORK} do not have ServiceEndpoints for \
         Microsoft.ContainerRegistry resources configured. Add Microsoft.ContainerRegistry to subnet's ServiceEndpoints \
         collection before trying to ACL Microsoft.ContainerRegistry resources to these subnets."
    );
    assert_eq!(answer.message(), expected);
}

#[tokio::test]
async fn a_subnet_that_does_not_exist_is_refused() {
    let azure = Azure::small();
    let answer = refused(&azure, &rules("Deny", &[], &[&format!("{NETWORK}/subnets/nowhere")])).await;
    assert!(answer.message().contains("does not have subnets with names nowhere"), "{answer:?}");
}

#[tokio::test]
async fn an_unregistered_network_subscription_looks_like_a_missing_right() {
    let azure = Azure::small();
    let far = "/subscriptions/s2/resourceGroups/rg2/providers/Microsoft.Network/virtualNetworks/net2";
    let seed = json!({
        "subscriptions": [{"id": "s2", "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}],
        "virtualNetworks": [{"id": far, "properties": {"subnets": [{"name": "a", "properties": {
            "addressPrefix": "10.0.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
        }}]}}],
    });
    azure.simulator.add(&seed).expect("a good seed");
    let rule = rules("Deny", &[], &[&format!("{far}/subnets/a")]);
    let answer = refused(&azure, &rule).await;
    let scope =
        format!("over scope '{far}/taggedTrafficConsumers/Microsoft.ContainerRegistry' or the scope is invalid.");
    assert!(answer.message().contains(&scope), "{answer:?}");

    azure.send(Method::POST, "/subscriptions/s2/providers/Microsoft.ContainerRegistry/register", ARM, &json!({})).await;
    for _ in 0..2 {
        azure.get("/subscriptions/s2/providers/Microsoft.ContainerRegistry", ARM).await;
    }
    assert_eq!(azure.patch(NEW, &rule).await.status, 200);
}

#[tokio::test]
async fn every_stored_network_rule_is_validated_again_on_an_unrelated_patch() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[OPEN])).await;
    azure.simulator.edit(OPEN, &json!({"properties": {"serviceEndpoints": []}})).expect("the subnet");
    for version in [NEW, STABLE] {
        let answer = azure.patch(version, &json!({"tags": {"a": "b"}})).await;
        assert_eq!((answer.status, answer.code()), (400, "NetworkRuleValidationError"), "{version}");
    }
    assert_eq!(azure.patch(NEW, &rules("Deny", &[], &[])).await.status, 200);
}

#[tokio::test]
async fn a_rule_for_a_subnet_that_is_gone_stays_and_every_write_that_keeps_it_is_refused_by_its_name() {
    let azure = Azure::small();
    let gone = format!("{NETWORK}/subnets/gone");
    azure
        .put(
            &gone,
            NRP,
            &json!({"properties": {
                "addressPrefix": "10.0.2.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
            }}),
        )
        .await;
    azure.clock.advance(std::time::Duration::from_secs(10));
    assert_eq!(azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[OPEN, &gone])).await.status, 200);
    assert!(azure.delete(&gone, NRP).await.status < 300);
    azure.clock.advance(std::time::Duration::from_secs(10));
    assert_eq!(azure.get(&gone, NRP).await.status, 404);
    let shown = azure.get(REGISTRY, NEW).await.body["properties"]["networkRuleSet"]["virtualNetworkRules"].clone();
    assert_eq!(shown[1]["virtualNetworkSubnetResourceId"], json!(gone));
    let addresses =
        json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "9.9.9.9"}]}}});
    for body in [rules("Deny", &["9.9.9.9"], &[OPEN, &gone]), rules("Deny", &[], &[&gone]), addresses] {
        let answer = refused(&azure, &body).await;
        assert_eq!(answer.code(), "NetworkRuleValidationError");
        let named = format!("Virtual network {NETWORK} does not have subnets with names gone.");
        assert!(answer.message().contains(&named), "{answer:?}");
    }
    assert_eq!(azure.patch(NEW, &rules("Deny", &["9.9.9.9"], &[OPEN])).await.status, 200);
}

#[tokio::test]
async fn a_rule_for_a_network_that_is_gone_can_be_seeded_and_left_out() {
    let azure = Azure::empty(Settings::default());
    let seed = json!({"registries": [{"id": REGISTRY, "properties": {"networkRuleSet": {
        "defaultAction": "Deny", "virtualNetworkRules": [{"virtualNetworkSubnetResourceId": PLAIN}],
    }}}]});
    azure.simulator.seed(&seed).expect("a good seed");
    let answer = refused(&azure, &rules("Deny", &["9.9.9.9"], &[PLAIN])).await;
    assert!(answer.message().contains(NETWORK) && answer.message().contains("plain"), "{answer:?}");
    assert_eq!(azure.patch(NEW, &rules("Deny", &["9.9.9.9"], &[])).await.status, 200);
}

#[tokio::test]
async fn only_allow_is_an_action_and_only_a_subnet_is_a_subnet() {
    let azure = Azure::small();
    let deny = json!({"properties": {"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [{"action": "Deny", "value": "8.8.8.8"}],
    }}});
    refused(&azure, &deny).await;
    refused(&azure, &rules("Deny", &[], &[NETWORK])).await;
    refused(&azure, &rules("Maybe", &[], &[])).await;
}

#[tokio::test]
async fn an_unknown_sku_is_refused() {
    let azure = Azure::small();
    let answer = refused(&azure, &json!({"sku": {"name": "Platinum"}})).await;
    assert_eq!((answer.code(), answer.message()), ("SkuNotSupported", "The SKU Platinum is not supported."));
}
