use serde_json::json;

use super::*;
use crate::azure::registry::RegistryEdit;
use crate::azure::retry::GaveUp;
use crate::azure::scripted::{self, Reply, Script, client, client_with};
use crate::azure::token::TokenError;
use crate::azure::transport::Obstacle;

const URL: &str = "https://management.azure.com/subscriptions/s/thing?api-version=v";
const LINK: &str = "https://management.azure.com/subscriptions/s/operations/1?sig=x";

fn get() -> Request<Bytes> {
    Request::get(URL).body(Bytes::new()).unwrap()
}

fn patch() -> Request<Bytes> {
    Request::patch(URL).body(Bytes::from_static(b"{}")).unwrap()
}

fn call() -> Call {
    Call::within(Duration::from_secs(600))
}

fn ok() -> Reply {
    Reply::json(200, &json!({"name": "thing"}))
}

#[tokio::test(start_paused = true)]
async fn a_request_is_signed_and_carries_its_ids() {
    let script = Arc::new(Script::new().on("GET", "/thing", ok()).on("GET", "/thing", ok()));
    let client = client_with(&script, |config| {
        config.user_agent = "acrnet/1 (größe)\r\nx: y".to_owned();
        config.correlation_id = Some("corr".to_owned());
    });
    client.send(&call(), get(), Repeat::Always).await.unwrap();
    client.send(&call(), get(), Repeat::Always).await.unwrap();
    let seen = script.seen();
    assert_eq!(seen[0].header("authorization"), "Bearer t0ken");
    assert!(seen[0].headers["authorization"].is_sensitive());
    assert_eq!(seen[0].header("user-agent"), "acrnet/1 (gre)x: y");
    assert_eq!(seen[0].header("x-ms-correlation-request-id"), "corr");
    let ids: Vec<_> =
        seen.iter().map(|seen| seen.header("x-ms-client-request-id").parse::<uuid::Uuid>().unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn a_429_waits_as_long_as_azure_asks() {
    let busy = Reply::error(429, "TooManyRequests", "slow down").header("retry-after", "17");
    let script = Arc::new(Script::new().on("GET", "/thing", busy).on("GET", "/thing", ok()));
    client(&script).send(&call(), get(), Repeat::Always).await.unwrap();
    assert_eq!(script.pauses(), [Duration::from_secs(17)]);
}

#[tokio::test(start_paused = true)]
async fn a_read_outlives_lost_cut_and_refused_answers() {
    let script = Script::new()
        .on("GET", "/thing", Reply::not_sent())
        .on("GET", "/thing", Reply::lost())
        .on("GET", "/thing", Reply::text(200, "{\"name\": \"thi"))
        .on("GET", "/thing", Reply::text(502, "<html>bad gateway</html>"))
        .on("GET", "/thing", ok());
    let script = Arc::new(script);
    let answer = client(&script).send(&call(), get(), Repeat::Always).await.unwrap();
    assert_eq!(answer.json.unwrap()["name"], "thing");
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_read_is_given_up_after_all_retries_and_says_so() {
    let mut script = Script::new();
    for _ in 0..4 {
        script = script.on("GET", "/thing", Reply::error(503, "Busy", "not now").header("x-ms-request-id", "req-9"));
    }
    let script = Arc::new(script);
    let client = client_with(&script, |config| config.retry.max_retries = 3);
    let error = client.send(&call(), get(), Repeat::Always).await.unwrap_err();
    assert_eq!((error.kind, error.effect, error.attempts), (ErrorKind::Server, Effect::None, 4));
    assert_eq!(error.gave_up, Some(GaveUp::Retries(3)));
    assert_eq!(error.request_id.as_deref(), Some("req-9"));
    assert!(error.elapsed > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_deadline_is_not_begun() {
    let busy = Reply::error(429, "TooManyRequests", "slow down").header("retry-after", "60");
    let script = Arc::new(Script::new().on("GET", "/thing", busy));
    let began = Instant::now();
    let error = client(&script).send(&Call::within(Duration::from_secs(30)), get(), Repeat::Always).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!(error.gave_up, Some(GaveUp::Deadline { wait: Duration::from_secs(60) }));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_not_sent_again() {
    for (reply, kind, effect) in [
        (Reply::lost(), ErrorKind::Transport, Effect::Unknown),
        (Reply::not_sent(), ErrorKind::Transport, Effect::None),
        (Reply::text(200, "{\"na"), ErrorKind::Malformed, Effect::Unknown),
        (Reply::text(200, "<html>proxy</html>"), ErrorKind::Malformed, Effect::Unknown),
        (Reply::error(500, "InternalServerError", "oops"), ErrorKind::Server, Effect::Unknown),
        (Reply::error(429, "TooManyRequests", "m"), ErrorKind::Throttled, Effect::None),
        (Reply::error(409, "Conflict", "m"), ErrorKind::Conflict, Effect::None),
    ] {
        let script = Arc::new(Script::new().on("PATCH", "/thing", reply));
        let error = client(&script).send(&call(), patch(), Repeat::Never).await.unwrap_err();
        assert_eq!((error.kind, error.effect), (kind, effect), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxys_page_is_given_back_at_once_with_its_words() {
    let script = Arc::new(Script::new().on(
        "GET",
        "/thing",
        Reply::text(200, "<html>\n Sign in </html>").header("content-type", "text/html"),
    ));
    let error = client(&script).send(&call(), get(), Repeat::Always).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert_eq!(error.message, "the answer (text/html) is not Azure Resource Manager's: <html> Sign in </html>");
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_counts_as_lost() {
    let script = Arc::new(Script::new().on("PATCH", "/thing", Reply::Hang));
    let error = client(&script).send(&call(), patch(), Repeat::Never).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Transport, Effect::Unknown));
    assert_eq!(error.message, "no answer within 120 s");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_request_under_way() {
    let script = Arc::new(Script::new().on("PATCH", "/thing", Reply::Hang));
    let call = Call::within(Duration::from_secs(5));
    let error = client(&script).send(&call, patch(), Repeat::Never).await.unwrap_err();
    assert_eq!(
        (error.kind, error.effect, error.elapsed),
        (ErrorKind::Timeout, Effect::Unknown, Duration::from_secs(5))
    );
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_request_under_way() {
    let script = Arc::new(Script::new().on("GET", "/thing", Reply::Hang));
    let call = call();
    let cancel = call.cancel.clone();
    let client = client(&script);
    let (result, ()) = tokio::join!(client.send(&call, get(), Repeat::Always), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.effect, error.elapsed), (ErrorKind::Cancelled, Effect::None, Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_wait() {
    let busy = Reply::error(429, "TooManyRequests", "m").header("retry-after", "100");
    let script = Arc::new(Script::new().on("GET", "/thing", busy));
    let call = call();
    let cancel = call.cancel.clone();
    let client = client(&script);
    let (result, ()) = tokio::join!(client.send(&call, get(), Repeat::Always), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.cancel();
    });
    assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);
}

/// Gives `token 1`, `token 2`, and so on.
struct Numbered(std::sync::atomic::AtomicU32);

impl TokenSource for Numbered {
    fn token(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        let number = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        Box::pin(std::future::ready(Ok(AccessToken::lasting(format!("token-{number}")))))
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_401_a_new_token_is_tried_once() {
    let refused = Reply::error(401, "ExpiredAuthenticationToken", "expired");
    let script = Script::new().on("PATCH", "/thing", refused.clone()).on("PATCH", "/thing", refused);
    let script = Arc::new(script);
    let config = Config::new(crate::azure::cloud::Cloud::named(crate::azure::cloud::CloudName::Public));
    let tokens = Arc::new(Numbered(0.into()));
    let client = ArmClient::new(config, tokens, Arc::clone(&script) as _, scripted::ambient());
    let error = client.send(&call(), patch(), Repeat::Never).await.unwrap_err();
    assert_eq!((error.kind, error.effect, error.attempts), (ErrorKind::Unauthorized, Effect::None, 2));
    let tokens: Vec<_> = script.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_ready_token_that_is_refused_is_not_sent_again() {
    let script = Arc::new(Script::new().on("GET", "/thing", Reply::error(401, "InvalidAuthenticationToken", "bad")));
    let error = client(&script).send(&call(), get(), Repeat::Always).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unauthorized, Some("InvalidAuthenticationToken")));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_allowed() {
    let mut script = Script::new();
    for _ in 0..6 {
        script = script.on("GET", "/thing", Reply::Hang);
    }
    let script = Arc::new(script);
    let client = client_with(&script, |config| {
        config.max_concurrent_requests = 2;
        config.retry.max_retries = 0;
    });
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let client = client.clone();
        all.spawn(async move { client.send(&call(), get(), Repeat::Always).await.is_err() });
    }
    all.join_all().await;
    let minutes: Vec<u64> = script.seen().iter().map(|seen| seen.at.as_secs() / 60).collect();
    assert_eq!(minutes, [0, 0, 2, 2, 4, 4], "two at a time, each for the two minutes until it counts as lost");
}

#[tokio::test(start_paused = true)]
async fn a_404_of_the_resource_is_none_and_other_404s_are_errors() {
    for (reply, absent) in [
        (Reply::error(404, "ResourceNotFound", "m"), true),
        (Reply::error(404, "ResourceGroupNotFound", "m"), true),
        (Reply::error(404, "NotFound", "m"), true),
        (Reply::error(404, "SubscriptionNotFound", "m"), false),
        (Reply::error(404, "InvalidResourceType", "m"), false),
        (Reply::text(404, "<html>nothing here</html>"), false),
        (Reply::error(403, "AuthorizationFailed", "m"), false),
        (Reply::text(200, ""), false),
        (Reply::text(200, "[]"), false),
    ] {
        let script = Arc::new(Script::new().on("GET", "/thing", reply));
        let found = client(&script).look(&call(), get()).await;
        assert_eq!(matches!(found, Ok(None)), absent, "{found:?}");
        assert!(absent || found.is_err(), "{found:?}");
    }
}

async fn settle(script: &Arc<Script>, accepted: Reply, call: &Call) -> Result<Option<Answer>, ArmError> {
    let Reply::Answer { status, headers, body } = accepted else { panic!("an answer") };
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    client(script).settle(call, &URL.parse().unwrap(), &Answer::new(response.body(body).unwrap())).await
}

fn accepted() -> Reply {
    Reply::text(202, "").header("azure-asyncoperation", LINK)
}

fn running() -> Reply {
    Reply::json(200, &json!({"status": "InProgress"}))
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_watched_with_growing_pauses_up_to_ten_times_the_first() {
    let mut script = Script::new();
    for _ in 0..7 {
        script = script.on("GET", "/operations/1?sig=x", running());
    }
    let script = Arc::new(script.on("GET", "/operations/1", Reply::json(200, &json!({"status": "Succeeded"}))));
    settle(&script, accepted(), &call()).await.unwrap();
    let pauses: Vec<u64> = script.pauses().iter().map(Duration::as_secs).collect();
    assert_eq!((script.seen()[0].at.as_secs(), pauses), (1, vec![2, 4, 8, 10, 10, 10, 10]));
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_looked_at_when_the_service_says() {
    let script = Script::new()
        .on("GET", "/operations/1", running().header("retry-after", "25"))
        .on("GET", "/operations/1", Reply::error(503, "Busy", "m").header("retry-after", "3"))
        .on("GET", "/operations/1", Reply::json(200, &json!({"status": "Succeeded"})));
    let script = Arc::new(script);
    settle(&script, accepted().header("retry-after", "7"), &call()).await.unwrap();
    let times: Vec<u64> = script.seen().iter().map(|seen| seen.at.as_secs()).collect();
    assert_eq!(times, [7, 32, 35]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_tells_arms_words_and_its_effect_is_unknown() {
    let failed = json!({"status": "Failed", "error": {"code": "Boom", "message": "it went wrong"}});
    let script =
        Arc::new(Script::new().on("GET", "/operations/1", Reply::json(200, &failed).header("x-ms-request-id", "r")));
    let error = settle(&script, accepted(), &call()).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::OperationFailed, Effect::Unknown));
    assert_eq!((error.code.as_deref(), error.message.as_str()), (Some("Boom"), "it went wrong"));
    assert!(!error.url.contains("sig="), "{}", error.url);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_can_no_longer_be_watched_has_an_unknown_effect() {
    for (reply, kind) in [
        (Reply::error(403, "AuthorizationFailed", "m"), ErrorKind::Forbidden),
        (
            Reply::Fail(TransportError::Unusable { obstacle: Obstacle::Certificate, reason: "no trust".to_owned() }),
            ErrorKind::Transport,
        ),
    ] {
        let script = Arc::new(Script::new().on("GET", "/operations/1", reply));
        let error = settle(&script, accepted(), &call()).await.unwrap_err();
        assert_eq!((error.kind, error.effect, error.attempts), (kind, Effect::Unknown, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_is_not_taken_to_another_host() {
    let script = Arc::new(Script::new());
    let elsewhere = Reply::text(202, "").header("location", "https://evil.example/op");
    let error = settle(&script, elsewhere, &call()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(error.message.contains("evil.example"), "{}", error.message);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_and_the_token_stays() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Reply::text(status, "").header("location", "https://evil.example/subscriptions/s/thing");
        let script = Arc::new(Script::new().on("GET", "/thing", elsewhere));
        let error = client(&script).send(&call(), get(), Repeat::Always).await.unwrap_err();
        assert_eq!((error.kind, error.status.map(|status| status.as_u16())), (ErrorKind::Malformed, Some(status)));
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_outlasts_the_deadline_is_a_timeout() {
    let script = Arc::new(Script::new().on("GET", "/operations/1", running()));
    let error = settle(&script, accepted(), &Call::within(Duration::from_secs(2))).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Timeout, Effect::Unknown));
    assert!(error.message.contains("the operation was running"), "{}", error.message);
}

#[tokio::test(start_paused = true)]
async fn no_error_and_no_debug_output_shows_the_token() {
    let script = Arc::new(Script::new().on("GET", "/thing", Reply::error(403, "AuthorizationFailed", "no")));
    let client = client(&script);
    let error = client.send(&call(), get(), Repeat::Always).await.unwrap_err();
    assert!(!format!("{client:?} {error:?} {error}").contains("t0ken"));
}

#[test]
fn every_future_of_the_client_may_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let client = client(&Arc::new(Script::new()));
    let registry =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1".parse().unwrap();
    let subnet =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n".parse().unwrap();
    let (subscription, call) = ("s".parse().unwrap(), Call::within(Duration::ZERO));
    is_send(client.registry(&registry, &call));
    is_send(client.update_registry(&registry, &call, RegistryEdit::alone(|_| None)));
    is_send(client.edit_subnet(&subnet, &call, &|_| false));
    is_send(client.register(&subscription, &call));
}

/// Writes every event it hears, with all fields, into one text.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Heard {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        use std::fmt::Write;
        let mut text = self.0.lock().unwrap();
        text.push_str(event.metadata().target());
        event.record(&mut |field: &tracing::field::Field, value: &dyn fmt::Debug| {
            write!(text, " {field}={value:?}").unwrap();
        });
        text.push('\n');
    }
}

#[tokio::test(start_paused = true)]
async fn each_request_is_logged_without_token_body_or_query() {
    use tracing_subscriber::layer::SubscriberExt;
    let heard = Heard::default();
    // While there is only one listener, tracing lets whichever thread comes first decide for all whether an event is wanted at all, and the other
    // tests' threads have none. A second one makes it ask the listeners themselves.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry().with(Heard::default()));
    let listener = tracing::Dispatch::new(tracing_subscriber::registry().with(heard.clone()));
    let _listening = tracing::dispatcher::set_default(&listener);
    let answer = Reply::json(200, &json!({"secret": "b0dy"})).header("x-ms-request-id", "req-1");
    let script = Arc::new(Script::new().on("GET", "/thing", Reply::lost()).on("GET", "/thing", answer));
    let request = Request::get(format!("{URL}&sig=s1gned")).body(Bytes::new()).unwrap();
    client(&script).send(&call(), request, Repeat::Always).await.unwrap();
    let text = heard.0.lock().unwrap().clone();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("acrnet::azure ") && lines[0].contains("connection reset"), "{text}");
    for part in
        ["method=\"GET\"", "path=\"/subscriptions/s/thing\"", "status=200", "attempt=2", "request_id=\"req-1\"", "ms=0"]
    {
        assert!(lines[1].contains(part), "{part} in {text}");
    }
    assert!(!text.contains("t0ken") && !text.contains("b0dy") && !text.contains("s1gned"), "{text}");
}
