use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::azure::credentials::exchange::tests::exchange;
use crate::azure::scripted::{Reply, Script};

fn source(script: &Arc<Script>) -> AzureDevOps {
    let url = Url::parse("https://dev.azure.com/org/oidctoken").unwrap();
    AzureDevOps::new(url, "pl4nted".to_owned(), "c0nn&1".to_owned(), exchange(script))
}

#[tokio::test(start_paused = true)]
async fn the_service_connection_is_asked_for_by_an_empty_post() {
    let script = Arc::new(Script::new().on("POST", "/oidctoken", Reply::json(200, &json!({"oidcToken": "a.b.c"}))));
    assert_eq!(source(&script).assertion("", "").await.unwrap().expose(), "a.b.c");
    let seen = &script.seen()[0];
    assert_eq!(seen.uri, "https://dev.azure.com/org/oidctoken?api-version=7.1&serviceConnectionId=c0nn%261");
    assert_eq!(seen.header("authorization"), "Bearer pl4nted");
    assert!(seen.body.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_quoted_without_the_token() {
    let body = json!({"$id": "1", "message": "No service connection found with identifier c0nn (job pl4nted)."});
    let script = Arc::new(Script::new().on("POST", "/oidctoken", Reply::json(404, &body)));
    let error = source(&script).assertion("", "").await.unwrap_err();
    assert_eq!(error, "Azure DevOps gives none: 404: No service connection found with identifier c0nn (job …).");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_page_in_place_of_an_answer_is_no_token() {
    let script = Arc::new(Script::new().on("POST", "/oidctoken", Reply::text(203, "<html>sign in</html>")));
    let error = source(&script).assertion("", "").await.unwrap_err();
    assert_eq!(error, "Azure DevOps gives none: 203: the answer holds no OIDC token");
}

#[test]
fn the_debug_form_shows_no_token() {
    let shown = format!("{:?}", source(&Arc::new(Script::new())));
    assert!(shown.contains("c0nn") && !shown.contains("pl4nted"), "{shown}");
}
