//! The schema as users' tools see it, `terraform providers schema -json`, against a golden file: whatever changes in it is seen in a
//! review. `UPDATE_GOLDEN=1 cargo test --all-features golden` writes the file anew.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use acrnet::provider::{ADDRESS, AcrnetProvider};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use acrnet::terraform::service::provider_service;
use serde_json::{Map, Value as Json, json};

use crate::host::process::{provider, toy_provider};
use crate::terraform::{Workspace, text};
use crate::toy::{self, Toy};

/// One test for both, so that nothing reads the file while it is written anew.
#[tokio::test]
async fn the_schema_in_the_process_and_as_terraform_shows_it_is_the_golden_one() {
    let shown = shown_by_terraform(ADDRESS, &provider());
    assert_eq!(
        sorted(declared(AcrnetProvider::new(Environment::default())).await),
        sorted(shown["provider_schemas"][ADDRESS].clone())
    );
    assert_golden("schema.json", shown);
}

/// The Terraform at hand does not show them.
#[tokio::test]
async fn the_schemas_of_the_lists_are_the_golden_ones() {
    let schema = replied(AcrnetProvider::new(Environment::default())).await;
    let lists: Map<String, Json> =
        schema.list_resource_schemas.into_iter().map(|(name, schema)| (name, of_schema(schema))).collect();
    assert_golden("list_schemas.json", Json::Object(lists));
}

fn assert_golden(name: &str, shown: Json) {
    let shown = format!("{:#}\n", sorted(shown));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &shown).unwrap();
    }
    let golden = fs::read_to_string(&file).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    let differs = shown.lines().zip(golden.lines()).find(|(shown, golden)| shown != golden);
    assert!(
        shown == golden,
        "the schema is not the golden one any more, first here (now, golden): {differs:#?}\nif that is meant, UPDATE_GOLDEN=1 \
         writes tests/golden/{name} anew"
    );
}

#[tokio::test]
async fn terraform_shows_of_the_toy_provider_what_it_declares() {
    let shown = shown_by_terraform(toy::ADDRESS, &toy_provider());
    assert_eq!(sorted(declared(Toy::default()).await), sorted(shown["provider_schemas"][toy::ADDRESS].clone()));
}

fn shown_by_terraform(address: &str, binary: &Path) -> Json {
    let shown = Workspace::new(address, binary, "").run(&["providers", "schema", "-json"]);
    assert!(shown.status.success(), "{}", text(&shown));
    serde_json::from_slice(&shown.stdout).expect("JSON")
}

fn sorted(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let members: BTreeMap<String, Json> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            Json::Object(members.into_iter().collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

async fn replied<P: Provider>(provider: P) -> wire::get_provider_schema::Response {
    let mut rpc = ProviderClient::new(provider_service(Server::new(provider).into()));
    rpc.get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner()
}

/// The answer to `GetProviderSchema`, in the form of `terraform providers schema -json`.
async fn declared<P: Provider>(provider: P) -> Json {
    let schema = replied(provider).await;
    let all = |schemas: std::collections::HashMap<String, wire::Schema>| -> Map<String, Json> {
        schemas.into_iter().map(|(name, schema)| (name, of_schema(schema))).collect()
    };
    let functions: Map<String, Json> =
        schema.functions.into_iter().map(|(name, function)| (name, of_function(function))).collect();
    let mut shown = Map::new();
    shown.insert("provider".to_owned(), of_schema(schema.provider.unwrap()));
    let kinds = [
        ("resource_schemas", all(schema.resource_schemas)),
        ("data_source_schemas", all(schema.data_source_schemas)),
        ("ephemeral_resource_schemas", all(schema.ephemeral_resource_schemas)),
        ("functions", functions),
    ];
    shown.extend(
        kinds.into_iter().filter(|(_, all)| !all.is_empty()).map(|(name, all)| (name.to_owned(), Json::Object(all))),
    );
    Json::Object(shown)
}

fn of_schema(schema: wire::Schema) -> Json {
    json!({"version": schema.version, "block": of_block(schema.block.unwrap())})
}

fn of_block(block: wire::schema::Block) -> Json {
    let attributes = block.attributes.into_iter().map(of_attribute).collect();
    let blocks = block.block_types.into_iter().map(|nested| {
        let shown = present([
            ("nesting_mode", nested.nesting().as_str_name().to_lowercase().into()),
            ("block", of_block(nested.block.unwrap())),
            ("min_items", nested.min_items.into()),
            ("max_items", nested.max_items.into()),
        ]);
        (nested.type_name, shown)
    });
    present([
        ("attributes", Json::Object(attributes)),
        ("block_types", Json::Object(blocks.collect())),
        ("description", block.description.into()),
        ("description_kind", "markdown".into()),
        ("deprecated", block.deprecated.into()),
    ])
}

fn of_attribute(attribute: wire::schema::Attribute) -> (String, Json) {
    let nested = attribute.nested_type.map(|nested| {
        json!({
            "nesting_mode": nested.nesting().as_str_name().to_lowercase(),
            "attributes": nested.attributes.into_iter().map(of_attribute).collect::<Map<_, _>>(),
        })
    });
    let shown = present([
        ("type", of_type(&attribute.r#type)),
        ("nested_type", nested.unwrap_or_default()),
        ("description", attribute.description.into()),
        ("description_kind", "markdown".into()),
        ("deprecated", attribute.deprecated.into()),
        ("required", attribute.required.into()),
        ("optional", attribute.optional.into()),
        ("computed", attribute.computed.into()),
        ("sensitive", attribute.sensitive.into()),
        ("write_only", attribute.write_only.into()),
    ]);
    (attribute.name, shown)
}

fn of_function(function: wire::Function) -> Json {
    present([
        ("description", function.description.into()),
        ("summary", function.summary.into()),
        ("return_type", of_type(&function.r#return.unwrap().r#type)),
        ("parameters", function.parameters.into_iter().map(of_parameter).collect()),
        ("variadic_parameter", function.variadic_parameter.map(of_parameter).unwrap_or_default()),
    ])
}

fn of_parameter(parameter: wire::function::Parameter) -> Json {
    present([
        ("name", parameter.name.into()),
        ("description", parameter.description.into()),
        ("is_nullable", parameter.allow_null_value.into()),
        ("type", of_type(&parameter.r#type)),
    ])
}

fn of_type(bytes: &[u8]) -> Json {
    if bytes.is_empty() { Json::Null } else { serde_json::from_slice(bytes).expect("a type is JSON") }
}

/// Terraform leaves out what is not so.
fn present<const N: usize>(members: [(&str, Json); N]) -> Json {
    let nothing = |json: &Json| match json {
        Json::Null | Json::Bool(false) => true,
        Json::Number(number) => number.as_i64() == Some(0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) => false,
    };
    members.into_iter().filter(|(_, json)| !nothing(json)).map(|(name, json)| (name.to_owned(), json)).collect()
}
