mod action;
mod compatible;
mod plan;
mod properties;
mod proposed;
mod result;
mod schema;

use super::Breach;
use crate::terraform::value::Value;

/// An object of these entries.
fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries)
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn set<const N: usize>(items: [Value; N]) -> Value {
    Value::set(items.into())
}

/// Breaches as core would print them.
fn printed(breaches: &[Breach]) -> Vec<String> {
    breaches.iter().map(ToString::to_string).collect()
}
