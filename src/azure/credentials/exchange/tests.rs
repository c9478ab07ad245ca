use http::StatusCode;
use serde_json::json;

use super::*;
use crate::azure::scripted::{Reply, Script, ambient};

/// Over the script, with two retries.
pub(in crate::azure::credentials) fn exchange(script: &Arc<Script>) -> Exchange {
    let retry = Policy { max_retries: 2, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) };
    Exchange::new(Arc::clone(script) as _, retry, ambient())
}

fn get() -> Request<Bytes> {
    Request::get("https://service/token?sig=planted").body(Bytes::new()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_given_up_and_made_again() {
    let script = Script::new().on("GET", "/token", Reply::Hang).on("GET", "/token", Reply::text(200, "{}"));
    let script = Arc::new(script);
    assert_eq!(exchange(&script).ask(get(), None).await.unwrap().status, StatusCode::OK);
    assert!(script.pauses()[0] >= PATIENCE, "{:?}", script.pauses());
}

#[tokio::test(start_paused = true)]
async fn what_never_comes_is_told_with_the_host_and_without_the_query() {
    let script = (0..3).fold(Script::new(), |script, _| script.on("GET", "/token", Reply::not_sent()));
    let error = exchange(&Arc::new(script)).ask(get(), None).await.unwrap_err();
    assert_eq!(error, "service: cannot connect: refused");
}

#[tokio::test(start_paused = true)]
async fn a_service_on_this_machine_is_not_waited_for_as_long() {
    let script = Script::new().on("GET", "/token", Reply::Hang).on("GET", "/token", Reply::Hang);
    let began = tokio::time::Instant::now();
    let impatient = exchange(&Arc::new(script)).impatient(Duration::from_secs(5), 1);
    let error = impatient.ask(get(), None).await.unwrap_err();
    assert_eq!(error, "service: no answer within 5 s");
    assert!(began.elapsed() < Duration::from_secs(12));
}

#[test]
fn a_secret_that_a_service_repeats_is_cut_out() {
    for body in [
        json!({"error": "x", "error_description": "the value pl4nted is wrong"}),
        json!({"error": "pl4nted"}),
        json!({"message": "Bearer pl4nted refused"}),
        json!({"other": "pl4nted"}),
    ] {
        let response = http::Response::builder().status(400).body(Bytes::from(body.to_string())).unwrap();
        let error =
            read_token(&Answer::new(response), SystemTime::UNIX_EPOCH, Some(&Secret::new("pl4nted"))).unwrap_err();
        assert!(error.starts_with("400: ") && error.contains('…') && !error.contains("pl4nted"), "{error}");
    }
}
