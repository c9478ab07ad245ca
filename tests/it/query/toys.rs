//! What the framework makes of lists, with the toy provider's: limits, hosts that hang up, and lists that misbehave.

use std::sync::Arc;
use std::time::Duration;

use acrnet::terraform::framework::{Host, ListEvent, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use super::host::Block;
use crate::core::{Core, Kind, Object};
use crate::host::HostOptions;
use crate::toy::Toy;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn block(config: &Json) -> Block {
    Block::of(Toy::default, "toy_demand", config)
}

/// With toys of these names in memory.
async fn core(names: &[&str]) -> Core {
    let core = Core::toy().await;
    for name in names {
        core.create(&Kind::toy("toy_demand"), &json!({"name": name, "payload_length": 3})).await.ok();
    }
    core
}

#[tokio::test]
async fn what_is_there_is_listed_by_identity_and_whole_where_that_is_wanted() {
    let core = core(&["anna", "bert", "hanna"]).await;
    let config = json!({"containing": "anna"});
    let found = core.query(&block(&config)).await.ok();
    assert_eq!(found.len(), 2);
    let path = Value::List(vec!["toy".into(), "anna".into()]);
    assert_eq!((&found[0].display_name[..], &found[0].identity), ("anna", &Value::map([("path", path)])));
    assert!(found.iter().all(|found| found.state.is_null()), "{found:?}");
    let whole = core.query(&block(&config).with_resources()).await.ok();
    let object = Object { value: whole[0].state.clone(), ..Object::none() };
    let read = core.read(&Kind::toy("toy_demand"), &object).await.ok();
    assert_eq!(read.value, whole[0].state, "as a read shows it");
}

#[tokio::test]
async fn a_list_without_a_config_block_is_one_with_nothing_in_it() {
    let core = core(&["a"]).await;
    let without = Block { config: Value::Null, ..block(&json!({})) };
    assert_eq!(core.query(&without).await.names(), ["a"]);
}

#[tokio::test]
async fn no_more_is_told_than_the_host_wants() {
    let core = core(&["a", "b", "c"]).await;
    for (limit, told) in [(1, 1), (3, 3), (7, 7)] {
        let mut events = core.list(&block(&json!({"outcome": "endless"})).limited(limit)).await;
        let mut number = 0;
        while events.message().await.unwrap().is_some() {
            number += 1;
        }
        assert_eq!(number, told, "and then the stream ends");
    }
    // Nobody means to see nothing.
    let mut events = core.list(&block(&json!({})).limited(0)).await;
    let mut number = 0;
    while events.message().await.unwrap().is_some() {
        number += 1;
    }
    assert!(number >= 3, "{number}");
}

/// Lets everything run that can.
async fn settle() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

fn served() -> Arc<Server<Toy>> {
    let server = Arc::new(Server::new(Toy::default()));
    let nothing = server.schema().block.empty();
    assert!(server.configure(&nothing, &Host::default()).is_empty());
    server
}

fn listed(server: &Arc<Server<Toy>>, config: &Json) -> Receiver<ListEvent> {
    server.list("toy_demand".to_owned(), block(config).config, true, 0)
}

#[tokio::test]
async fn a_list_goes_no_further_ahead_than_some_steps_and_ends_where_it_is_when_the_host_hangs_up() {
    let server = served();
    let mut endless = listed(&server, &json!({"outcome": "endless"}));
    assert!(endless.recv().await.is_some());
    settle().await;
    drop(endless);
    settle().await;
    let given_up = listed(&server, &json!({"containing": "given up"})).recv().await.expect("it has ended");
    let told = given_up.object.as_ref().and_then(|toy| toy.entry("writes")).cloned();
    assert_eq!(told, Some(Value::from(17)), "sixteen steps ahead of the one that was taken");
}

#[tokio::test]
async fn a_list_that_waits_for_something_else_ends_too_when_the_host_hangs_up() {
    let server = served();
    let mut endless = listed(&server, &json!({"outcome": "endless"}));
    assert!(endless.recv().await.is_some());
    drop(endless);
    settle().await;
    let mut waits = listed(&server, &json!({"outcome": "waits"}));
    assert_eq!(waits.recv().await.map(|event| event.display_name), Some("given up".to_owned()));
    settle().await;
    drop(waits);
    settle().await;
    let given_up = listed(&server, &json!({})).recv().await.expect("there is one");
    assert_eq!(given_up.object.as_ref().and_then(|toy| toy.entry("writes")), Some(&Value::from(1)));
}

#[tokio::test]
async fn a_list_ends_when_the_host_of_the_real_process_hangs_up() {
    let core = core(&[]).await;
    let mut endless = core.list(&block(&json!({"outcome": "endless"})).limited(0)).await;
    for _ in 0..3 {
        assert!(endless.message().await.unwrap().is_some());
    }
    drop(endless);
    let gone = async { while core.query(&block(&json!({"containing": "given up"}))).await.ok().is_empty() {} };
    timeout(PATIENCE, gone).await.expect("the list has ended");
}

#[tokio::test]
async fn an_interrupted_list_is_not_taken_for_a_complete_one() {
    let core = core(&["a", "b"]).await;
    let mut events = core.list(&block(&json!({"outcome": "waits"}))).await;
    assert_eq!(events.message().await.unwrap().unwrap().display_name, "a");
    core.rpc.clone().stop_provider(wire::stop_provider::Request::default()).await.unwrap();
    let last = events.message().await.unwrap().unwrap();
    assert_eq!(last.diagnostic[0].summary, "The list is not complete");
    assert!(last.identity.is_none() && events.message().await.unwrap().is_none(), "nothing more");
}

#[tokio::test]
async fn what_goes_wrong_ends_the_list_with_a_message() {
    let core = core(&["a", "b"]).await;
    for (outcome, error) in [
        ("panics", "The provider panicked: asked to panic in list. This is a bug"),
        ("fails", "The roll is torn: The rest cannot be read."),
        ("nameless", "A list of toy_demand has found something without an identity: This is a bug"),
        ("breaks", "payload: The object listed of toy_demand broke Terraform's rules: "),
    ] {
        let answer = core.query(&block(&json!({"outcome": outcome})).with_resources()).await;
        assert!(answer.errors.len() == 1 && answer.errors[0].starts_with(error), "{outcome}: {answer:?}");
    }
    assert_eq!(core.query(&block(&json!({}))).await.names(), ["a", "b"], "and the provider lives");
}

#[tokio::test]
async fn a_warning_does_not_end_the_list() {
    let core = core(&["a"]).await;
    let answer = core.query(&block(&json!({"outcome": "warns"}))).await;
    assert_eq!(answer.warnings, ["A toy is missing: Nobody knows where it is."]);
    assert_eq!(answer.names(), ["a"]);
    assert!(answer.errors.is_empty(), "{answer:?}");
}

#[tokio::test]
async fn a_configuration_is_checked_before_anything_is_listed() {
    let core = core(&["a"]).await;
    let errors = |config: Json| {
        let core = &core;
        async move { core.query(&block(&config)).await.errors }
    };
    assert_eq!(
        errors(json!({"containing": ""})).await,
        ["containing: Nothing to look for: Every name contains nothing."]
    );
    let unfit = errors(json!({"outcome": "sings"})).await;
    assert!(unfit.len() == 1 && unfit[0].starts_with("outcome: Invalid value for `outcome`: "), "{unfit:?}");
    // What is not known yet is no mistake.
    let mut unknown = block(&json!({}));
    unknown.config = Value::map([("containing", Value::Unknown), ("outcome", Value::Unknown)]);
    assert_eq!(core.validate_list_with(&unknown, &Value::Unknown, &Value::Unknown).await.errors(), [""; 0]);
}

#[tokio::test]
async fn a_list_of_a_provider_that_is_not_configured_says_so() {
    let core = Core::start(HostOptions::toy()).await;
    let answer = core.query(&block(&json!({}))).await;
    assert!(answer.errors.len() == 1 && answer.errors[0].starts_with("The provider is not configured: "), "{answer:?}");
}

#[tokio::test]
async fn a_list_that_is_not_there_is_refused() {
    let core = core(&[]).await;
    let mut other = block(&json!({}));
    other.kind = Kind::toy("toy_kinds");
    assert_eq!(core.query(&other).await.errors, ["unknown list resource type \"toy_kinds\""]);
    let request = wire::list_resource::Request { type_name: "toy_kinds".to_owned(), ..Default::default() };
    let status = core.rpc.clone().list_resource(request).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::NotFound, "{status}");
}

#[tokio::test]
async fn lists_are_in_the_metadata() {
    let core = core(&[]).await;
    let metadata = core.rpc.clone().get_metadata(wire::get_metadata::Request {}).await.unwrap().into_inner();
    let names: Vec<String> = metadata.list_resources.into_iter().map(|list| list.type_name).collect();
    assert_eq!(names, ["toy_demand"]);
}
