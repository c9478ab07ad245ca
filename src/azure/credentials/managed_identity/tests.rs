use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::exchange::tests::exchange;
use crate::azure::scripted::{Reply, Script};

fn cloud() -> CloudSource {
    Cloud::named(CloudName::Public).into()
}

fn imds(script: &Arc<Script>, client_id: Option<&str>) -> ManagedIdentity {
    ManagedIdentity::of_machine(None, client_id.map(str::to_owned), &cloud(), &exchange(script))
}

fn app_service(script: &Arc<Script>) -> ManagedIdentity {
    let endpoint = Url::parse("http://169.254.130.2:8081/msi/token").unwrap();
    ManagedIdentity::of_app_service(endpoint, "pl4nted".to_owned(), None, &cloud(), &exchange(script))
}

fn token() -> Reply {
    Reply::json(200, &json!({"access_token": "abc", "expires_in": "3599", "expires_on": "9", "token_type": "Bearer"}))
}

#[tokio::test(start_paused = true)]
async fn the_only_identity_of_a_machine_is_asked_for_by_resource_and_header() {
    let script = Arc::new(Script::new().on("GET", "http://169.254.169.254/", token()));
    let token = imds(&script, None).token().await.unwrap();
    assert_eq!(token, AccessToken::expiring("abc".to_owned(), Duration::from_secs(3599)));
    let seen = &script.seen()[0];
    assert_eq!(
        seen.uri,
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com"
    );
    assert_eq!(seen.header("metadata"), "true");
}

#[tokio::test(start_paused = true)]
async fn one_of_several_identities_is_named_by_its_client_id() {
    let script = Arc::new(Script::new().on("GET", "&client_id=app-1", token()));
    imds(&script, Some("app-1")).token().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_of_the_users_takes_the_place_of_imds() {
    let script = Arc::new(Script::new().on("GET", "http://127.0.0.1:50342/token?a=b&api-version=2018-02-01", token()));
    let endpoint = Url::parse("http://127.0.0.1:50342/token?a=b").unwrap();
    ManagedIdentity::of_machine(Some(endpoint), None, &cloud(), &exchange(&script)).token().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn app_service_wants_its_header_and_tells_only_when_the_token_ends() {
    // the script's clock stands at 784111777
    let reply = Reply::json(200, &json!({"access_token": "abc", "expires_on": "784112777"}));
    let script = Arc::new(Script::new().on("GET", "http://169.254.130.2:8081/msi/token", reply));
    let token = app_service(&script).token().await.unwrap();
    assert_eq!(token, AccessToken::expiring("abc".to_owned(), Duration::from_secs(1000)));
    let seen = &script.seen()[0];
    assert!(seen.uri.contains("api-version=2019-08-01"), "{}", seen.uri);
    assert_eq!((seen.header("x-identity-header"), seen.header("metadata")), ("pl4nted", ""));
    assert!(seen.headers["x-identity-header"].is_sensitive());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_quoted_without_the_header() {
    let body = json!({"error": "invalid_request", "error_description": "Identity not found (pl4nted)"});
    let script = Arc::new(Script::new().on("GET", "/token", Reply::json(400, &body)));
    let error = app_service(&script).token().await.unwrap_err();
    assert_eq!(error.to_string(), "cannot get an access token by managed identity: 400: Identity not found (…)");
}

#[tokio::test(start_paused = true)]
async fn off_azure_it_is_soon_told_that_nobody_answers() {
    let script = (0..3).fold(Script::new(), |script, _| script.on("GET", "/token", Reply::Hang));
    let began = tokio::time::Instant::now();
    let error = imds(&Arc::new(script), None).token().await.unwrap_err();
    assert_eq!(error.reason, "169.254.169.254: no answer within 10 s");
    assert!(began.elapsed() < Duration::from_secs(40));
}

#[test]
fn the_debug_form_shows_no_header() {
    let shown = format!("{:?}", app_service(&Arc::new(Script::new())));
    assert!(!shown.contains("pl4nted"), "{shown}");
}
