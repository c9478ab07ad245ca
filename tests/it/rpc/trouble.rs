//! What goes wrong: failures half-way, panics, interruptions, broken rules, sizes. Nothing that was made may be lost.

use std::time::Duration;

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};
use tokio::time::timeout;

use super::data_sources::lookup;
use super::demand;
use super::functions::call;
use super::resources::moved;
use crate::core::{Core, Kind, Object, Said, lines, unpacked};
use crate::host::HostOptions;
use crate::toy::Toy;

fn entry<'v>(object: &'v Object, name: &str) -> &'v Value {
    object.value.entry(name).unwrap_or_else(|| panic!("no {name} in {:?}", object.value))
}

/// An object that exists, changed to what the JSON says.
async fn update(core: &Core, kind: &Kind, object: &Object, json: &Json) -> Said<Object> {
    let config = kind.config(json);
    let plan = core.plan(kind, object, &config).await.ok();
    core.apply(kind, &object.value, &plan, &config).await
}

async fn delete(core: &Core, kind: &Kind, object: &Object) -> Said<Object> {
    let plan = core.plan(kind, object, &Value::Null).await.ok();
    core.apply(kind, &object.value, &plan, &Value::Null).await
}

#[track_caller]
fn assert_panicked<T>(said: &Said<T>, place: &str) {
    let errors = said.errors();
    let expected = format!("The provider panicked: asked to panic in {place}. This is a bug in the provider");
    assert!(errors.len() == 1 && errors[0].starts_with(&expected), "{errors:?}");
}

#[tokio::test]
async fn a_create_that_did_nothing_leaves_nothing() {
    let core = Core::toy().await;
    let failed = core.create(&demand(), &json!({"name": "a", "fails_in": "create"})).await;
    assert!(failed.answer.value.is_null());
    assert_eq!(failed.errors(), ["fails_in: Toy a failed in create: As asked for."]);
}

#[tokio::test]
async fn a_create_that_got_half_way_leaves_a_state_without_unknown_values() {
    let core = Core::toy().await;
    let failed = core.create(&demand(), &json!({"name": "a", "fails_in": "create_partly"})).await;
    assert_eq!(failed.errors().len(), 1, "{:?}", failed.errors());
    assert_eq!(entry(&failed.answer, "id"), &Value::from("toy-a"));
    assert_eq!(entry(&failed.answer, "payload"), &Value::Null, "what was not found out");
}

#[tokio::test]
async fn a_failed_update_leaves_what_was_there_or_what_was_reached() {
    let core = Core::toy().await;
    let kind = demand();
    let made = core.create(&kind, &json!({"name": "a"})).await.ok();
    let failed = update(&core, &kind, &made, &json!({"name": "a", "note": "n", "fails_in": "update"})).await;
    assert_eq!((failed.answer.value, failed.answer.private), (made.value.clone(), made.private.clone()));
    let partly = update(&core, &kind, &made, &json!({"name": "a", "note": "n", "fails_in": "update_partly"})).await;
    assert_eq!(entry(&partly.answer, "note"), &Value::from("n"));
    assert_eq!(entry(&partly.answer, "fails_in"), &Value::Null, "not reached");
}

#[tokio::test]
async fn a_failed_delete_or_read_leaves_the_object() {
    let core = Core::toy().await;
    let kind = demand();
    for place in ["delete", "read"] {
        let made = core.create(&kind, &json!({"name": place, "fails_in": place})).await.ok();
        let failed = if place == "read" { core.read(&kind, &made).await } else { delete(&core, &kind, &made).await };
        assert_eq!((&failed.answer.value, &failed.answer.private), (&made.value, &made.private));
        assert_eq!(failed.errors().len(), 1);
    }
}

#[tokio::test]
async fn a_failed_plan_says_so() {
    let core = Core::toy().await;
    let config = demand().config(&json!({"name": "a", "fails_in": "plan"}));
    let failed = core.plan(&demand(), &Object::none(), &config).await;
    assert_eq!(failed.errors(), ["fails_in: Toy a failed in plan: As asked for."]);
}

#[tokio::test]
async fn a_planned_destroy_can_warn() {
    let core = Core::toy().await;
    let made = core.create(&demand(), &json!({"name": "a"})).await.ok();
    let plan = core.plan(&demand(), &made, &Value::Null).await;
    assert_eq!(plan.warnings(), ["A toy will be gone: Somebody may cry."]);
}

#[tokio::test]
async fn a_panic_before_anything_was_done_is_a_message() {
    let core = Core::toy().await;
    let kind = demand();
    let config = |place: &str| kind.config(&json!({"name": "a", "panics_in": place}));
    assert_panicked(&core.validate(&kind, &config("validate")).await, "validate");
    assert_panicked(&core.plan(&kind, &Object::none(), &config("plan")).await, "plan");
    let created = core.create(&kind, &json!({"name": "a", "panics_in": "create"})).await;
    assert_panicked(&created, "create");
    assert!(created.answer.value.is_null(), "nothing was made");
    core.create(&kind, &json!({"name": "b"})).await.ok();
}

#[tokio::test]
async fn a_panic_after_the_object_was_made_keeps_it() {
    let core = Core::toy().await;
    let created = core.create(&demand(), &json!({"name": "a", "panics_in": "create_after_note"})).await;
    assert_panicked(&created, "create_after_note");
    assert_eq!(entry(&created.answer, "id"), &Value::from("toy-a"));
    assert_eq!(entry(&created.answer, "writes"), &Value::from(1));
    assert_eq!(created.answer.private, b"{\"writes\":1}", "and what is remembered of it");
}

#[tokio::test]
async fn a_panic_in_an_update_leaves_what_was_there_or_what_was_noted() {
    let core = Core::toy().await;
    let kind = demand();
    let made = core.create(&kind, &json!({"name": "a"})).await.ok();
    let panicked = update(&core, &kind, &made, &json!({"name": "a", "panics_in": "update"})).await;
    assert_panicked(&panicked, "update");
    assert_eq!((&panicked.answer.value, &panicked.answer.private), (&made.value, &made.private));
    let noted = update(&core, &kind, &made, &json!({"name": "a", "panics_in": "update_after_note"})).await;
    assert_panicked(&noted, "update_after_note");
    assert_eq!(entry(&noted.answer, "writes"), &Value::from(2));
}

#[tokio::test]
async fn a_panic_in_read_delete_or_planning_a_destroy_keeps_the_object() {
    let core = Core::toy().await;
    let kind = demand();
    for place in ["read", "delete", "plan_destroy"] {
        let made = core.create(&kind, &json!({"name": place, "panics_in": place})).await.ok();
        if place == "plan_destroy" {
            assert_panicked(&core.plan(&kind, &made, &Value::Null).await, place);
            continue;
        }
        let left = if place == "read" { core.read(&kind, &made).await } else { delete(&core, &kind, &made).await };
        assert_panicked(&left, place);
        assert_eq!((&left.answer.value, &left.answer.private), (&made.value, &made.private));
    }
}

#[tokio::test]
async fn a_panic_of_the_provider_a_function_or_a_data_source_is_a_message() {
    let core = Core::toy().await;
    let configured = core.configure(&Toy::default(), &json!({"mood": "explosive"})).await;
    assert!(configured.errors()[0].starts_with("The provider panicked: configured to panic"));
    core.configure(&Toy::default(), &json!({})).await.ok();
    let (_, error) = call(&core, "explode", &[]).await;
    assert!(error.unwrap().0.starts_with("The provider panicked: asked to panic in a function"));
    let (state, errors) = lookup(&core, &json!({"name": "a", "outcome": "panics"})).await;
    assert!(state.is_null() && errors[0].starts_with("The provider panicked"), "{errors:?}");
}

#[tokio::test]
async fn a_panic_is_on_stderr_as_core_looks_for_it() {
    let core = Core::toy().await;
    core.create(&demand(), &json!({"name": "a", "panics_in": "create"})).await;
    let Core { host, .. } = core;
    let ended = host.shut_down().await;
    assert!(ended.status.success(), "the process ends as always");
    let report = ended.stderr.iter().position(|line| line == "panic: asked to panic in create");
    let after = &ended.stderr[report.unwrap_or_else(|| panic!("no report in {:#?}", ended.stderr))..];
    assert!(after.iter().any(|line| line.contains("demand.rs")), "it says where: {after:#?}");
}

#[tokio::test]
async fn stopping_ends_a_slow_create_with_what_is_there_and_the_process_lives_on() {
    let mut core = Core::start(HostOptions::toy().with("TF_LOG_PROVIDER", "WARN")).await;
    core.configure(&Toy::default(), &json!({})).await.ok();
    let kind = demand();
    let config = kind.config(&json!({"name": "slow", "waits_for_stop": true}));
    let plan = core.plan(&kind, &Object::none(), &config).await.ok();
    let mut rpc = core.rpc.clone();
    let request = Core::apply_request(&kind, &Value::Null, &plan, &config);
    let create = tokio::spawn(async move { rpc.apply_resource_change(request).await });
    let begun = core.host.process.log_line().await.expect("a line of the log");
    assert!(begun.contains("a toy is half made"), "{begun}");
    let stopped = core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap().into_inner();
    assert_eq!(stopped.error, "");
    let created = timeout(Duration::from_secs(60), create).await.expect("it ends").unwrap().unwrap().into_inner();
    let errors = lines(&created.diagnostics, wire::diagnostic::Severity::Error);
    assert_eq!(errors, ["Interrupted: The toy is half made."]);
    let state = unpacked(created.new_state, &kind.ty);
    assert_eq!(state.entry("id"), Some(&Value::from("toy-slow")));
    let again = core.apply(&kind, &Value::Null, &plan, &config).await;
    assert_eq!(again.errors(), errors, "what begins after a stop ends at once");
    core.next_run().await;
    let slow = json!({"name": "next", "waits_for_stop": true, "timeouts": {"create": "1ms"}});
    let next = core.create(&kind, &slow).await.errors();
    assert_eq!(next, ["Too slow: The toy is half made."], "the next run was not stopped");
}

#[tokio::test]
async fn a_timeout_of_the_configuration_bounds_a_create() {
    let core = Core::toy().await;
    let slow = json!({"name": "slow", "waits_for_stop": true, "timeouts": {"create": "1ms"}});
    let created = core.create(&demand(), &slow).await;
    assert_eq!(created.errors(), ["Too slow: The toy is half made."]);
}

#[tokio::test]
async fn messages_beyond_four_mebibytes_pass_both_ways() {
    let core = Core::toy().await;
    let kind = demand();
    let length = 5 << 20;
    let made = core.create(&kind, &json!({"name": "a", "payload_length": length})).await.ok();
    assert_eq!(entry(&made, "payload").as_str().map(str::len), Some(length));
    let read = core.read(&kind, &made).await.ok();
    assert_eq!(read.value, made.value);
}

#[cfg(debug_assertions)]
mod broken_rules {
    //! A provider that breaks a rule of Terraform's is told so by its own debug build.

    use super::*;

    #[track_caller]
    fn assert_broke<T>(said: &Said<T>, what: &str, breach: &str) {
        let errors = said.errors();
        let found = errors.iter().any(|line| line.contains(what) && line.contains(breach));
        assert!(found && errors.iter().all(|line| line.contains("This is a bug in the provider")), "{errors:#?}");
    }

    #[tokio::test]
    async fn a_plan_that_is_not_what_was_configured() {
        let core = Core::toy().await;
        let config = demand().config(&json!({"name": "a", "note": "asked for", "breaks": "plan_config"}));
        let plan = core.plan(&demand(), &Object::none(), &config).await;
        let breach = "planned value \"not what was asked for\" does not match config value \"asked for\"";
        assert_broke(&plan, "note: The plan of toy_demand broke Terraform's rules", breach);
    }

    #[tokio::test]
    async fn a_replacement_because_of_an_attribute_that_is_not_there() {
        let core = Core::toy().await;
        let kind = demand();
        let made = core.create(&kind, &json!({"name": "a"})).await.ok();
        let config = kind.config(&json!({"name": "a", "breaks": "plan_path"}));
        let plan = core.plan(&kind, &made, &config).await;
        assert_broke(&plan, "The plan of toy_demand", "for a non-existent attribute path");
    }

    #[tokio::test]
    async fn a_result_that_is_not_what_was_planned() {
        let core = Core::toy().await;
        let made = core.create(&demand(), &json!({"name": "a", "note": "n", "breaks": "apply_value"})).await;
        assert_broke(&made, "The result of applying toy_demand", "was \"n\", but now \"not what was planned\"");
        assert_eq!(entry(&made.answer, "id"), &Value::from("toy-a"), "what was made is not lost");
    }

    #[tokio::test]
    async fn a_result_that_is_still_unknown() {
        let core = Core::toy().await;
        let made = core.create(&demand(), &json!({"name": "a", "breaks": "apply_unknown"})).await;
        assert_broke(&made, "The result of applying toy_demand", "the provider still indicated an unknown value");
    }

    #[tokio::test]
    async fn a_refresh_that_finds_something_unknown() {
        let core = Core::toy().await;
        let made = core.create(&demand(), &json!({"name": "a", "breaks": "read_unknown"})).await.ok();
        let read = core.read(&demand(), &made).await;
        assert_broke(&read, "The state read for toy_demand", "the provider still indicated an unknown value");
    }

    #[tokio::test]
    async fn a_move_that_leaves_something_unknown() {
        let core = Core::toy().await;
        let old = "registry.terraform.io/acrnet/old";
        let said = moved(&core, old, "old_toy", &json!({"id": "toy-a", "breaks": true})).await;
        assert_broke(&said, "The first state of toy_demand", "the provider still indicated an unknown value");
    }

    #[tokio::test]
    async fn a_data_source_that_changes_what_was_configured() {
        let core = Core::toy().await;
        let (_, errors) = lookup(&core, &json!({"name": "a", "outcome": "breaks"})).await;
        assert!(errors[0].contains("The result of toy_lookup broke Terraform's rules"), "{errors:?}");
    }
}
