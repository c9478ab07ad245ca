//! What the framework makes of actions that go wrong.

use std::time::Duration;

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::schema::Schema;
use acrnet::terraform::value::Value;
use serde_json::json;
use tokio::time::timeout;

use super::driving::action;
use crate::core::{Core, Kind};
use crate::host::HostOptions;
use crate::toy::Toy;

fn play() -> Kind {
    action(Toy::default(), "toy_play")
}

fn steps(count: u32, id: &str) -> Vec<String> {
    (1..=count).map(|step| format!("step {step} with {id}")).collect()
}

#[tokio::test]
async fn an_action_says_how_far_it_is_in_order_and_ends_once() {
    let core = Core::toy().await;
    let said = core.act(&play(), &play().config(&json!({"name": "bear", "steps": 100}))).await;
    assert_eq!((said.errors(), said.warnings()), (vec![], vec![]));
    assert_eq!(said.answer, steps(100, "toy-bear"));
}

#[tokio::test]
async fn a_plan_speaks_with_and_without_a_known_configuration() {
    let core = Core::start(HostOptions::toy()).await;
    let kind = play();
    let named = kind.config(&json!({"name": "bear"}));
    let unconfigured = core.plan_action(&kind, &named).await;
    assert_eq!(unconfigured.warnings(), ["name: somebody will play with bear: It may break."]);
    let prefix = Value::map([("prefix", Value::Unknown), ("mood", Value::Null)]);
    let block = <Toy as acrnet::terraform::framework::Provider>::schema(&Toy::default());
    core.configure_with(&prefix, &Schema::ty(&block)).await.ok();
    let invoked = core.invoke_action(&kind, &named).await.end().await;
    assert!(invoked.errors()[0].starts_with("The provider is not configured: "), "{:?}", invoked.errors());
    core.configure(&Toy::default(), &json!({"prefix": "my"})).await.ok();
    let unknown = Value::map(kind.block().attributes.iter().map(|one| (one.name.clone(), Value::Unknown)));
    let planned = core.plan_action(&kind, &unknown).await;
    assert_eq!((planned.errors(), planned.warnings().len()), (vec![], 1));
    assert!(planned.warnings()[0].contains("my will play with a toy"), "{:?}", planned.warnings());
}

#[tokio::test]
async fn mistakes_are_found_by_validate_by_a_plan_and_before_anything_is_done() {
    let core = Core::toy().await;
    let kind = play();
    for (json, error) in [
        (json!({}), "name: Missing value for a required argument: "),
        (json!({"name": "a", "ends": "badly"}), "ends: Invalid value for `ends`: "),
        (json!({"name": "a", "timeout": "soon"}), "timeout: Invalid value for `timeout`: "),
        (json!({"name": "a", "steps": 1.5}), "steps: Invalid value"),
        (json!({"name": "a", "steps": 13, "ends": "waits"}), "steps: Unlucky number of steps: "),
    ] {
        let config = kind.config(&json);
        let invoked = core.invoke_action(&kind, &config).await.end().await;
        assert!(invoked.answer.is_empty(), "{:?}", invoked.answer);
        for found in [
            core.validate_action(&kind, &config).await.errors(),
            core.plan_action(&kind, &config).await.errors(),
            invoked.errors(),
        ] {
            assert!(found.len() == 1 && found[0].starts_with(error), "{found:?}");
        }
    }
}

#[tokio::test]
async fn an_error_ends_an_action_with_what_was_said_before() {
    let core = Core::toy().await;
    let kind = play();
    let said = core.act(&kind, &kind.config(&json!({"name": "bear", "steps": 2, "ends": "fails"}))).await;
    assert_eq!(said.answer, steps(2, "toy-bear"));
    assert_eq!(said.errors(), ["ends: The toy broke: As asked for."]);
    assert_eq!(said.warnings(), ["The toy is worn: Be careful."], "a warning is not lost in a failure");
    let said = core.act(&kind, &kind.config(&json!({"name": "bear", "ends": "warns"}))).await;
    assert_eq!((said.errors(), said.warnings().len()), (vec![], 1));
}

#[tokio::test]
async fn a_panic_completes_the_action_with_a_message_and_the_process_lives_on() {
    let core = Core::toy().await;
    let kind = play();
    let said = core.act(&kind, &kind.config(&json!({"name": "bear", "steps": 2, "ends": "panics"}))).await;
    assert_eq!(said.answer, steps(2, "toy-bear"), "what was said before is not lost");
    let errors = said.errors();
    assert!(errors[0].starts_with("The provider panicked: asked to panic in an action"), "{errors:?}");
    let config = |place: &str| kind.config(&json!({"name": "bear", "panics_in": place}));
    for errors in [
        core.validate_action(&kind, &config("validate")).await.errors(),
        core.plan_action(&kind, &config("plan")).await.errors(),
        core.invoke_action(&kind, &config("validate")).await.end().await.errors(),
    ] {
        assert!(errors[0].starts_with("The provider panicked: asked to panic in "), "{errors:?}");
    }
    core.act(&kind, &kind.config(&json!({"name": "bear"}))).await.ok();
}

#[tokio::test]
async fn stopping_ends_a_waiting_action_with_a_message() {
    let core = Core::toy().await;
    let kind = play();
    let mut waiting =
        core.invoke_action(&kind, &kind.config(&json!({"name": "bear", "steps": 1, "ends": "waits"}))).await;
    waiting.progress().await;
    core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap();
    let ended = timeout(Duration::from_secs(60), waiting.end()).await.expect("it ends");
    assert_eq!(ended.errors(), ["Interrupted: The toy is half played with."]);
}

#[tokio::test]
async fn the_argument_timeout_bounds_an_action() {
    let core = Core::toy().await;
    let kind = play();
    let config = kind.config(&json!({"name": "bear", "ends": "waits", "timeout": "1ms"}));
    let said = core.act(&kind, &config).await;
    assert_eq!(said.errors(), ["Too slow: The toy is half played with."]);
}

#[tokio::test]
async fn a_host_that_hangs_up_is_noticed_and_stops_nothing() {
    let mut core = Core::start(HostOptions::toy().with("TF_LOG_PROVIDER", "WARN")).await;
    core.configure(&Toy::default(), &json!({})).await.ok();
    let kind = play();
    let config = kind.config(&json!({"name": "bear", "steps": 1, "ends": "waits_for_host"}));
    let mut invocation = core.invoke_action(&kind, &config).await;
    invocation.progress().await;
    drop(invocation);
    let line = core.host.process.log_line().await.expect("a line of the log");
    assert!(line.contains("a toy is put away"), "{line}");
}

#[tokio::test]
async fn a_host_that_does_not_listen_holds_up_nothing() {
    let mut core = Core::start(HostOptions::toy().with("TF_LOG_PROVIDER", "WARN")).await;
    core.configure(&Toy::default(), &json!({})).await.ok();
    let kind = play();
    // More than any buffer between the two holds.
    let config = kind.config(&json!({"name": "bear".repeat(100), "steps": 20_000}));
    let invocation = core.invoke_action(&kind, &config).await;
    let line = core.host.process.log_line().await.expect("a line of the log");
    assert!(line.contains("the host does not take what the action says"), "{line}");
    let said = invocation.end().await;
    assert_eq!(said.errors(), [""; 0]);
    assert!(said.answer.len() < 20_000 && said.answer[0].starts_with("step 1 with "), "{}", said.answer.len());
}

#[tokio::test]
async fn actions_at_the_same_time_do_not_mix() {
    let core = Core::toy().await;
    let kind = play();
    let mut all = Vec::new();
    for name in 0..8 {
        let config = kind.config(&json!({"name": name.to_string(), "steps": 50}));
        all.push((name, core.invoke_action(&kind, &config).await));
    }
    for (name, invocation) in all {
        assert_eq!(invocation.end().await.ok(), steps(50, &format!("toy-{name}")));
    }
}
