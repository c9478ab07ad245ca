//! Collections whose elements hold a dynamic attribute.
//!
//! Terraform's lists and maps are of one element type, so that a block or nested attribute with a
//! dynamic attribute inside travels as a tuple or an object of its own type. To compare such a value
//! with a schema, it is opened into plain elements as the schema describes them, and closed again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::terraform::value::{Type, Value};

/// The collection as the schema describes it, with elements of type `element`. Collections that are
/// not dynamic are returned as they are.
pub(crate) fn open<'v>(value: &'v Value, element: &Type) -> Cow<'v, Value> {
    let Value::Dynamic(inner) = value else { return Cow::Borrowed(value) };
    let (actual, value) = &**inner;
    Cow::Owned(match value {
        Value::List(items) => {
            Value::List(items.iter().enumerate().map(|(at, item)| lift(item, element, nth_type(actual, at))).collect())
        }
        Value::Map(entries) => Value::Map(
            entries.iter().map(|(key, item)| (key.clone(), lift(item, element, key_type(actual, key)))).collect(),
        ),
        other => other.clone(),
    })
}

/// The reverse of [`open`]: a tuple or an object, with the types that the elements turned out to have.
pub(crate) fn close(value: Value, element: &Type) -> Value {
    let (ty, value) = match value {
        Value::List(items) => {
            let (types, items) = items.into_iter().map(|item| lower(item, element)).unzip();
            (Type::Tuple(types), Value::List(items))
        }
        Value::Map(entries) => {
            let (types, entries) = lower_entries(entries, |_| element);
            (Type::Object(types), Value::Map(entries))
        }
        other => return other,
    };
    Value::Dynamic(Box::new((ty, value)))
}

/// Puts the type beside the value wherever the schema says dynamic and the value's own type does not.
fn lift(value: &Value, declared: &Type, actual: &Type) -> Value {
    match (declared, actual, value) {
        (Type::Dynamic, Type::Dynamic, value) => value.clone(),
        (Type::Dynamic, actual, value) => Value::Dynamic(Box::new((actual.clone(), value.clone()))),
        (Type::Object(names), actual, Value::Map(entries)) => Value::Map(
            entries
                .iter()
                .map(|(name, item)| {
                    let declared = names.get(name).unwrap_or(&Type::Dynamic);
                    (name.clone(), lift(item, declared, key_type(actual, name)))
                })
                .collect(),
        ),
        (Type::Map(declared), actual, Value::Map(entries)) => Value::Map(
            entries.iter().map(|(key, item)| (key.clone(), lift(item, declared, key_type(actual, key)))).collect(),
        ),
        (Type::List(declared), actual, Value::List(items)) => {
            Value::List(items.iter().enumerate().map(|(at, item)| lift(item, declared, nth_type(actual, at))).collect())
        }
        (_, _, value) => value.clone(),
    }
}

/// Takes the type from beside the value, and gives the type of the whole.
pub(super) fn lower(value: Value, declared: &Type) -> (Type, Value) {
    if !declared.has_dynamic() {
        return (declared.clone(), value);
    }
    match (declared, value) {
        (Type::Dynamic, Value::Dynamic(inner)) => *inner,
        (Type::Object(names), Value::Map(entries)) => {
            let (types, entries) = lower_entries(entries, |name| names.get(name).unwrap_or(&Type::Dynamic));
            (Type::Object(types), Value::Map(entries))
        }
        (Type::Tuple(declared), Value::List(items)) => {
            let (types, items) = items.into_iter().zip(declared).map(|(item, ty)| lower(item, ty)).unzip();
            (Type::Tuple(types), Value::List(items))
        }
        (Type::Map(element), Value::Map(entries)) => {
            let (types, entries) = lower_entries(entries, |_| element);
            (Type::map(types.into_values().next().unwrap_or(Type::Dynamic)), Value::Map(entries))
        }
        (Type::List(element), Value::List(items)) => {
            let (types, items): (Vec<Type>, Vec<Value>) = items.into_iter().map(|item| lower(item, element)).unzip();
            (Type::list(types.into_iter().next().unwrap_or(Type::Dynamic)), Value::List(items))
        }
        (declared, value) => (declared.clone(), value),
    }
}

fn lower_entries<'t>(
    entries: BTreeMap<String, Value>,
    declared: impl Fn(&str) -> &'t Type,
) -> (BTreeMap<String, Type>, BTreeMap<String, Value>) {
    entries
        .into_iter()
        .map(|(name, item)| {
            let (ty, item) = lower(item, declared(&name));
            ((name.clone(), ty), (name, item))
        })
        .unzip()
}

fn nth_type(collection: &Type, index: usize) -> &Type {
    match collection {
        Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
        Type::List(element) | Type::Set(element) => element,
        _ => &Type::Dynamic,
    }
}

fn key_type<'t>(collection: &'t Type, key: &str) -> &'t Type {
    match collection {
        Type::Object(types) => types.get(key).unwrap_or(&Type::Dynamic),
        Type::Map(element) => element,
        _ => &Type::Dynamic,
    }
}
