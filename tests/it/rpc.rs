//! Every call of the protocol, over gRPC, to the toy provider's process: what it answers, and how it refuses.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::json;
use tonic::Code;

use self::functions::{call, text};
use crate::core::{Core, Kind, lines};
use crate::host::HostOptions;
use crate::toy::Toy;

mod data_sources;
mod functions;
mod identities;
mod provider;
mod resources;
mod schemas;
mod trouble;

fn demand() -> Kind {
    Kind::toy("toy_demand")
}

/// A provider that was asked for nothing yet, not even its schema.
async fn silent() -> Core {
    Core::start(HostOptions::toy()).await
}

fn errors(messages: &[wire::Diagnostic]) -> Vec<String> {
    lines(messages, wire::diagnostic::Severity::Error)
}

#[tokio::test]
async fn an_unknown_type_is_named_in_the_refusal() {
    let core = silent().await;
    let mut rpc = core.rpc.clone();
    let type_name = "toy_nothing".to_owned();
    let read = wire::read_resource::Request { type_name: type_name.clone(), ..Default::default() };
    let plan = wire::plan_resource_change::Request { type_name: type_name.clone(), ..Default::default() };
    let apply = wire::apply_resource_change::Request { type_name: type_name.clone(), ..Default::default() };
    let validate = wire::validate_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    let upgrade = wire::upgrade_resource_state::Request { type_name: type_name.clone(), ..Default::default() };
    let import = wire::import_resource_state::Request { type_name: type_name.clone(), ..Default::default() };
    let moved = wire::move_resource_state::Request { target_type_name: type_name.clone(), ..Default::default() };
    let identity = wire::upgrade_resource_identity::Request { type_name: type_name.clone(), ..Default::default() };
    let source = wire::read_data_source::Request { type_name: type_name.clone(), ..Default::default() };
    let roll = wire::list_resource::Request { type_name: type_name.clone(), ..Default::default() };
    let call = wire::validate_list_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    let generate = wire::generate_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    let look = wire::validate_data_resource_config::Request { type_name: type_name.clone(), ..Default::default() };
    let check = wire::validate_action_config::Request { action_type: type_name.clone(), ..Default::default() };
    let foresee = wire::plan_action::Request { action_type: type_name.clone(), ..Default::default() };
    let go = wire::invoke_action::Request { action_type: type_name, ..Default::default() };
    for refusal in [
        rpc.list_resource(roll).await.unwrap_err(),
        rpc.validate_list_resource_config(call).await.unwrap_err(),
        rpc.generate_resource_config(generate).await.unwrap_err(),
        rpc.read_resource(read).await.unwrap_err(),
        rpc.plan_resource_change(plan).await.unwrap_err(),
        rpc.apply_resource_change(apply).await.unwrap_err(),
        rpc.validate_resource_config(validate).await.unwrap_err(),
        rpc.upgrade_resource_state(upgrade).await.unwrap_err(),
        rpc.import_resource_state(import).await.unwrap_err(),
        rpc.move_resource_state(moved).await.unwrap_err(),
        rpc.upgrade_resource_identity(identity).await.unwrap_err(),
        rpc.read_data_source(source).await.unwrap_err(),
        rpc.validate_data_resource_config(look).await.unwrap_err(),
        rpc.validate_action_config(check).await.unwrap_err(),
        rpc.plan_action(foresee).await.unwrap_err(),
        rpc.invoke_action(go).await.unwrap_err(),
    ] {
        assert_eq!((refusal.code(), refusal.message()), (Code::NotFound, "this provider has no type toy_nothing"));
    }
}

#[tokio::test]
async fn bytes_that_are_no_value_of_the_type_are_refused_and_the_process_lives_on() {
    let core = Core::toy().await;
    let garbage = Some(wire::DynamicValue { msgpack: vec![0x93, 0x01], json: Vec::new() });
    let request =
        wire::read_resource::Request { type_name: demand().name, current_state: garbage, ..Default::default() };
    let refusal = core.rpc.clone().read_resource(request).await.unwrap_err();
    assert_eq!(refusal.code(), Code::InvalidArgument);
    core.create(&demand(), &json!({"name": "a"})).await.ok();
}

#[tokio::test]
async fn a_value_in_json_is_read_too() {
    let core = Core::toy().await;
    let kind = demand();
    let config = json!({"id": null, "name": null, "note": null, "panics_in": null, "fails_in": null, "breaks": null,
        "waits_for_stop": null, "payload_length": null, "payload": null, "writes": null, "timeouts": null});
    let config = Some(wire::DynamicValue { msgpack: Vec::new(), json: config.to_string().into_bytes() });
    let request = wire::validate_resource_config::Request { type_name: kind.name, config, client_capabilities: None };
    let answer = core.rpc.clone().validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics).len(), 1, "name is required: {:?}", answer.diagnostics);
}

#[tokio::test]
async fn nothing_needs_the_schema_to_have_been_asked_for() {
    let core = silent().await;
    let kind = demand();
    core.validate(&kind, &kind.config(&json!({"name": "a"}))).await.ok();
    core.upgrade(&kind, 2, &json!({"name": "a"})).await.ok();
    assert_eq!(call(&core, "join", &[text("-"), text("a"), text("b")]).await.0, Some(Value::from("a-b")));
    core.configure(&Toy::default(), &json!({})).await.ok();
    core.create(&kind, &json!({"name": "a"})).await.ok();
}
