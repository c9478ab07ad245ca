use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::{Exchange, StaticToken};
use crate::azure::retry::Policy;
use crate::azure::scripted::{Reply, Script, ambient};

fn credential(script: &Arc<Script>, tenant: &str) -> ClientSecret {
    let retry = Policy { max_retries: 2, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) };
    let cloud = Cloud::named(CloudName::Public);
    let service = TokenService::new(cloud, tenant.to_owned(), Exchange::new(Arc::clone(script) as _, retry, ambient()));
    ClientSecret::new("app".to_owned(), "s3 cr&t".to_owned(), service)
}

async fn outcome(reply: Reply) -> Result<AccessToken, TokenError> {
    let script = Arc::new(Script::new().on("POST", "/oauth2/v2.0/token", reply));
    credential(&script, "tenant").token().await
}

#[tokio::test(start_paused = true)]
async fn a_client_secret_is_exchanged_by_a_form() {
    let reply = Reply::json(200, &json!({"access_token": "abc", "expires_in": 3599, "token_type": "Bearer"}));
    let script =
        Arc::new(Script::new().on("POST", "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token", reply));
    let token = credential(&script, "contoso.com").token().await.unwrap();
    assert_eq!(token.secret().expose(), "abc");
    let seen = &script.seen()[0];
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(
        std::str::from_utf8(&seen.body).unwrap(),
        "grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com%2F.default&client_id=app&client_secret=s3+cr%26t"
    );
}

#[tokio::test(start_paused = true)]
async fn the_lifetime_may_be_written_as_text_or_be_left_out() {
    let expected = AccessToken::expiring("abc".to_owned(), Duration::from_secs(3599));
    for lifetime in [json!(3599), json!("3599")] {
        let reply = Reply::json(200, &json!({"access_token": "abc", "expires_in": lifetime}));
        assert_eq!(outcome(reply).await.unwrap(), expected);
    }
    let lasting = outcome(Reply::json(200, &json!({"access_token": "abc"}))).await.unwrap();
    assert_eq!(lasting, AccessToken::lasting("abc".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_gives_the_services_words_without_trace_lines() {
    let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"});
    let error = outcome(Reply::json(401, &body)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot get an access token by client secret: 401: AADSTS7000215: Invalid client secret provided."
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_token_is_an_error_with_its_opening() {
    let error = outcome(Reply::text(200, "<html>login here</html>")).await.unwrap_err();
    assert_eq!(error.reason, "200: the answer holds no access token");
    let error = outcome(Reply::text(403, "<html>blocked</html>")).await.unwrap_err();
    assert!(error.reason.contains("<html>blocked</html>"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_or_unreachable_token_service_is_asked_again() {
    let token = Reply::json(200, &json!({"access_token": "abc"}));
    let script = Script::new()
        .on("POST", "/token", Reply::text(503, "").header("retry-after", "2"))
        .on("POST", "/token", Reply::not_sent())
        .on("POST", "/token", token);
    let script = Arc::new(script);
    assert_eq!(credential(&script, "t").token().await.unwrap().secret().expose(), "abc");
    assert_eq!(script.pauses()[0], Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_would_bend_the_url_is_refused() {
    for tenant in ["", "a/b", "..", "a?b", "a b"] {
        let error = credential(&Arc::new(Script::new()), tenant).token().await.unwrap_err();
        assert!(error.reason.ends_with("is not a tenant"), "{error}");
    }
}

#[tokio::test]
async fn no_debug_output_shows_a_secret() {
    let shown = format!("{:?} {:?}", credential(&Arc::new(Script::new()), "t"), StaticToken::new("t0ken".to_owned()));
    assert!(!shown.contains("s3 cr") && !shown.contains("t0ken"), "{shown}");
}
