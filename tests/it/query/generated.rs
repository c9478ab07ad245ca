//! Configuration generated from a state: valid, and nothing to do for the object that the state is of.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::json;

use crate::core::{Core, Kind, Object};

/// A configuration that the provider takes, and that plans nothing.
pub async fn assert_fits(core: &Core, kind: &Kind, object: &Object, config: &Value) {
    core.next_run().await;
    core.validate(kind, config).await.ok();
    let plan = core.plan(kind, object, config).await.ok();
    assert_eq!(plan.planned, object.value, "planned for {config:?}");
    assert!(plan.replace.is_empty(), "{:?}", plan.replace);
}

#[tokio::test]
async fn of_attributes_and_blocks_of_every_kind_it_plans_nothing() {
    let core = Core::toy().await;
    let kinds = json!({
        "name": "all", "label": "L", "ratio": 0.1, "tags": {"a": "b"}, "zones": ["1", "2"], "ports": [80],
        "point": {"x": 1, "y": 2}, "pair": ["a", true], "secret": "s", "endpoint": {"host": "h"},
        "rules": [{"action": "allow"}], "members": [{"user": "u"}, {"user": "v", "role": "w"}], "mounts": {"m": {"path": "/"}},
    });
    let blocks = json!({
        "name": "all", "owner": {"user": "u"}, "limits": {"most": 1}, "steps": [{"run": "r"}, {"run": "s", "retries": 2}],
        "labels": [{"text": "t"}], "doors": {"front": {"open": true}},
    });
    for (name, config) in [("toy_kinds", kinds), ("toy_blocks", blocks)] {
        let kind = Kind::toy(name);
        let object = core.create(&kind, &config).await.ok();
        let generated = core.generate(&kind, &object.value).await.ok();
        assert!(generated.entry("id").is_some_and(Value::is_null), "{generated:?}");
        assert_fits(&core, &kind, &object, &generated).await;
    }
}

#[tokio::test]
async fn of_nothing_none_can_be_generated() {
    let core = Core::toy().await;
    let kind = Kind::toy("toy_demand");
    let said = core.generate(&kind, &Value::Null).await;
    assert_eq!(said.answer, Value::Null);
    assert!(said.errors()[0].starts_with("There is no state to generate a configuration of toy_demand from: "));
}

#[tokio::test]
async fn the_host_hears_that_configuration_can_be_generated() {
    let core = Core::toy().await;
    let schema = core.rpc.clone().get_provider_schema(wire::get_provider_schema::Request::default()).await.unwrap();
    assert!(schema.into_inner().server_capabilities.unwrap().generate_resource_config);
}
