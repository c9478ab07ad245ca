//! Values as configuration writes them, and as they are on the wire.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::schema::{Block, BlockNesting};
use acrnet::terraform::value::{Path, Step, Type, Value, json, msgpack};
use serde_json::Value as Json;

/// A value of a block as configuration has it. A dynamic value is written `{"type": …, "value": …}`.
#[track_caller]
pub fn written(block: &Block, json: &Json) -> Value {
    with_empty_blocks(block, json::decode(json, &block.ty()).expect("JSON of that type"))
}

fn with_empty_blocks(block: &Block, value: Value) -> Value {
    let Value::Map(mut entries) = value else { return value };
    for nested in &block.blocks {
        let inner = |value| with_empty_blocks(&nested.block, value);
        let value = match entries.remove(&nested.name).unwrap_or_default() {
            absent if absent.is_null() => nested.absent(),
            object @ Value::Map(_) if nested.nesting != BlockNesting::Map => inner(object),
            Value::Map(entries) => Value::map(entries.into_iter().map(|(key, item)| (key, inner(item)))),
            Value::List(items) => Value::List(items.into_iter().map(inner).collect()),
            Value::Set(items) => Value::set(items.into_iter().map(inner).collect()),
            other => other,
        };
        entries.insert(nested.name.clone(), value);
    }
    Value::Map(entries)
}

/// A value on the wire.
#[track_caller]
pub fn packed(value: &Value, ty: &Type) -> wire::DynamicValue {
    let msgpack = msgpack::encode(value, ty).expect("a value of that type");
    wire::DynamicValue { msgpack, json: Vec::new() }
}

/// A value from the wire.
#[track_caller]
pub fn unpacked(value: Option<wire::DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.unwrap_or_default().msgpack, ty).expect("a value of that type")
}

/// Stored state, as core hands it over for an upgrade.
pub fn raw(json: &Json) -> wire::RawState {
    wire::RawState { json: json.to_string().into_bytes(), ..wire::RawState::default() }
}

pub fn read_path(path: &wire::AttributePath) -> Path {
    use wire::attribute_path::step::Selector;
    let steps = path.steps.iter().map(|step| match step.selector.clone().expect("a step leads somewhere") {
        Selector::AttributeName(name) => Step::Attribute(name),
        Selector::ElementKeyString(key) => Step::Key(key),
        Selector::ElementKeyInt(index) => Step::Index(index),
    });
    Path::from(steps.collect::<Vec<_>>())
}
