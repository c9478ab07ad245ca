//! `/v2/` of a registry.

use super::*;

/// A registry as seen from an address, or as all clients see it.
async fn visit(azure: &Azure, registry: &str, from: Option<&str>) -> Seen {
    let caller = from.map(|address| format!("{}.from.", address.replace('.', "-"))).unwrap_or_default();
    ask(azure, Method::GET, "/v2/", &format!("{caller}{}", azure.login_server(registry)), "").await
}

async fn ask(azure: &Azure, method: Method, path: &str, host: &str, form: &'static str) -> Seen {
    let url = format!("{}{path}", azure.simulator.url());
    seen(azure.client.request(method, url).header("host", host).body(form)).await
}

async fn probe(azure: &Azure) -> u16 {
    visit(azure, "alpha", None).await.status
}

#[tokio::test]
async fn an_open_registry_asks_for_a_token_on_the_host_that_was_asked() {
    let azure = Azure::small();
    for host in [azure.login_server("alpha"), azure.login_server("1-2-3-4.from.alpha")] {
        let answer = ask(&azure, Method::GET, "/v2/", &host, "").await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (401, &json!("UNAUTHORIZED")));
        let challenge = format!("Bearer realm=\"http://{host}/oauth2/token\",service=\"{host}\"");
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()));
    }
}

#[tokio::test]
async fn a_closed_registry_names_the_address_it_saw() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["203.0.113.8"], &[])).await;
    let answer = visit(&azure, "alpha", None).await;
    let message = answer.body["errors"][0]["message"].as_str().expect("a message");
    assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (403, &json!("DENIED")));
    let text = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
    assert!(message.starts_with(text), "{message}");
    azure.turn(|settings| settings.client_address = "203.0.113.8".to_owned());
    assert_eq!(probe(&azure).await, 401);
}

#[tokio::test]
async fn the_host_name_says_from_where_a_registry_is_seen() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["16.17.18.0/24", "52.0.0.1"], &[])).await;
    let table = [("16.17.18.9", 401), ("16.17.19.9", 403), ("52.0.0.1", 401), ("52.0.0.2", 403)];
    for (address, status) in table {
        let answer = visit(&azure, "ALPHA", Some(address)).await;
        assert_eq!(answer.status, status, "{address}");
        assert_eq!(status == 403, answer.body.to_string().contains(&format!("client with IP '{address}'")));
    }
}

#[tokio::test]
async fn each_registry_answers_by_its_own_rules() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    assert_eq!(visit(&azure, "alpha", None).await.status, 403);
    assert_eq!(visit(&azure, "basic", None).await.status, 401);
}

/// A 401 of ARM there would look like a registry that can be reached.
#[tokio::test]
async fn a_name_that_is_no_registry_is_not_answered_by_arm() {
    let azure = Azure::small();
    azure.turn(|settings| settings.login_server_suffix = Some("registries.example".to_owned()));
    for host in ["nothing.localhost", "x.from.alpha.localhost", "nothing.registries.example:80"] {
        let answer = ask(&azure, Method::GET, "/v2/", host, "").await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (404, &json!("NAME_UNKNOWN")), "{host}");
    }
    let arm = ask(&azure, Method::GET, "/subscriptions?api-version=2022-12-01", "localhost", "").await;
    assert_eq!((arm.status, arm.code()), (401, "AuthenticationFailed"));
}

#[tokio::test]
async fn a_suffix_can_be_set_and_metadata_says_the_same() {
    let azure = Azure::empty(Settings { login_server_suffix: Some("azurecr.io".to_owned()), ..Settings::default() });
    azure.simulator.seed(&small_seed()).expect("a good seed");
    let made = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Another");
    azure.put(&made, NEW, &json!({"location": "westeurope", "sku": {"name": "Premium"}})).await;
    for (id, server) in [(REGISTRY, "alpha.azurecr.io"), (made.as_str(), "another.azurecr.io")] {
        assert_eq!(azure.get(id, NEW).await.body["properties"]["loginServer"], server);
        assert_eq!(ask(&azure, Method::GET, "/v2/", server, "").await.status, 401);
    }
    let metadata = azure.get("/metadata/endpoints", ARM).await;
    assert_eq!(metadata.body["suffixes"]["acrLoginServer"], "azurecr.io");
}

#[tokio::test]
async fn a_seed_can_name_any_login_server() {
    let azure = Azure::empty(Settings::default());
    let seed = json!({"registries": [{"id": REGISTRY, "properties": {"loginServer": "alpha-x1y2.azurecr.io"}}]});
    azure.simulator.seed(&seed).expect("a good seed");
    assert_eq!(ask(&azure, Method::GET, "/v2/", "alpha-x1y2.azurecr.io", "").await.status, 401);
}

#[tokio::test]
async fn a_network_rule_admits_its_subnet_while_that_has_the_endpoint() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &[], &[OPEN])).await;
    assert_eq!(visit(&azure, "alpha", Some("10.0.0.4")).await.status, 401);
    assert_eq!(visit(&azure, "alpha", Some("10.0.1.4")).await.status, 403, "an address of the other subnet");
    azure.simulator.edit(OPEN, &json!({"properties": {"serviceEndpoints": []}})).expect("the subnet");
    assert_eq!(visit(&azure, "alpha", Some("10.0.0.4")).await.status, 403);
}

#[tokio::test]
async fn disabled_public_access_refuses_everybody() {
    let azure = Azure::small();
    azure.patch(NEW, &rules("Deny", &["203.0.113.7"], &[OPEN])).await;
    azure.patch(NEW, &json!({"properties": {"publicNetworkAccess": "Disabled"}})).await;
    for from in [None, Some("10.0.0.4")] {
        assert_eq!(visit(&azure, "alpha", from).await.status, 403);
    }
}

#[tokio::test]
async fn the_token_exchange_is_refused_like_the_rest() {
    let azure = Azure::small();
    let host = "203-0-113-9.from.alpha.localhost";
    for (path, token) in [("/oauth2/exchange", "refresh_token"), ("/oauth2/token", "access_token")] {
        azure.patch(NEW, &rules("Allow", &[], &[])).await;
        let open = ask(&azure, Method::POST, path, host, "grant_type=access_token&access_token=any").await;
        assert_eq!((open.status, open.body[token].is_string()), (200, true), "{path}");
        azure.patch(NEW, &rules("Deny", &[], &[])).await;
        let closed = ask(&azure, Method::POST, path, host, "grant_type=access_token&access_token=any").await;
        assert_eq!((closed.status, &closed.body["errors"][0]["code"]), (403, &json!("DENIED")), "{path}");
    }
}

#[tokio::test]
async fn a_bad_token_is_not_exchanged() {
    let azure = Azure::small();
    let exchange = async |form| ask(&azure, Method::POST, "/oauth2/exchange", "alpha.localhost", form).await.status;
    assert_eq!(exchange("grant_type=access_token").await, 401);
    azure.turn(|settings| settings.strict_tokens = true);
    assert_eq!(exchange("grant_type=access_token&access_token=made-up").await, 401);
}

#[tokio::test]
async fn the_throttle_of_arm_does_not_know_it() {
    let azure = Azure::small();
    azure.turn(|settings| {
        settings.throttle.enabled = true;
        settings.throttle.reads = crate::simulator::BucketSize { burst: 2.0, per_second: 0.001 };
    });
    for _ in 0..5 {
        assert_eq!(probe(&azure).await, 401);
    }
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 200, "the bucket is untouched");
}

#[tokio::test]
async fn writes_are_heard_in_their_order_after_a_while() {
    let azure = Azure::small();
    azure.turn(|settings| settings.propagation_seconds = 120.0);
    let second = std::time::Duration::from_secs(1);
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    azure.clock.advance(60 * second);
    azure.patch(NEW, &rules("Deny", &["203.0.113.7"], &[])).await;
    let mut statuses = vec![probe(&azure).await];
    for wait in [59, 1, 59, 1] {
        azure.clock.advance(wait * second);
        statuses.push(probe(&azure).await);
    }
    assert_eq!(statuses, [401, 401, 403, 403, 401]);
    assert_eq!(azure.rule_set()["ipRules"][0]["value"], "203.0.113.7", "ARM knows at once");
}

#[tokio::test]
async fn a_change_behind_the_clients_back_is_heard_as_late() {
    let azure = Azure::small();
    azure.turn(|settings| settings.propagation_seconds = 60.0);
    let deny = json!({"properties": {"networkRuleSet": {"defaultAction": "Deny"}}});
    azure.simulator.edit(REGISTRY, &deny).expect("the registry");
    assert_eq!(probe(&azure).await, 401);
    azure.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(probe(&azure).await, 403);
}

#[tokio::test]
async fn a_registry_that_is_made_again_has_no_past() {
    let azure = Azure::small();
    azure.turn(|settings| settings.propagation_seconds = 60.0);
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    azure.delete(REGISTRY, NEW).await;
    let deny = json!({"location": "westeurope", "sku": {"name": "Premium"}, "properties": {"networkRuleSet": {"defaultAction": "Deny"}}});
    azure.put(REGISTRY, NEW, &deny).await;
    assert_eq!(probe(&azure).await, 403);
}
