use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::azure::scripted::{Reply, Script, client};

const PROVIDER: &str = "/subscriptions/s/providers/Microsoft.ContainerRegistry?api-version=2022-09-01";
const REGISTER: &str = "/subscriptions/s/providers/Microsoft.ContainerRegistry/register?api-version=2022-09-01";

fn state(state: &str) -> Reply {
    Reply::json(200, &json!({"namespace": "Microsoft.ContainerRegistry", "registrationState": state}))
}

fn call() -> Call {
    Call::within(Duration::from_secs(60))
}

async fn read(reply: Reply) -> Result<RegistrationState, ArmError> {
    let script = Arc::new(Script::new().on("GET", PROVIDER, reply));
    client(&script).registration(&"s".parse().unwrap(), &call()).await
}

async fn register(script: Script) -> Result<(), ArmError> {
    let script = Arc::new(script);
    let done = client(&script).register(&"s".parse().unwrap(), &call()).await;
    script.assert_finished();
    done
}

#[tokio::test(start_paused = true)]
async fn the_state_is_read_in_any_letters_and_unknown_ones_are_kept() {
    assert_eq!(read(state("registered")).await.unwrap(), RegistrationState::Registered);
    assert_eq!(read(state("NotRegistered")).await.unwrap(), RegistrationState::NotRegistered);
    assert_eq!(read(state("Dreaming")).await.unwrap().to_string(), "Dreaming");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_state_is_malformed() {
    assert_eq!(read(Reply::json(200, &json!({}))).await.unwrap_err().kind, ErrorKind::Malformed);
}

#[tokio::test(start_paused = true)]
async fn registering_waits_until_it_is_done() {
    let script = Script::new().on("POST", REGISTER, state("Registering")).on("GET", PROVIDER, state("Registering")).on(
        "GET",
        PROVIDER,
        state("Registered"),
    );
    register(script).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn registering_what_is_registered_is_done_at_once() {
    register(Script::new().on("POST", REGISTER, state("Registered"))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_harm_since_registering_twice_is_the_same() {
    let script = Script::new().on("POST", REGISTER, Reply::lost()).on("POST", REGISTER, state("Registered"));
    register(script).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let error =
        register(Script::new().on("POST", REGISTER, Reply::error(403, "AuthorizationFailed", "m"))).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Forbidden, Some("AuthorizationFailed")));
}

#[tokio::test(start_paused = true)]
async fn a_registration_that_outlasts_the_call_is_a_timeout() {
    let mut script = Script::new().on("POST", REGISTER, state("Registering"));
    for _ in 0..8 {
        script = script.on("GET", PROVIDER, state("Registering"));
    }
    let error = register(script).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Timeout, Effect::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_registration_that_can_no_longer_be_watched_has_an_unknown_effect() {
    let script = Script::new().on("POST", REGISTER, state("Registering")).on(
        "GET",
        PROVIDER,
        Reply::error(403, "AuthorizationFailed", "m"),
    );
    let error = register(script).await.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Forbidden, Effect::Unknown));
}
