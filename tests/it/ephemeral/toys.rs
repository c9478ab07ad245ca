//! The framework's part, with a toy that is lent.

use std::time::{Duration, SystemTime};

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::host::{close, kind, open, open_unchecked, renew, validate};
use crate::core::{Core, Kind};
use crate::host::HostOptions;
use crate::toy::Toy;

fn lease() -> Kind {
    kind(Toy::default(), "toy_lease")
}

fn config(json: &Json) -> Value {
    lease().config(json)
}

/// How many toys are lent beside the one that is asked with.
async fn lent(core: &Core) -> Value {
    let probe = open(core, &lease(), &config(&json!({"name": "probe"}))).await.ok();
    close(core, &lease(), &probe).await.ok();
    probe.result.entry("lent").expect("an attribute").clone()
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test]
async fn the_host_is_told_of_ephemeral_resource_types() {
    let core = Core::toy().await;
    let schema =
        core.rpc.clone().get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner();
    assert!(schema.ephemeral_resource_schemas.contains_key("toy_lease"));
    let metadata = core.rpc.clone().get_metadata(wire::get_metadata::Request {}).await.unwrap().into_inner();
    assert_eq!(metadata.ephemeral_resources[0].type_name, "toy_lease");
}

#[tokio::test]
async fn what_is_opened_is_renewed_and_closed() {
    let core = Core::toy().await;
    let opened = open(&core, &lease(), &config(&json!({"name": "a"}))).await.ok();
    assert_eq!((opened.result.entry("lent"), opened.renew_at), (Some(&Value::from(1)), Some(at(1))));
    assert_eq!(lent(&core).await, Value::from(2));
    let (next, private) = renew(&core, &lease(), &opened.private).await.ok();
    assert_eq!(next, Some(at(2)));
    assert_eq!(renew(&core, &lease(), &private).await.ok().0, None, "it says when there is nothing to renew any more");
    // Core hands the close the private data of the open.
    let closed = close(&core, &lease(), &opened).await;
    assert_eq!(closed.warnings(), ["A toy is back: After 2 renewals."]);
    closed.ok();
    assert_eq!(lent(&core).await, Value::from(1));
}

#[tokio::test]
async fn unknown_values_are_passed_over_and_wrong_ones_found() {
    let core = Core::toy().await;
    let unknown = lease().block().empty();
    let Value::Map(mut entries) = unknown else { panic!("an object") };
    entries.insert("name".to_owned(), Value::Unknown);
    validate(&core, &lease(), &Value::Map(entries)).await.ok();
    let empty = validate(&core, &lease(), &config(&json!({"name": ""}))).await;
    assert_eq!(empty.errors(), ["name: No name: A toy has a name."]);
    let odd = validate(&core, &lease(), &config(&json!({"name": "a", "fails_in": "there"}))).await;
    assert!(odd.errors()[0].starts_with("fails_in: "), "{:?}", odd.errors());
}

#[tokio::test]
async fn what_fails_after_it_was_opened_is_closed_at_once() {
    let core = Core::toy().await;
    for (json, part) in [
        (json!({"name": "a", "fails_in": "open"}), "Toy a failed in open"),
        (json!({"name": "a", "fails_in": "open_late"}), "Toy a failed in open_late"),
        (json!({"name": "a", "panics_in": "open"}), "The provider panicked: asked to panic in open"),
        (json!({"name": "a", "panics_in": "open_late"}), "The provider panicked: asked to panic in open_late"),
        (json!({"name": "a", "fails_in": "result"}), "The result of toy_lease broke Terraform's rules"),
    ] {
        let failed = open_unchecked(&core, &lease(), &config(&json)).await;
        assert!(failed.errors()[0].contains(part), "{:?}", failed.errors());
        assert!(failed.answer.result.is_null() && failed.answer.renew_at.is_none(), "{:?}", failed.answer);
        assert_eq!(
            failed.warnings().len(),
            usize::from(!part.ends_with("open")),
            "closed, if there was something to close"
        );
        assert_eq!(lent(&core).await, Value::from(1), "{json}");
    }
}

#[tokio::test]
async fn failures_and_panics_of_renewals_and_closes_are_messages() {
    let core = Core::toy().await;
    for (how, says) in [("fails_in", "Toy a failed in"), ("panics_in", "The provider panicked: asked to panic in")] {
        let opened = open(&core, &lease(), &config(&json!({"name": "a", how: "renew"}))).await.ok();
        let renewed = renew(&core, &lease(), &opened.private).await;
        assert!(renewed.errors()[0].starts_with(&format!("{says} renew")), "{:?}", renewed.errors());
        close(&core, &lease(), &opened).await.ok();
        let opened = open(&core, &lease(), &config(&json!({"name": "a", how: "close"}))).await.ok();
        let closed = close(&core, &lease(), &opened).await;
        assert!(closed.errors()[0].starts_with(&format!("{says} close")), "{:?}", closed.errors());
    }
}

#[tokio::test]
async fn a_stop_is_no_end_for_what_is_open() {
    let core = Core::toy().await;
    let opened = open(&core, &lease(), &config(&json!({"name": "a"}))).await.ok();
    core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap();
    renew(&core, &lease(), &opened.private).await.ok();
    close(&core, &lease(), &opened).await.ok();
}

#[tokio::test]
async fn another_run_in_the_same_process_does_not_lose_what_is_open() {
    let core = Core::toy().await;
    let opened = open(&core, &lease(), &config(&json!({"name": "a"}))).await.ok();
    renew(&core, &lease(), &opened.private).await.ok();
    core.next_run().await;
    let closed = close(&core, &lease(), &opened).await;
    assert_eq!(closed.warnings(), ["A toy is back: After 1 renewals."]);
}

#[tokio::test]
async fn without_a_configured_provider_nothing_is_opened() {
    let core = Core::start(HostOptions::toy()).await;
    let failed = open_unchecked(&core, &lease(), &config(&json!({"name": "a"}))).await;
    assert!(failed.errors()[0].starts_with("The provider is not configured"), "{:?}", failed.errors());
}
