//! The form that values have when they leave, whatever a resource made of them.

use std::collections::BTreeMap;

use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Nesting};
use crate::terraform::value::Value;

/// A planned value or a state as Terraform takes it: write-only arguments are null, so that they are
/// never stored, and a collection of blocks that is not there is empty. A model says null for that, and
/// a state from before the block was invented says nothing.
pub(super) fn outgoing(block: &Block, value: Value) -> Value {
    let Value::Map(mut entries) = value else { return value };
    without_write_only(&block.attributes, &mut entries);
    for nested in &block.blocks {
        let value = entries.remove(&nested.name).unwrap_or_default();
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        let value = if value.is_null() {
            nested.absent()
        } else {
            each_object(single, value, &|object| outgoing(&nested.block, object))
        };
        entries.insert(nested.name.clone(), value);
    }
    Value::Map(entries)
}

/// The same for what a failed call has left: what it did not find out becomes null, since a state knows
/// no unknown values.
pub(super) fn left_behind(block: &Block, value: Value) -> Value {
    outgoing(block, known(value))
}

fn known(value: Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(items) => Value::List(items.into_iter().map(known).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(known).collect()),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(name, item)| (name, known(item))).collect()),
        Value::Dynamic(inner) => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, known(value))))
        }
        other => other,
    }
}

fn without_write_only(attributes: &[Attribute], entries: &mut BTreeMap<String, Value>) {
    for attribute in attributes {
        let Some(value) = entries.get_mut(&attribute.name) else { continue };
        if attribute.write_only {
            *value = Value::Null;
        } else if let Kind::Nested(nesting, inner) = &attribute.kind {
            let object = |object| match object {
                Value::Map(mut entries) => {
                    without_write_only(inner, &mut entries);
                    Value::Map(entries)
                }
                other => other,
            };
            *value = each_object(*nesting == Nesting::Single, std::mem::take(value), &object);
        }
    }
}

/// Changes an object, or each of those in a collection.
pub(super) fn each_object(single: bool, value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    match value {
        object @ Value::Map(_) if single => change(object),
        Value::List(items) => Value::List(items.into_iter().map(change).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(change).collect()),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, item)| (key, change(item))).collect()),
        Value::Dynamic(inner) => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, each_object(single, value, change))))
        }
        other => other,
    }
}
