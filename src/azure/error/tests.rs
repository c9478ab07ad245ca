use http::Response;
use serde_json::json;

use super::*;

const URL: &str = "https://management.azure.com/subscriptions/s/x?sig=s3cret&api-version=v&t=1";

fn story(method: &Method) -> Story {
    let mut story = Story::new(method, &URL.parse().unwrap(), Some("corr"));
    story.attempts = 1;
    story.request_id = Some("client-1".to_owned());
    story
}

fn refused(method: &Method, status: u16, body: &str) -> ArmError {
    let response =
        Response::builder().status(status).header("x-ms-request-id", "req-1").header("content-type", "text/html");
    let answer = Answer::new(response.body(body.to_owned().into()).unwrap());
    ArmError::refused(&story(method), &answer, SystemTime::UNIX_EPOCH)
}

fn envelope(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message}}).to_string()
}

#[tokio::test(start_paused = true)]
async fn it_tells_the_whole_story_in_one_line() {
    let error =
        refused(&Method::PATCH, 400, &envelope("NetworkRuleValidationError", "Could not validate network rule"));
    assert_eq!(
        error.to_string(),
        "PATCH https://management.azure.com/subscriptions/s/x?api-version=v failed: 400 NetworkRuleValidationError: \
         Could not validate network rule (request id req-1, correlation id corr, 1 attempt in 0.0 s)"
    );
}

#[test]
fn of_the_query_only_the_version_is_kept() {
    let error = refused(&Method::GET, 500, "");
    assert_eq!(error.url, "https://management.azure.com/subscriptions/s/x?api-version=v");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn each_status_has_its_kind() {
    use ErrorKind::{BadRequest, Conflict, Forbidden, NotFound, PreconditionFailed, Server, Throttled, Unauthorized};
    for (status, kind) in [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (408, Server),
        (409, Conflict),
        (412, PreconditionFailed),
        (422, BadRequest),
        (429, Throttled),
        (500, Server),
        (504, Server),
    ] {
        assert_eq!(refused(&Method::GET, status, &envelope("c", "m")).kind, kind, "{status}");
    }
}

#[test]
fn a_404_that_is_not_arms_does_not_say_that_something_is_gone() {
    let error = refused(&Method::GET, 404, "<html>nginx</html>");
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(
        error.message.contains("(text/html) is not Azure Resource Manager's: <html>nginx</html>"),
        "{}",
        error.message
    );
}

#[test]
fn a_write_that_met_a_server_error_has_an_unknown_effect() {
    for (method, status, effect) in [
        (Method::PATCH, 500, Effect::Unknown),
        (Method::PUT, 503, Effect::Unknown),
        (Method::PATCH, 408, Effect::Unknown),
        (Method::PATCH, 429, Effect::None),
        (Method::PATCH, 409, Effect::None),
        (Method::PATCH, 400, Effect::None),
        (Method::GET, 500, Effect::None),
    ] {
        assert_eq!(refused(&method, status, "").effect, effect, "{method} {status}");
    }
    assert!(refused(&Method::PUT, 500, "").to_string().contains("whether it took effect is not known"));
}

#[test]
fn the_words_of_details_follow_and_their_codes_are_found() {
    let body = json!({"error": {"code": "RetryableError", "message": "A retryable error occurred.",
        "details": [{"code": "ReferencedResourceNotProvisioned", "message": "Cannot proceed."}]}});
    let error = refused(&Method::PUT, 429, &body.to_string());
    assert_eq!(error.message, "A retryable error occurred. (ReferencedResourceNotProvisioned: Cannot proceed.)");
    assert!(error.has_code(&["referencedresourcenotprovisioned"]));
    assert!(!error.has_code(&["Other"]));
}

#[test]
fn an_envelope_without_its_outer_member_is_read_too() {
    let error = refused(&Method::GET, 400, r#"{"code":"C","message":"m","status":"Failed"}"#);
    assert_eq!((error.code.as_deref(), error.message.as_str()), (Some("C"), "m"));
}

#[test]
fn a_failure_within_a_changed_whole_keeps_the_unknown_effect() {
    let error = refused(&Method::GET, 403, &envelope("c", "m"));
    assert_eq!(error.effect, Effect::None);
    assert_eq!(error.clone().after(Effect::Unknown).effect, Effect::Unknown);
    assert_eq!(error.after(Effect::Unknown).after(Effect::None).effect, Effect::Unknown);
}

#[test]
fn an_error_is_as_small_as_a_pointer() {
    assert_eq!(size_of::<ArmError>(), size_of::<usize>());
}
