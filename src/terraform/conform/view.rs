//! How core looks into values: what a child of null or of unknown is, what may be quoted, and how.

use std::fmt::Write;

use crate::terraform::schema::{Attribute, Block, Kind};
use crate::terraform::value::{Path, Step, Value};

static NULL: Value = Value::Null;
static UNKNOWN: Value = Value::Unknown;

/// The attribute or block of that name. A child of null is null, a child of unknown is unknown.
pub(super) fn child<'v>(parent: &'v Value, name: &str) -> &'v Value {
    match parent {
        Value::Map(entries) => entries.get(name).unwrap_or(&NULL),
        Value::Unknown => &UNKNOWN,
        Value::Dynamic(inner) => child(&inner.1, name),
        _ => &NULL,
    }
}

/// The element at that place of a list; null where there is none.
pub(super) fn nth(list: &Value, index: usize) -> &Value {
    match list {
        Value::Unknown => &UNKNOWN,
        _ => list.elements().and_then(|items| items.get(index)).unwrap_or(&NULL),
    }
}

/// The path one step further, to the element at that place.
pub(super) fn indexed(path: &Path, index: usize) -> Path {
    path.then(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
}

/// The path one step further, to the element of that key.
pub(super) fn keyed(path: &Path, key: &str) -> Path {
    path.then(Step::Key(key.to_owned()))
}

/// Whether values of this attribute must not be quoted: it, or something inside it, is sensitive or
/// write-only. Core decides by the outer flag and by marks that configuration put on the value; we see
/// no marks, so that anything sensitive inside conceals the whole.
pub(super) fn conceals(attribute: &Attribute) -> bool {
    let inside = match &attribute.kind {
        Kind::Plain(_) => false,
        Kind::Nested(_, attributes) => attributes.iter().any(conceals),
    };
    attribute.sensitive || attribute.write_only || inside
}

/// Whether values of this block must not be quoted.
pub(super) fn block_conceals(block: &Block) -> bool {
    block.attributes.iter().any(conceals) || block.blocks.iter().any(|nested| block_conceals(&nested.block))
}

/// A value for an error text: JSON-like, on one line.
pub(super) fn quote(value: &Value) -> String {
    let mut text = String::new();
    write_quoted(&mut text, value);
    text
}

/// The same, or a placeholder where it is not to be seen.
pub(super) fn quote_unless(concealed: bool, value: &Value) -> String {
    if concealed { "(sensitive value)".to_owned() } else { quote(value) }
}

fn write_quoted(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Unknown => text.push_str("(unknown)"),
        Value::Bool(truth) => write!(text, "{truth}").expect("invariant: writing to a string cannot fail"),
        Value::Number(number) => write!(text, "{number}").expect("invariant: writing to a string cannot fail"),
        Value::String(string) => write!(text, "{string:?}").expect("invariant: writing to a string cannot fail"),
        Value::List(items) | Value::Set(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_quoted(text, item);
            }
            text.push(']');
        }
        Value::Map(entries) => {
            text.push('{');
            for (index, (name, item)) in entries.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write!(text, "{name:?}: ").expect("invariant: writing to a string cannot fail");
                write_quoted(text, item);
            }
            text.push('}');
        }
        Value::Dynamic(inner) => write_quoted(text, &inner.1),
    }
}
