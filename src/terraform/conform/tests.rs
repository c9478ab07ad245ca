//! Each rule with an answer that keeps it and one that breaks it, and properties over random schemas.

mod action;
mod compatible;
mod deferral;
mod dynamic;
mod identity;
mod plan;
mod plan_blocks;
mod properties;
mod proposed;
mod result;
mod schema;

use super::Breach;
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
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

/// A block with one attribute.
fn holding(attribute: Attribute) -> Block {
    Block::new("").attribute(attribute)
}

/// A block with one nested block, which holds a required `name` and a computed `id`.
fn with_blocks(nesting: BlockNesting) -> Block {
    Block::new("").nested_block(NestedBlock::new("rule", nesting, Block::new("").attribute(name()).attribute(id())))
}

/// A block with one optional nested attribute, which holds a required `name` and a computed `id`.
fn with_nested(nesting: Nesting) -> Block {
    holding(Attribute::nested("rule", nesting, vec![name(), id()], ""))
}

fn name() -> Attribute {
    Attribute::string("name", "").required()
}

fn id() -> Attribute {
    Attribute::string("id", "").computed()
}

/// An element of [`with_blocks`] and [`with_nested`].
fn rule(name: impl Into<Value>, id: impl Into<Value>) -> Value {
    object([("name", name.into()), ("id", id.into())])
}

/// Values of [`with_blocks`] and [`with_nested`].
fn rules(rules: Value) -> Value {
    object([("rule", rules)])
}
