//! Tokens, discovery, metadata.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

const FORM: &str = "grant_type=client_credentials&client_id=app&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";

async fn token(azure: &Azure, tenant: &str, more: &str) -> Seen {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", azure.simulator.url());
    let request = azure.client.post(url).header("content-type", "application/x-www-form-urlencoded");
    seen(request.body(format!("{FORM}{more}"))).await
}

fn with_client() -> Azure {
    let azure = Azure::small();
    let client = json!({"client_id": "app", "client_secret": "q7-secret", "tenant": "t1"});
    azure.simulator.add(&json!({"clients": [client]})).expect("a good seed");
    azure
}

#[tokio::test]
async fn a_secret_buys_a_token_that_looks_like_a_jwt() {
    let azure = with_client();
    azure.turn(|settings| settings.token_lifetime_seconds = 600);
    let answer = token(&azure, "t1", "&client_secret=q7-secret").await;
    assert_eq!((answer.status, &answer.body["expires_in"]), (200, &json!(600)));
    let jwt = answer.body["access_token"].as_str().expect("a token");
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).expect("claims")).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!((&claims["aud"], &claims["tid"]), (&json!("https://management.azure.com"), &json!("t1")));
}

#[tokio::test]
async fn wrong_secrets_strangers_and_other_tenants_are_refused() {
    let azure = with_client();
    let wrong = token(&azure, "t1", "&client_secret=wrong").await;
    assert_eq!((wrong.status, &wrong.body["error"]), (401, &json!("invalid_client")));
    assert!(wrong.body["error_description"].as_str().is_some_and(|text| text.starts_with("AADSTS7000215")));
    let other = token(&azure, "t2", "&client_secret=q7-secret").await;
    assert_eq!(other.body["error"], "unauthorized_client");
    assert_eq!(token(&azure, "t1", "").await.status, 401);
    assert_eq!(token(&azure, "t1", "&client_assertion=not-a-jwt").await.status, 401);
}

#[tokio::test]
async fn an_assertion_is_as_good_as_a_secret() {
    let azure = with_client();
    assert_eq!(token(&azure, "t1", "&client_assertion=a.b.c").await.status, 200);
}

#[tokio::test]
async fn secrets_and_tokens_are_not_in_the_log() {
    let azure = with_client();
    let answer = token(&azure, "t1", "&client_secret=q7-secret").await;
    let issued = answer.body["access_token"].as_str().expect("a token").to_owned();
    let request = azure.request(Method::GET, REGISTRY, NEW);
    seen(request.header("authorization", format!("Bearer {issued}"))).await;
    let log = serde_json::to_string(&azure.simulator.requests()).expect("JSON");
    for hidden in ["q7-secret", issued.as_str(), "Bearer any"] {
        assert!(!log.contains(hidden), "{hidden} is in {log}");
    }
}

#[tokio::test]
async fn a_call_without_a_bearer_is_refused_with_a_challenge() {
    let azure = Azure::small();
    let url = format!("{}{REGISTRY}?api-version={NEW}", azure.simulator.url());
    let answer = seen(azure.client.get(url)).await;
    assert_eq!((answer.status, answer.code()), (401, "AuthenticationFailed"));
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert!(
        challenge.starts_with(&format!("Bearer authorization_uri=\"{}/t1\"", azure.simulator.url())),
        "{challenge}"
    );
}

#[tokio::test]
async fn strict_tokens_are_ours_and_end() {
    let azure = Azure::small();
    azure.turn(|settings| settings.strict_tokens = true);
    assert_eq!(azure.get(REGISTRY, NEW).await.code(), "InvalidAuthenticationToken");
    let issued =
        token(&azure, "t1", "&client_secret=x").await.body["access_token"].as_str().expect("a token").to_owned();
    let read = || {
        let url = format!("{}{REGISTRY}?api-version={NEW}", azure.simulator.url());
        seen(azure.client.get(url).header("authorization", format!("Bearer {issued}")))
    };
    assert_eq!(read().await.status, 200);
    azure.clock.advance(Duration::from_secs(3600));
    assert_eq!(read().await.code(), "ExpiredAuthenticationToken");
}

#[tokio::test]
async fn discovery_and_metadata_point_to_this_simulator() {
    let azure = Azure::small();
    let url = azure.simulator.url().to_owned();
    let open = |path: &str| seen(azure.client.get(format!("{url}{path}")));
    let discovery = open("/t1/v2.0/.well-known/openid-configuration").await;
    assert_eq!(discovery.body["token_endpoint"], format!("{url}/t1/oauth2/v2.0/token"));
    let instance = open("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").await;
    assert_eq!(instance.body["api-version"], "1.1");
    let cloud = open("/metadata/endpoints?api-version=2022-09-01").await;
    assert_eq!(cloud.body["authentication"]["loginEndpoint"], url);
    assert_eq!(cloud.body["suffixes"]["acrLoginServer"], azure.login_server("").trim_start_matches('.'));
    assert!(open("/metadata/endpoints?api-version=2019-05-01").await.body.is_array());
}

#[tokio::test]
async fn a_managed_identity_insists_on_its_header() {
    let azure = Azure::small();
    let url = format!("{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r", azure.simulator.url());
    assert_eq!(seen(azure.client.get(&url)).await.status, 400);
    let answer = seen(azure.client.get(&url).header("metadata", "true")).await;
    assert_eq!((answer.status, &answer.body["expires_in"]), (200, &json!("3599")));
}
