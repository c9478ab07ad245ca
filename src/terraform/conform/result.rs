//! What core demands of any object that a provider hands over, planned or real.

use super::Breach;
use super::dynamic::open;
use super::view::{child, indexed, keyed, quote};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Nesting};
use crate::terraform::value::{Path, Type, Value};

/// Checks that nothing is unknown, as in every state: one breach for each place that is. The type tells
/// attributes from keys in the paths.
#[must_use]
pub fn assert_wholly_known_result(value: &Value, ty: &Type) -> Vec<Breach> {
    let mut found = Vec::new();
    known(value, ty, &Path::root(), &mut found);
    found
}

fn known(value: &Value, ty: &Type, path: &Path, found: &mut Vec<Breach>) {
    match (value, ty) {
        (Value::Unknown, _) => found.push(Breach::new(path, "the provider still indicated an unknown value")),
        (Value::Dynamic(inner), _) => known(&inner.1, &inner.0, path, found),
        (Value::Set(items), _) if !items.iter().all(Value::is_wholly_known) => {
            found.push(Breach::new(path, "the provider still indicated an unknown value in this set"));
        }
        (Value::List(items), Type::List(element)) => {
            items.iter().enumerate().for_each(|(index, item)| known(item, element, &indexed(path, index), found));
        }
        (Value::List(items), Type::Tuple(types)) => {
            let pairs = items.iter().zip(types).enumerate();
            pairs.for_each(|(index, (item, ty))| known(item, ty, &indexed(path, index), found));
        }
        (Value::Map(entries), Type::Map(element)) => {
            for (key, item) in entries {
                known(item, element, &keyed(path, key), found);
            }
        }
        (Value::Map(_), Type::Object(attributes)) => {
            for (name, ty) in attributes {
                known(child(value, name), ty, &path.then_attribute(name), found);
            }
        }
        _ => {}
    }
}

/// Checks that every write-only attribute is null, at any depth: the rule for plans and for states.
#[must_use]
pub fn assert_write_only_null(block: &Block, value: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    write_only_in_block(block, value, &Path::root(), &mut found);
    found
}

fn write_only_in_block(block: &Block, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    write_only_in(&block.attributes, value, path, found);
    for nested in &block.blocks {
        let path = path.then_attribute(&nested.name);
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        each(single, child(value, &nested.name), &nested.block.ty(), &path, &mut |item, path| {
            write_only_in_block(&nested.block, item, path, found);
        });
    }
}

fn write_only_in(attributes: &[Attribute], object: &Value, path: &Path, found: &mut Vec<Breach>) {
    if !matches!(object, Value::Map(_)) {
        return;
    }
    for attribute in attributes {
        let (value, path) = (child(object, &attribute.name), path.then_attribute(&attribute.name));
        if attribute.write_only && !value.is_null() {
            found.push(Breach::new(&path, "value for write-only attribute is not null"));
        }
        if let Kind::Nested(nesting, inner) = &attribute.kind {
            let element = Type::object(inner.iter().map(|inner| (inner.name.clone(), inner.ty())));
            each(*nesting == Nesting::Single, value, &element, &path, &mut |item, path| {
                write_only_in(inner, item, path, found);
            });
        }
    }
}

fn each(single: bool, value: &Value, element: &Type, path: &Path, visit: &mut dyn FnMut(&Value, &Path)) {
    if single {
        return visit(value, path);
    }
    match &*open(value, element) {
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| visit(item, &indexed(path, index)));
        }
        Value::Set(items) => items.iter().for_each(|item| visit(item, path)),
        Value::Map(entries) => entries.iter().for_each(|(key, item)| visit(item, &keyed(path, key))),
        _ => {}
    }
}

/// Checks that a value is of a type, strictly: objects have exactly the attributes of the type.
///
/// Core's decoder refuses an answer that breaks this, whatever else it says.
#[must_use]
pub fn assert_conforms_to_type(value: &Value, ty: &Type) -> Vec<Breach> {
    let mut found = Vec::new();
    typed(value, ty, &Path::root(), &mut found);
    found
}

fn typed(value: &Value, ty: &Type, path: &Path, found: &mut Vec<Breach>) {
    match (ty, value) {
        (_, Value::Null | Value::Unknown)
        | (Type::Bool, Value::Bool(_))
        | (Type::Number, Value::Number(_))
        | (Type::String, Value::String(_)) => {}
        (Type::List(element), Value::List(items)) => {
            items.iter().enumerate().for_each(|(index, item)| typed(item, element, &indexed(path, index), found));
        }
        (Type::Set(element), Value::Set(items)) => items.iter().for_each(|item| typed(item, element, path, found)),
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
            let pairs = items.iter().zip(types).enumerate();
            pairs.for_each(|(index, (item, ty))| typed(item, ty, &indexed(path, index), found));
        }
        (Type::Tuple(types), Value::List(_)) => {
            found.push(Breach::new(path, format!("a tuple of length {} is required", types.len())));
        }
        (Type::Map(element), Value::Map(entries)) => {
            for (key, item) in entries {
                typed(item, element, &keyed(path, key), found);
            }
        }
        (Type::Object(attributes), Value::Map(entries)) => {
            for stray in entries.keys().filter(|name| !attributes.contains_key(*name)) {
                found.push(Breach::new(path, format!("unsupported attribute {stray:?}")));
            }
            for (name, ty) in attributes {
                match entries.get(name) {
                    Some(item) => typed(item, ty, &path.then_attribute(name), found),
                    None => found.push(Breach::new(path, format!("attribute {name:?} is required"))),
                }
            }
        }
        (Type::Dynamic, Value::Dynamic(inner)) => typed(&inner.1, &inner.0, path, found),
        _ => found.push(Breach::new(path, format!("{} is required, not {}", name_of(ty), quote(value)))),
    }
}

fn name_of(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::Number => "number",
        Type::String => "string",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Object(_) => "an object",
        Type::Tuple(_) => "a tuple",
    }
}
