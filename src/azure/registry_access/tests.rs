use serde_json::json;

use super::*;
use crate::azure::cloud::{Cloud, CloudName, Endpoints};
use crate::azure::scripted::{Reply, Script};

const SERVER: &str = "demo1.azurecr.io";

fn probe(script: &Arc<Script>) -> RegistryProbe {
    RegistryProbe::new(Arc::clone(script) as _, Cloud::named(CloudName::Public).into(), "acrnet/1".to_owned())
}

fn server() -> LoginServer {
    SERVER.parse().unwrap()
}

fn allowed() -> Reply {
    Reply::text(401, "").header("www-authenticate", "Bearer realm=\"https://demo1.azurecr.io/oauth2/token\"")
}

fn blocked() -> Reply {
    let message = "client with IP '16.17.18.19' is not allowed access.";
    Reply::json(403, &json!({"errors": [{"code": "DENIED", "message": message}]}))
}

fn script(replies: impl IntoIterator<Item = Reply>) -> Arc<Script> {
    Arc::new(replies.into_iter().fold(Script::new(), |script, reply| script.on("GET", "/v2/", reply)))
}

async fn waited(script: &Arc<Script>, wanted: bool, seconds: u64) -> Result<Access, NotReached> {
    probe(script).wait(&server(), wanted, &Call::within(Duration::from_secs(seconds))).await
}

#[tokio::test(start_paused = true)]
async fn a_look_asks_the_registry_without_a_token() {
    let script = script([allowed()]);
    let access = probe(&script).look(&server(), &Call::within(Duration::ZERO)).await.unwrap();
    assert!(access.allowed);
    let seen = &script.seen()[0];
    assert_eq!(seen.uri, "https://demo1.azurecr.io/v2/");
    assert_eq!((seen.header("authorization"), seen.header("user-agent")), ("", "acrnet/1"));
}

#[tokio::test(start_paused = true)]
async fn only_names_of_this_machine_are_asked_in_the_clear_and_only_where_resource_manager_is() {
    let endpoints = |url: &str| Endpoints { resource_manager_endpoint: Some(url.to_owned()), ..Endpoints::default() };
    let cloud = |url: &str| Cloud::new(CloudName::Public, &endpoints(url)).unwrap();
    for (manager, server, asked) in [
        ("http://127.0.0.1:8080", "demo1.localhost:8080", "http://demo1.localhost:8080/v2/"),
        ("http://127.0.0.1:8080", "demo1.azurecr.io", "https://demo1.azurecr.io/v2/"),
        ("https://localhost:8443", "demo1.localhost:8443", "https://demo1.localhost:8443/v2/"),
        ("https://management.azure.com", "[::1]:8080", "https://[::1]:8080/v2/"),
    ] {
        let script = script([allowed()]);
        let probe = RegistryProbe::new(Arc::clone(&script) as _, cloud(manager).into(), String::new());
        probe.look(&server.parse().unwrap(), &Call::within(PATIENCE)).await.unwrap();
        assert_eq!(script.seen()[0].uri, asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_ends_after_ten_seconds() {
    let began = Instant::now();
    let error = probe(&script([Reply::Hang])).look(&server(), &Call::within(LONGEST_PAUSE * 10)).await.unwrap_err();
    assert_eq!(error.to_string(), "GET https://demo1.azurecr.io/v2/: no answer within 10 s");
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_rules_count() {
    let script = script([allowed(), allowed(), blocked()]);
    let access = waited(&script, false, 300).await.unwrap();
    assert_eq!(access.client_ip, Some("16.17.18.19".parse().unwrap()));
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn the_pauses_grow_up_to_fifteen_seconds() {
    let script = script((0..8).map(|_| blocked()).chain([allowed()]));
    waited(&script, true, 300).await.unwrap();
    let pauses: Vec<f64> = script.pauses().iter().map(Duration::as_secs_f64).map(f64::round).collect();
    assert_eq!(pauses, [2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 15.0, 15.0]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_tells_what_it_saw_and_when_it_looks_again() {
    let script = script([blocked(), Reply::text(503, ""), blocked(), allowed()]);
    let mut told = Vec::new();
    let call = Call::within(Duration::from_secs(6));
    let tell = |waiting: Waiting<'_>| {
        let seen = waiting.last.as_ref().map(|access| access.allowed).map_err(AccessError::may_pass);
        told.push((seen, waiting.elapsed.as_secs(), waiting.pause.as_secs()));
    };
    probe(&script).wait_telling(&server(), true, &call, tell).await.unwrap();
    assert_eq!(told, [(Ok(false), 0, 2), (Err(true), 2, 3), (Ok(false), 5, 1)], "the last pause ends with the time");
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_waited_out() {
    let passing = [Reply::not_sent(), Reply::lost(), Reply::text(429, ""), Reply::text(503, ""), Reply::Hang];
    let script = script(passing.into_iter().chain([allowed()]));
    assert!(waited(&script, true, 300).await.unwrap().allowed);
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_ends_the_wait_at_once() {
    let untrusted = TransportError::Unusable { obstacle: Obstacle::Certificate, reason: "no trust".to_owned() };
    for hopeless in [Reply::Fail(untrusted), Reply::text(404, "nothing here"), Reply::text(403, "<html>")] {
        let script = script([hopeless]);
        assert!(matches!(waited(&script, true, 300).await, Err(NotReached::Failed(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_look_is_when_the_time_is_over() {
    let script = script([blocked(), blocked(), blocked()]);
    match waited(&script, true, 4).await {
        Err(NotReached::TimeOver { last: Ok(access), after }) => {
            assert_eq!((access.allowed, after.as_secs()), (false, 4));
        }
        other => panic!("{other:?}"),
    }
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_a_wait_and_a_look_at_once() {
    for replies in [vec![blocked()], vec![Reply::Hang]] {
        let (script, call, began) = (script(replies), Call::within(Duration::from_secs(300)), Instant::now());
        let probe = probe(&script);
        let (server, cancel) = (server(), call.cancel.clone());
        let interrupt = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        };
        let (result, ()) = tokio::join!(probe.wait(&server, true, &call), interrupt);
        assert!(matches!(&result, Err(NotReached::Failed(error)) if error.failure == Failure::Cancelled), "{result:?}");
        assert_eq!(began.elapsed().as_secs(), 1);
    }
}
