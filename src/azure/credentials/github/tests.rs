use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::azure::credentials::exchange::tests::exchange;
use crate::azure::scripted::{Reply, Script};

fn source(script: &Arc<Script>, url: &str) -> GitHub {
    GitHub::new(Url::parse(url).unwrap(), "pl4nted".to_owned(), exchange(script))
}

async fn outcome(reply: Reply) -> Result<Secret, String> {
    let script = Arc::new(Script::new().on("GET", "/token", reply));
    source(&script, "https://runner/token").assertion("", "").await
}

#[tokio::test(start_paused = true)]
async fn the_run_is_named_by_its_token_and_the_audience_is_that_of_entra() {
    let script =
        Arc::new(Script::new().on("GET", "https://runner/token", Reply::json(200, &json!({"value": "a.b.c"}))));
    let assertion = source(&script, "https://runner/token?api-version=2.0").assertion("", "").await;
    assert_eq!(assertion.unwrap().expose(), "a.b.c");
    let seen = &script.seen()[0];
    assert_eq!(seen.uri, "https://runner/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange");
    assert_eq!(seen.header("authorization"), "Bearer pl4nted");
    assert!(seen.headers["authorization"].is_sensitive());
}

#[tokio::test(start_paused = true)]
async fn an_audience_in_the_url_stays() {
    let script = Arc::new(Script::new().on("GET", "/token", Reply::json(200, &json!({"value": "a.b.c"}))));
    source(&script, "https://runner/token?audience=own").assertion("", "").await.unwrap();
    assert_eq!(script.seen()[0].uri, "https://runner/token?audience=own");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_quoted_without_the_token() {
    let refused = outcome(Reply::json(401, &json!({"message": "pl4nted is not for this run"}))).await.unwrap_err();
    assert_eq!(refused, "GitHub gives none: 401: … is not for this run");
    let empty = outcome(Reply::json(200, &json!({"jwt": "s.e.cret"}))).await.unwrap_err();
    assert_eq!(empty, "GitHub gives none: 200: the answer holds no OIDC token");
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_is_an_error_that_does_not_show_it() {
    let source =
        GitHub::new(Url::parse("https://a/").unwrap(), "pl4\nnted".to_owned(), exchange(&Arc::new(Script::new())));
    let error = source.assertion("", "").await.unwrap_err();
    assert!(error.contains("no header can carry") && !error.contains("nted"), "{error}");
}

#[test]
fn the_debug_form_shows_no_token() {
    let shown = format!("{:?}", source(&Arc::new(Script::new()), "https://runner/token?sig=sign4ture"));
    assert!(!shown.contains("pl4nted") && !shown.contains("sign4ture"), "{shown}");
}
