//! Managed resources: configuration, stored state, imports and moves.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::{demand, errors, silent};
use crate::core::{Core, Kind, Said, packed, raw, unpacked};
use crate::verdict;

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
pub async fn moved(core: &Core, provider: &str, type_name: &str, state: &Json) -> Said<Value> {
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
