//! A configuration that says what a state holds, and no more: for `-generate-config-out` of imports and queries (Terraform 1.14).
//!
//! Core would write down all that configuration may set. What is left out here is what the provider decides by itself: applied to the object
//! that the state is of, the result plans nothing, because a value that is not configured keeps the one that is there or falls back to the default,
//! which it has.

use std::collections::BTreeMap;

use super::form::each_object;
use super::timeouts;
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting};
use crate::terraform::value::Value;

/// The configuration of that state: required arguments, and optional ones whose value is not what it would be without them.
pub(super) fn configuration(block: &Block, state: &Value) -> Value {
    let Value::Map(entries) = state else { return Value::Null };
    let value = |name: &str| entries.get(name).cloned().unwrap_or_default();
    let attributes = attributes(&block.attributes, entries);
    let blocks = block.blocks.iter().map(|nested| (nested.name.clone(), occurrences(nested, value(&nested.name))));
    Value::map(attributes.into_iter().chain(blocks))
}

fn attributes(declared: &[Attribute], entries: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let value = |name: &str| entries.get(name).cloned().unwrap_or_default();
    declared.iter().map(|attribute| (attribute.name.clone(), argument(attribute, value(&attribute.name)))).collect()
}

fn argument(attribute: &Attribute, value: Value) -> Value {
    let is_decided_by_the_provider = match attribute.mode {
        Mode::Required => false,
        Mode::Optional => attribute.deprecated.is_some(),
        Mode::Computed => true,
        // Without a default, what is there stays while configuration does not say otherwise.
        Mode::OptionalComputed => attribute.default.as_ref().is_none_or(|default| is_same(attribute, default, &value)),
    };
    if is_decided_by_the_provider || attribute.write_only || value.is_unknown() {
        return Value::Null;
    }
    match &attribute.kind {
        Kind::Plain(_) => value,
        Kind::Nested(nesting, inner) => each_object(*nesting == Nesting::Single, value, &|object| match object {
            Value::Map(entries) => Value::Map(attributes(inner, &entries)),
            other => other,
        }),
    }
}

fn is_same(attribute: &Attribute, default: &Value, value: &Value) -> bool {
    value == default || attribute.equivalence.is_some_and(|same| !value.is_null() && (same.0)(default, value))
}

/// Timeouts are no property of the object.
fn occurrences(nested: &NestedBlock, value: Value) -> Value {
    if value.is_null() || value.is_unknown() || nested.name == timeouts::BLOCK {
        return nested.absent();
    }
    let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
    each_object(single, value, &|object| configuration(&nested.block, &object))
}

#[cfg(test)]
mod tests;
