//! What a host is told of the provider's types and functions.

use acrnet::terraform::proto::tfplugin6 as wire;

use super::silent;

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
async fn functions_are_declared_alike_in_both_places() {
    let core = silent().await;
    let mut rpc = core.rpc.clone();
    let listed = rpc.get_functions(wire::get_functions::Request {}).await.unwrap().into_inner().functions;
    let schema = rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner();
    assert_eq!(listed, schema.functions);
    assert!(listed["join"].variadic_parameter.is_some());
    assert!(listed["describe"].parameters[0].allow_null_value && listed["describe"].parameters[0].allow_unknown_values);
}
