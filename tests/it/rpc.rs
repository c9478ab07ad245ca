//! Every call of the protocol, over gRPC, to the toy provider's process: what it answers, and how it refuses.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Type, Value, msgpack};
use serde_json::{Value as Json, json};
use tonic::Code;

use crate::core::{Core, Kind, Object, Said, lines, packed, raw, unpacked, written};
use crate::generation::Generation;
use crate::host::HostOptions;
use crate::toy::Toy;
use crate::verdict;

mod identities;
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
async fn the_schema_holds_every_type_and_function_and_what_the_server_can_do() {
    let core = silent().await;
    let mut rpc = core.rpc.clone();
    let schema = rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner();
    assert!(schema.diagnostics.is_empty() && schema.provider.is_some());
    let mut resources: Vec<&String> = schema.resource_schemas.keys().collect();
    resources.sort();
    assert_eq!(resources, ["toy_blocks", "toy_demand", "toy_kinds", "toy_rule_set"]);
    assert_eq!(schema.data_source_schemas.keys().collect::<Vec<_>>(), ["toy_lookup"]);
    assert_eq!(schema.action_schemas.keys().collect::<Vec<_>>(), ["toy_play"]);
    assert_eq!(schema.functions.len(), 4);
    let can = schema.server_capabilities.unwrap();
    assert!(can.plan_destroy && can.get_provider_schema_optional && can.move_resource_state);
    assert_eq!(schema.resource_schemas["toy_demand"].version, 2);
    let kinds = schema.resource_schemas["toy_kinds"].block.as_ref().unwrap();
    let find = |name: &str| kinds.attributes.iter().find(|attribute| attribute.name == name).unwrap();
    assert!(find("name").required && find("region").optional && find("region").computed && find("id").computed);
    assert!(find("secret").sensitive && find("password").write_only);
    assert!(find("old_name").deprecated && find("old_name").deprecation_message == "Use `name`.");
    assert_eq!(find("anything").r#type, b"\"dynamic\"");
    assert!(find("rules").r#type.is_empty() && find("rules").nested_type.is_some(), "a type or a nested type");
}

#[tokio::test]
async fn the_metadata_names_what_the_schema_holds() {
    let core = silent().await;
    let mut rpc = core.rpc.clone();
    let metadata = rpc.get_metadata(wire::get_metadata::Request {}).await.unwrap().into_inner();
    let mut names: Vec<String> = metadata.resources.into_iter().map(|resource| resource.type_name).collect();
    names.sort();
    assert_eq!(names, ["toy_blocks", "toy_demand", "toy_kinds", "toy_rule_set"]);
    assert_eq!(metadata.data_sources[0].type_name, "toy_lookup");
    assert_eq!(metadata.actions[0].type_name, "toy_play");
    assert_eq!(metadata.functions.len(), 4);
    assert!(metadata.server_capabilities.is_some_and(|can| can.get_provider_schema_optional));
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

#[tokio::test]
async fn the_provider_block_is_checked_with_paths() {
    let core = silent().await;
    let validate = async |json: Json| {
        let block = acrnet::terraform::framework::Provider::schema(&Toy::default()).block;
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
    let block = acrnet::terraform::framework::Provider::schema(&Toy::default()).block;
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

#[tokio::test]
async fn a_configuration_is_checked_with_paths_and_unknown_values_are_passed_over() {
    let core = silent().await;
    let kind = Kind::toy("toy_kinds");
    let bad = json!({"name": null, "id": "set", "size": 0, "ports": [80, 70_000], "rules": [{"action": "maybe"}],
        "timeouts": {"create": "soon"}});
    let found = core.validate(&kind, &kind.config(&bad)).await.errors();
    let paths = ["id: ", "name: ", "size: ", "ports[1]: ", "rules[0].action: ", "timeouts.create: "];
    for path in paths {
        assert!(found.iter().any(|line| line.starts_with(path)), "{path} is not in {found:#?}");
    }
    assert_eq!(found.len(), paths.len(), "{found:#?}");
    let Value::Map(mut entries) = kind.config(&json!({})) else { panic!("an object") };
    for name in ["name", "size", "ports", "rules", "timeouts"] {
        entries.insert(name.to_owned(), Value::Unknown);
    }
    assert_eq!(core.validate(&kind, &Value::Map(entries)).await.errors(), [""; 0]);
    let warned = core.validate(&kind, &kind.config(&json!({"name": "a", "password": "p"}))).await;
    assert_eq!(warned.warnings().len(), 1);
}

#[tokio::test]
async fn a_value_that_only_the_model_refuses_is_the_users_mistake_and_no_bug() {
    let core = silent().await;
    let found = core.validate(&demand(), &demand().config(&json!({"name": "a", "payload_length": -1}))).await.errors();
    assert_eq!(found, ["payload_length: Invalid value: invalid value: integer `-1`, expected u32."]);
}

#[tokio::test]
async fn a_terraform_that_would_store_it_may_not_send_a_write_only_argument() {
    let core = silent().await;
    let kind = Kind::toy("toy_kinds");
    let config = kind.config(&json!({"name": "a", "password": "p", "password_version": 1}));
    core.validate(&kind, &config).await.ok();
    let request = wire::validate_resource_config::Request {
        type_name: kind.name.clone(),
        config: Some(packed(&config, &kind.ty)),
        client_capabilities: None,
    };
    let answer = core.rpc.clone().validate_resource_config(request).await.unwrap().into_inner();
    let found = errors(&answer.diagnostics);
    assert!(found[0].starts_with("password: Write-only argument needs a newer Terraform"), "{found:?}");
}

#[tokio::test]
async fn stored_state_of_every_version_is_brought_to_the_present_form() {
    let core = silent().await;
    let kind = demand();
    let name = |value: &Value| value.entry("name").cloned();
    let old = core.upgrade(&kind, 0, &json!({"id": "toy-a", "title": "a"})).await.ok();
    assert_eq!(name(&old), Some(Value::from("a")));
    let middle = core.upgrade(&kind, 1, &json!({"id": "toy-b", "name": "b"})).await.ok();
    assert_eq!(name(&middle), Some(Value::from("b")));
    let same = core.upgrade(&kind, 2, &json!({"id": "toy-c", "name": "c"})).await.ok();
    assert_eq!(name(&same), Some(Value::from("c")));
}

#[tokio::test]
async fn a_collection_of_blocks_that_the_state_does_not_have_yet_is_empty() {
    let kind = Kind::toy("toy_blocks");
    let upgraded = silent().await.upgrade(&kind, 0, &json!({"id": "toy-a", "name": "a"})).await.ok();
    assert_eq!(upgraded, kind.config(&json!({"id": "toy-a", "name": "a"})));
}

#[tokio::test]
async fn a_write_only_value_that_an_older_version_stored_is_dropped() {
    let kind = Kind::toy("toy_kinds");
    let upgraded = silent().await.upgrade(&kind, 0, &json!({"name": "a", "password": "stored"})).await.ok();
    assert_eq!(upgraded.entry("password"), Some(&Value::Null));
}

#[tokio::test]
async fn state_that_cannot_be_read_is_refused_with_what_to_do() {
    let core = silent().await;
    let kind = demand();
    let newer = core.upgrade(&kind, 7, &json!({})).await.errors();
    assert!(newer[0].contains("Version 7 is not known"), "{newer:?}");
    let stray = core.upgrade(&kind, 2, &json!({"stray": 1})).await.errors();
    assert!(stray[0].contains("terraform state rm"), "{stray:?}");
    let flat = wire::RawState { flatmap: [("name".to_owned(), "a".to_owned())].into(), ..Default::default() };
    let flat = core.upgrade_raw(&kind, 0, Some(flat)).await.errors();
    assert!(flat[0].contains("0.11"), "{flat:?}");
    let broken = wire::RawState { json: b"{".to_vec(), ..Default::default() };
    let broken = core.upgrade_raw(&kind, 2, Some(broken)).await.errors();
    assert!(broken[0].starts_with("Unreadable state"), "{broken:?}");
}

#[tokio::test]
async fn an_import_begins_with_what_the_id_says_and_refuses_other_strings() {
    let core = silent().await;
    let kind = Kind::toy("toy_blocks");
    let begun = core.import(&kind, "toy-a").await.ok().unwrap();
    assert_eq!(begun.value, kind.config(&json!({"id": "toy-a"})), "blocks that are not there are empty, not null");
    let refused = core.import(&kind, "nonsense").await;
    assert!(refused.answer.is_none());
    assert!(refused.errors()[0].contains("\"nonsense\" has no hyphen"), "{:?}", refused.errors());
}

/// What `toy_demand` makes of an object of another type.
async fn moved(core: &Core, provider: &str, type_name: &str, state: &Json) -> Said<Value> {
    let kind = demand();
    let request = wire::move_resource_state::Request {
        source_provider_address: provider.to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: Some(raw(state)),
        target_type_name: kind.name.clone(),
        ..Default::default()
    };
    let response = core.rpc.clone().move_resource_state(request).await.unwrap().into_inner();
    let answer = unpacked(response.target_state, &kind.ty);
    let messages = verdict::judge(response.diagnostics, || verdict::moved(&kind, &answer));
    Said { answer, messages }
}

#[tokio::test]
async fn an_object_moves_from_a_type_that_is_known_and_from_no_other() {
    let core = silent().await;
    let moved = async |provider: &str, type_name: &str, state: &Json| {
        let said = moved(&core, provider, type_name, state).await;
        let found = said.errors();
        (said.answer, found)
    };
    let old = "registry.terraform.io/acrnet/old";
    let (state, found) = moved(old, "old_toy", &json!({"id": "toy-a", "whatever": [1]})).await;
    assert_eq!((state.entry("id"), found.len()), (Some(&Value::from("toy-a")), 0));
    let (state, found) = moved(old, "old_box", &json!({"id": "toy-a"})).await;
    assert!(state.is_null() && found[0].starts_with("Unsupported source of a moved block"), "{found:?}");
    let (state, found) = moved("registry.terraform.io/acrnet/new", "old_toy", &json!({"id": "toy-a"})).await;
    assert!(state.is_null() && found[0].contains("acrnet/new"), "{found:?}");
    let (state, found) = moved(old, "old_toy", &json!({})).await;
    assert!(state.is_null() && found[0].starts_with("The old toy has no id"), "{found:?}");
}

/// Reads the data source.
async fn lookup(core: &Core, json: &Json) -> (Value, Vec<String>) {
    let kind = Kind::data_source(Toy::default(), "toy_lookup");
    let config = kind.config(json);
    let request = wire::read_data_source::Request {
        type_name: kind.name.clone(),
        config: Some(packed(&config, &kind.ty)),
        client_capabilities: core.generation.capabilities(),
        ..Default::default()
    };
    let answer = core.rpc.clone().read_data_source(request).await.unwrap().into_inner();
    let found = unpacked(answer.state, &kind.ty);
    let messages = verdict::judge(answer.diagnostics, || verdict::found(&kind, &config, &found, false));
    (found, errors(&messages))
}

#[tokio::test]
async fn a_data_source_is_validated_and_read() {
    let core = Core::toy().await;
    let server = acrnet::terraform::framework::Server::new(Toy::default());
    let source = server.data_source("toy_lookup").unwrap();
    let config = Some(packed(&written(&source.schema().block, &json!({"name": ""})), source.ty()));
    let request = wire::validate_data_resource_config::Request { type_name: "toy_lookup".to_owned(), config };
    let answer = core.rpc.clone().validate_data_resource_config(request).await.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics), ["name: No name: A toy has a name."]);

    let (found, said) = lookup(&core, &json!({"name": "a", "filter": [{"contains": "x"}]})).await;
    assert_eq!(said, [""; 0]);
    assert_eq!(found.entry("terraform_version"), Some(&Value::from(core.generation.version())));
    let first = found.entry("found").and_then(Value::elements).unwrap()[0].clone();
    assert_eq!(first, Value::map([("id", Value::from("toy-a")), ("matched", Value::Bool(true))]));

    let (found, said) = lookup(&core, &json!({"name": "a", "outcome": "fails"})).await;
    assert!(found.is_null() && said == ["Not found: There is no toy a."], "{said:?}");
}

#[tokio::test]
async fn hosts_of_every_generation_read_data_and_have_of_functions_and_moves_what_they_know() {
    for generation in Generation::ALL {
        let core = Core::start_as(generation, HostOptions::toy()).await;
        core.begin(&Toy::default(), &json!({})).await.ok();
        let (found, said) = lookup(&core, &json!({"name": "a"})).await;
        let version = Some(&Value::from(generation.version()));
        assert_eq!((found.entry("terraform_version"), said), (version, Vec::new()), "{generation:?}");
        if generation.calls_functions_and_moves() {
            assert_eq!(call(&core, "join", &[text("-"), text("a"), text("b")]).await.0, Some(Value::from("a-b")));
            moved(&core, "registry.terraform.io/acrnet/old", "old_toy", &json!({"id": "toy-a"})).await.ok();
        }
    }
}

fn text(text: &str) -> (Value, Type) {
    (Value::from(text), Type::String)
}

fn number(number: i64) -> (Value, Type) {
    (Value::from(number), Type::Number)
}

/// Calls a function: the result, or the error and the argument that it is about.
async fn call(core: &Core, name: &str, arguments: &[(Value, Type)]) -> (Option<Value>, Option<(String, Option<i64>)>) {
    let arguments = arguments.iter().map(|(value, ty)| packed(value, ty)).collect();
    let request = wire::call_function::Request { name: name.to_owned(), arguments };
    let answer = core.rpc.clone().call_function(request).await.unwrap().into_inner();
    let returns = if name == "divide" { Type::Number } else { Type::String };
    let result = answer.result.map(|result| msgpack::decode(&result.msgpack, &returns).unwrap());
    (result, answer.error.map(|error| (error.text, error.function_argument)))
}

#[tokio::test]
async fn functions_are_declared_alike_in_both_places() {
    let core = silent().await;
    let mut rpc = core.rpc.clone();
    let listed = rpc.get_functions(wire::get_functions::Request {}).await.unwrap().into_inner().functions;
    let schema = rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner();
    assert_eq!(listed, schema.functions);
    assert!(listed["join"].variadic_parameter.is_some());
    assert!(listed["describe"].parameters[0].allow_null_value && listed["describe"].parameters[0].allow_unknown_values);
}

#[tokio::test]
async fn a_function_takes_any_number_of_variadic_arguments() {
    let core = silent().await;
    assert_eq!(call(&core, "join", &[text("-")]).await.0, Some(Value::from("")));
    assert_eq!(call(&core, "join", &[text("-"), text("a"), text("b"), text("c")]).await.0, Some(Value::from("a-b-c")));
}

#[tokio::test]
async fn a_function_sees_null_and_unknown_only_if_it_wants_to() {
    let core = silent().await;
    let dynamic = |value: Value| (value, Type::Dynamic);
    let typed = Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(Vec::new()))));
    assert_eq!(call(&core, "describe", &[dynamic(Value::Null)]).await.0, Some(Value::from("null")));
    assert_eq!(call(&core, "describe", &[dynamic(Value::Unknown)]).await.0, Some(Value::from("unknown")));
    assert_eq!(call(&core, "describe", &[dynamic(typed)]).await.0, Some(Value::from("[\"list\",\"bool\"]")));
    let unknown = (Value::Unknown, Type::String);
    assert_eq!(call(&core, "join", &[text("-"), unknown]).await.0, Some(Value::Unknown));
    let null = (Value::Null, Type::String);
    let error = call(&core, "join", &[text("-"), text("a"), null]).await.1;
    assert_eq!(error, Some(("parts must not be null".to_owned(), Some(2))));
}

#[tokio::test]
async fn a_function_says_which_argument_is_wrong() {
    let core = silent().await;
    assert_eq!(call(&core, "divide", &[number(6), number(3)]).await.0, Some(Value::from(2)));
    let error = call(&core, "divide", &[number(6), number(0)]).await.1;
    assert_eq!(error, Some(("the divisor must not be 0".to_owned(), Some(1))));
    let error = call(&core, "divide", &[number(6)]).await.1;
    assert_eq!(error, Some(("divide takes 2 arguments, not 1".to_owned(), None)));
    let error = call(&core, "nothing", &[]).await.1.unwrap();
    assert!(error.0.contains("no function nothing"), "{error:?}");
}
