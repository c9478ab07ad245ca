use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::exchange::tests::exchange;
use crate::azure::credentials::{ClientAssertion, TokenService};
use crate::azure::scripted::{Reply, Script};
use crate::azure::token::TokenSource;

fn credential(script: &Arc<Script>, token: OidcToken) -> ClientAssertion {
    let service = TokenService::new(Cloud::named(CloudName::Public), "tenant".to_owned(), exchange(script));
    ClientAssertion::new("app".to_owned(), Arc::new(token), service)
}

fn token(secret: &str) -> Reply {
    Reply::json(200, &json!({"access_token": secret, "expires_in": 3599}))
}

#[tokio::test(start_paused = true)]
async fn an_assertion_is_exchanged_by_a_form() {
    let script =
        Arc::new(Script::new().on("POST", "https://login.microsoftonline.com/tenant/oauth2/v2.0/token", token("abc")));
    let credential = credential(&script, OidcToken::Given(Secret::new("a.b.c")));
    assert_eq!(credential.token().await.unwrap().secret().expose(), "abc");
    assert_eq!(
        std::str::from_utf8(&script.seen()[0].body).unwrap(),
        "grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com%2F.default&client_id=app\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c"
    );
}

#[tokio::test(start_paused = true)]
async fn the_file_is_read_again_at_each_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let script = Arc::new(Script::new().on("POST", "/token", token("one")).on("POST", "/token", token("two")));
    let credential = credential(&script, OidcToken::File(path.clone()));
    for content in ["first.a.b\n", "second.a.b"] {
        std::fs::write(&path, content).unwrap();
        credential.token().await.unwrap();
    }
    let sent: Vec<String> = script.seen().iter().map(|seen| String::from_utf8_lossy(&seen.body).into_owned()).collect();
    assert!(sent[0].ends_with("client_assertion=first.a.b") && sent[1].ends_with("client_assertion=second.a.b"));
}

#[tokio::test]
async fn a_file_that_is_missing_or_empty_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let credential = credential(&Arc::new(Script::new()), OidcToken::File(path.clone()));
    let missing = credential.token().await.unwrap_err().to_string();
    assert!(
        missing.starts_with(&format!("cannot get an access token by OIDC token: cannot read {}", path.display())),
        "{missing}"
    );
    std::fs::write(&path, " \n").unwrap();
    assert!(credential.token().await.unwrap_err().reason.ends_with("token is empty"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_show_the_assertion() {
    let body = json!({"error_description": "AADSTS700213: no matching federated identity record for pl4n.t.ed"});
    let script = Arc::new(Script::new().on("POST", "/token", Reply::json(401, &body)));
    let error = credential(&script, OidcToken::Given(Secret::new("pl4n.t.ed"))).token().await.unwrap_err();
    assert_eq!(error.reason, "401: AADSTS700213: no matching federated identity record for …");
}

#[test]
fn the_debug_form_shows_no_token() {
    let shown = format!("{:?}", credential(&Arc::new(Script::new()), OidcToken::Given(Secret::new("pl4n.t.ed"))));
    assert!(!shown.contains("pl4n"), "{shown}");
}
