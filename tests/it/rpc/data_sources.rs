//! Data sources: configuration and reading.

use acrnet::terraform::framework::Server;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::errors;
use super::functions::{call, text};
use super::resources::moved;
use crate::core::{Core, Kind, packed, unpacked, written};
use crate::generation::Generation;
use crate::host::HostOptions;
use crate::toy::Toy;
use crate::verdict;

/// Reads the data source.
pub async fn lookup(core: &Core, json: &Json) -> (Value, Vec<String>) {
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
    let server = Server::new(Toy::default());
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
