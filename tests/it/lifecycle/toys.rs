//! The lives of the toys: every kind of attribute, every nesting of block.

use acrnet::terraform::conform::Action::{Create, NoOp, Replace, Update};
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::{Story, live};
use crate::core::{Core, Kind, Object};
use crate::generation::Generation;
use crate::host::HostOptions;
use crate::toy::Toy;

fn id(state: &Value) -> String {
    state.entry("id").and_then(Value::as_str).expect("an id").to_owned()
}

async fn toy_lives(kind: &str, steps: &[(Json, acrnet::terraform::conform::Action)]) {
    let kind = Kind::toy(kind);
    for generation in Generation::ALL {
        let story = Story {
            kind: &kind,
            configs: steps.iter().map(|(config, _)| kind.config(&taken_by(generation, config))).collect(),
            actions: steps.iter().map(|(_, action)| *action).collect(),
            import_id: id,
            not_imported: &[],
        };
        let core = Core::start_as(generation, HostOptions::toy()).await;
        core.begin(&Toy::default(), &json!({})).await.ok();
        let last = live(&core, &story).await;
        assert!(core.read(&kind, &last).await.ok().value.is_null(), "what is destroyed is gone");
    }
}

/// The configuration without the write-only argument that an old host would store, and that the provider therefore refuses.
fn taken_by(generation: Generation, config: &Json) -> Json {
    let keeps_its_hands_off = generation.capabilities().is_some_and(|host| host.write_only_attributes_allowed);
    let mut config = config.clone();
    if let Some(arguments) = config.as_object_mut().filter(|_| !keeps_its_hands_off) {
        arguments.remove("password");
    }
    config
}

fn full() -> Json {
    json!({
        "name": "teddy", "label": "Bear", "size": 3, "enabled": false, "ratio": 0.1,
        "tags": {"colour": "brown", "é": "\u{e9}"}, "zones": ["2", "1"], "ports": [80, 443],
        "point": {"x": 1.5, "y": -2}, "pair": ["left", true],
        "anything": {"type": ["object", {"a": ["list", "number"]}], "value": {"a": [1, 2]}},
        "secret": "hush", "password": "never stored", "password_version": 1, "old_name": "ted", "region": "there",
        "endpoint": {"host": "localhost"},
        "rules": [{"action": "allow"}, {"action": "deny", "priority": 7}],
        "members": [{"user": "ann"}, {"user": "bob", "role": "owner"}],
        "mounts": {"data": {"path": "/data"}, "logs": {"path": "/logs", "read_only": true}},
        "timeouts": {"create": "1m", "delete": "90s"},
    })
}

fn with(mut config: Json, changes: Json) -> Json {
    let Json::Object(changes) = changes else { panic!("an object of changes") };
    for (name, value) in changes {
        config[name] = value;
    }
    config
}

#[tokio::test]
async fn an_object_with_the_least_configuration_lives() {
    toy_lives("toy_kinds", &[(json!({"name": "bare"}), Create)]).await;
    toy_lives("toy_blocks", &[(json!({"name": "bare"}), Create)]).await;
    toy_lives("toy_demand", &[(json!({"name": "bare"}), Create)]).await;
}

#[tokio::test]
async fn an_object_with_every_kind_of_attribute_lives() {
    toy_lives(
        "toy_kinds",
        &[
            (full(), Create),
            (with(full(), json!({"label": "BEAR", "zones": ["1", "2"]})), NoOp),
            (with(full(), json!({"size": null, "ratio": 12_345_678_901_i64, "tags": {}, "anything": null})), Update),
            (
                with(full(), json!({"members": [{"user": "bob"}, {"user": "ann"}], "rules": [{"action": "deny"}]})),
                Update,
            ),
            (with(full(), json!({"endpoint": {"host": "localhost", "port": 81}, "region": null})), Update),
            (with(full(), json!({"mounts": {"data": {"path": "/elsewhere"}}})), Replace),
            (with(full(), json!({"name": "rabbit"})), Replace),
            (json!({"name": "rabbit"}), Update),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_object_with_every_nesting_of_block_lives() {
    let full = json!({
        "name": "castle",
        "owner": {"user": "ann"},
        "limits": {"most": 3},
        "steps": [{"run": "dig", "only": [{"text": "wet"}]}, {"run": "build", "retries": 2}],
        "labels": [{"text": "old"}, {"text": "new", "colour": "red"}],
        "doors": {"front": {"open": true}, "back": {"open": false}},
    });
    toy_lives(
        "toy_blocks",
        &[
            (full.clone(), Create),
            (full.clone(), NoOp),
            (with(full.clone(), json!({"steps": [{"run": "build"}], "doors": {"front": {"open": false}}})), Update),
            (with(full.clone(), json!({"labels": [{"text": "new"}], "limits": null})), Update),
            (with(full.clone(), json!({"owner": {"user": "bob"}})), Replace),
            (with(full, json!({"owner": null})), Update),
            (json!({"name": "castle"}), Update),
        ],
    )
    .await;
}

#[tokio::test]
async fn private_data_goes_from_write_to_write() {
    let kind = Kind::toy("toy_demand");
    let core = Core::toy().await;
    let first = core.create(&kind, &json!({"name": "a"})).await.ok();
    assert_eq!(first.value.entry("writes"), Some(&Value::from(1)));
    let read = core.read(&kind, &first).await.ok();
    assert_eq!(read.private, first.private, "a refresh hands back what is remembered");
    let config = kind.config(&json!({"name": "a", "note": "more"}));
    let plan = core.plan(&kind, &read, &config).await.ok();
    let second = core.apply(&kind, &read.value, &plan, &config).await.ok();
    assert_eq!(second.value.entry("writes"), Some(&Value::from(2)));
}

#[tokio::test]
async fn an_unknown_number_of_blocks_is_planned_as_unknown() {
    let kind = Kind::toy("toy_blocks");
    let core = Core::toy().await;
    let Value::Map(mut entries) = kind.config(&json!({"name": "a"})) else { panic!("an object") };
    for name in ["steps", "labels", "doors"] {
        entries.insert(name.to_owned(), Value::Unknown);
    }
    let config = Value::Map(entries);
    core.validate(&kind, &config).await.ok();
    let plan = core.plan(&kind, &Object::none(), &config).await.ok();
    assert!(plan.planned.entry("steps").is_some_and(Value::is_unknown));
}
