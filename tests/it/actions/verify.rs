//! `acrnet_verify_registry_access`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use acrnet::simulator::{Action, Fault};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Map, Value as Json, json};
use tokio::time::timeout;

use super::world::{CLIENT, World, named, registry, restore, verify};
use crate::core::Said;
use crate::host::HostOptions;

async fn act(world: &World, json: Json) -> Said<Vec<String>> {
    world.core.act(&verify(), &verify().config(&json)).await
}

/// The one error, which begins like that and holds these.
#[track_caller]
fn assert_says(said: &Said<Vec<String>>, begin: &str, parts: &[&str]) {
    let errors = said.errors();
    assert!(errors.len() == 1 && errors[0].starts_with(begin), "not {begin:?}: {errors:#?}");
    for part in parts {
        assert!(errors[0].contains(part), "{part:?} is not said: {errors:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_so_already_is_said_at_once_without_a_word_to_resource_manager() {
    let world = World::new().await;
    let server = world.login_server();
    let blocked = act(&world, json!({"login_server": server, "wait_for": "blocked"})).await;
    let expected = [
        format!("Asking registry {server} until it blocks this machine, for 5m at most"),
        format!("Registry {server} blocks this machine (seen as {CLIENT})"),
    ];
    assert_eq!(blocked.ok(), expected);
    let inside = format!("16-17-18-9.from.{server}");
    let allowed = act(&world, json!({"login_server": inside, "timeout": "90s"})).await;
    let expected = [
        format!("Asking registry {inside} until it lets this machine in, for 1m 30s at most"),
        format!("Registry {inside} lets this machine in"),
    ];
    assert_eq!(allowed.ok(), expected, "to be let in is what is wanted, unless something else is said");
    assert!(world.azure.requests().iter().all(|record| record.path == "/v2/"), "nothing else was asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_is_found_by_its_id_and_nothing_is_written() {
    let world = World::new().await;
    let said = act(&world, json!({"registry_id": registry(), "wait_for": "blocked"})).await.ok();
    assert!(said[1].starts_with(&format!("Registry {} blocks", world.login_server())), "{said:?}");
    assert_eq!(world.patches().len(), 0);
}

/// Restored access takes a minute to take effect, which the test's clock does not let pass before the wait has been told of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_waited_for_until_it_has_taken_effect() {
    let world = World::new().await;
    world.azure.settings(|settings| settings.propagation_seconds = 60.0).unwrap();
    world.core.act(&restore(), &restore().config(&json!({"registry_id": registry()}))).await.ok();
    let config = verify().config(&json!({"registry_id": registry()}));
    let mut waiting = world.core.invoke_action(&verify(), &config).await;
    let seen = waiting.until("Still").await;
    assert!(seen.starts_with(&format!("Still blocks this machine (seen as {CLIENT}) after ")), "{seen}");
    assert!(seen.ends_with("; next question in 2s"), "{seen}");
    world.clock.advance(Duration::from_secs(61));
    let said = waiting.end().await.ok();
    let last = said.last().unwrap();
    assert!(last.starts_with(&format!("Registry {} lets this machine in after ", world.login_server())), "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_come_true_in_time_fails_the_run_with_what_was_seen_last_and_likely_causes() {
    let world = World::new().await;
    let server = world.login_server();
    let still_blocked = act(&world, json!({"login_server": server, "timeout": "1s"})).await;
    assert_says(
        &still_blocked,
        &format!(
            "wait_for: Registry {server} still blocks this machine: wait_for = \"allowed\" did not come true within 1s."
        ),
        &[
            "It saw 203.0.113.7.",
            "whether an IP rule covers that address",
            "The registry said: client with IP '203.0.113.7'",
        ],
    );
    let inside = format!("16-17-18-9.from.{server}");
    let still_open = act(&world, json!({"login_server": inside, "wait_for": "blocked", "timeout": "1s"})).await;
    assert_says(
        &still_open,
        &format!("wait_for: Registry {inside} still lets this machine in"),
        &["default action is Deny"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_without_an_address_and_a_proxy_in_the_way_are_told_as_that() {
    let world = World::new().await;
    let said = act(&world, json!({"login_server": "demo1.invalid", "timeout": "1ms"})).await;
    assert_says(
        &said,
        "wait_for: The name demo1.invalid could not be resolved",
        &["did not come true", "privatelink.azurecr.io"],
    );

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let options = HostOptions::default().with("HTTPS_PROXY", &format!("http://user:s3cret@{address}"));
    let world = World::with(options, json!({})).await;
    let said = act(&world, json!({"login_server": "demo1.azurecr.io", "timeout": "1ms"})).await;
    let summary = format!("wait_for: The proxy http://{address}/ did not lead to registry demo1.azurecr.io");
    assert_says(&said, &summary, &["NO_PROXY"]);
    assert!(!format!("{said:?}").contains("s3cret"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_registrys_answer_ends_the_wait_at_once() {
    let world = World::new().await;
    let config = json!({"login_server": format!("nobody.{}", world.login_server()), "timeout": "30m"});
    let said = timeout(Duration::from_secs(60), act(&world, config)).await.expect("it does not wait for half an hour");
    assert_says(&said, "login_server: What answered for nobody.demo1.localhost", &["404 Not Found"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_is_not_there_stops_the_plan_and_one_that_may_not_be_read_the_action() {
    let world = World::new().await;
    let missing = verify().config(&json!({"registry_id": named("demo9")}));
    let planned = world.core.plan_action(&verify(), &missing).await;
    let errors = planned.errors();
    assert!(errors[0].starts_with("registry_id: Could not read registry demo9: It does not exist"), "{errors:?}");
    assert!(!errors[0].contains("When destroying"), "an action is not planned by a destroy: {errors:?}");
    let forbidden = json!({"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization to \
        perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/x'."}});
    let answer = Action::Answer { status: 403, headers: Map::new(), body: forbidden, after_effect: false };
    world.azure.fault(Fault::new(answer).on("GET", "registries/demo1").times(None));
    let said = act(&world, json!({"registry_id": registry()})).await;
    assert_says(&said, "registry_id: Could not read registry demo1: ", &["registries/read", "403 AuthorizationFailed"]);
}

#[tokio::test]
async fn mistakes_are_told_without_asking_anyone() {
    let world = World::new().await;
    for (json, begin) in [
        (json!({}), "registry_id: Neither registry_id nor login_server is set"),
        (
            json!({"registry_id": registry(), "login_server": "demo1.azurecr.io"}),
            "login_server: Both registry_id and login_server",
        ),
        (json!({"registry_id": "demo1"}), "registry_id: Invalid value for `registry_id`"),
        (json!({"login_server": "https://demo1.azurecr.io"}), "login_server: Invalid value for `login_server`"),
        (json!({"login_server": "demo1.azurecr.io", "wait_for": "open"}), "wait_for: Invalid value for `wait_for`"),
        (json!({"login_server": "demo1.azurecr.io", "timeout": "0s"}), "timeout: Invalid value for `timeout`"),
    ] {
        let config = verify().config(&json);
        for errors in [
            world.core.validate_action(&verify(), &config).await.errors(),
            world.core.plan_action(&verify(), &config).await.errors(),
            world.core.invoke_action(&verify(), &config).await.end().await.errors(),
        ] {
            assert!(errors.len() == 1 && errors[0].starts_with(begin), "{errors:?}");
        }
    }
    let unknown = Value::map(verify().block().attributes.iter().map(|one| (one.name.clone(), Value::Unknown)));
    let planned = world.core.plan_action(&verify(), &unknown).await;
    assert_eq!((planned.errors(), planned.warnings()), (vec![], vec![]));
    assert_eq!(world.azure.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_the_wait_at_once_and_says_so() {
    let world = World::new().await;
    let config = verify().config(&json!({"login_server": world.login_server(), "timeout": "30m"}));
    let mut waiting = world.core.invoke_action(&verify(), &config).await;
    waiting.until("Still blocks").await;
    world.core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap();
    let said = timeout(Duration::from_secs(60), waiting.end()).await.expect("it ends");
    let begin = format!("login_server: The question to registry {} was interrupted", world.login_server());
    assert_says(&said, &begin, &["Nothing was changed; run again."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_nobody_listens_to_is_given_up() {
    let mut world = World::with(HostOptions::default().with("TF_LOG_PROVIDER", "DEBUG"), json!({})).await;
    let config = verify().config(&json!({"login_server": world.login_server(), "timeout": "30m"}));
    let mut waiting = world.core.invoke_action(&verify(), &config).await;
    waiting.until("Still blocks").await;
    drop(waiting);
    while !world
        .core
        .host
        .process
        .log_line()
        .await
        .expect("a line of the log")
        .contains("nobody waits for access any more")
    {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_registries_are_asked_at_the_same_time() {
    let world = World::new().await;
    let mut all = Vec::new();
    for name in ["demo1", "demo2", "demo3"] {
        for wait_for in ["blocked", "allowed"] {
            let config = verify().config(&json!({"registry_id": named(name), "wait_for": wait_for}));
            all.push((wait_for, world.core.invoke_action(&verify(), &config).await));
        }
    }
    let mut still = Vec::new();
    for (wait_for, mut waiting) in all {
        if wait_for == "blocked" {
            waiting.end().await.ok();
        } else {
            waiting.until("Still blocks").await;
            still.push(waiting);
        }
    }
    for name in ["demo1", "demo2", "demo3"] {
        world.azure.edit(&named(name), &json!({"properties": {"networkRuleSet": {"defaultAction": "Allow"}}})).unwrap();
    }
    for waiting in still {
        waiting.end().await.ok();
    }
}
