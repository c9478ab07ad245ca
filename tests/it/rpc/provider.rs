//! The provider block: checked, and configured with.

use acrnet::terraform::framework::Provider;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::data_sources::lookup;
use super::{demand, errors, silent};
use crate::core::{Core, Object, packed, written};
use crate::toy::Toy;

#[tokio::test]
async fn the_provider_block_is_checked_with_paths() {
    let core = silent().await;
    let validate = async |json: Json| {
        let block = Toy::default().schema().block;
        let config = Some(packed(&written(&block, &json), &block.ty()));
        let request = wire::validate_provider_config::Request { config };
        errors(&core.rpc.clone().validate_provider_config(request).await.unwrap().into_inner().diagnostics)
    };
    assert_eq!(validate(json!({"mood": "calm"})).await, [""; 0]);
    assert_eq!(validate(json!({"mood": "wrong"})).await, ["mood: Wrong mood: Choose another one."]);
    let found = validate(json!({"mood": "sad"})).await;
    assert!(found[0].starts_with("mood: Invalid value for `mood`: Expected one of"), "{found:?}");
}

#[tokio::test]
async fn unknown_provider_configuration_lets_plans_and_reads_pass_and_stops_applies() {
    let core = silent().await;
    let kind = demand();
    let block = Toy::default().schema().block;
    let config = Value::map([("prefix", Value::Unknown), ("mood", Value::Null)]);
    core.configure_with(&config, &block.ty()).await.ok();
    let identity = Value::map([("path", Value::List(vec!["toy".into(), "a".into()]))]);
    let value = kind.config(&json!({"id": "toy-a", "name": "a"}));
    let state = Object { value, private: b"{\"a\":1}".to_vec(), identity };
    let read = core.read(&kind, &state).await.ok();
    assert_eq!((read.value, read.private), (state.value.clone(), state.private), "a refresh changes nothing");
    assert_eq!(read.identity, state.identity);
    let wanted = kind.config(&json!({"name": "a"}));
    let plan = core.plan(&kind, &Object::none(), &wanted).await.ok();
    let refused = core.apply(&kind, &Value::Null, &plan, &wanted).await;
    assert!(refused.answer.value.is_null());
    assert!(refused.errors()[0].starts_with("The provider is not configured"), "{:?}", refused.errors());
    let update = core.apply(&kind, &state.value, &plan, &wanted).await;
    assert_eq!(update.answer.value, state.value, "what is there stays in the state");
    let (_, found) = lookup(&core, &json!({"name": "a"})).await;
    assert!(found[0].starts_with("The provider is not configured"), "{found:?}");
}

#[tokio::test]
async fn the_last_configuration_counts() {
    let core = Core::toy().await;
    core.configure(&Toy::default(), &json!({"prefix": "other"})).await.ok();
    let object = core.create(&demand(), &json!({"name": "a"})).await.ok();
    assert_eq!(object.value.entry("id"), Some(&Value::from("other-a")));
}
