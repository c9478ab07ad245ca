//! The blocks that core writes for what it has found, `-generate-config-out`: as its own generator does, attributes in the order of the alphabet,
//! what is null as `null`, blocks that are not there left out.

use acrnet::terraform::schema::{Block, BlockNesting, Kind as AttributeKind};
use acrnet::terraform::value::Value;

/// A `resource` block with that configuration.
pub fn resource(block: &Block, address: (&str, &str), config: &Value) -> String {
    format!("resource \"{}\" \"{}\" {{\n{}}}\n", address.0, address.1, body(block, config, 1))
}

/// An `import` block by id.
pub fn import(address: (&str, &str), id: &str) -> String {
    format!("import {{\n  to = {}.{}\n  id = {}\n}}\n", address.0, address.1, text(id))
}

fn body(block: &Block, config: &Value, depth: usize) -> String {
    let entries = config.entries().expect("an object");
    let indent = "  ".repeat(depth);
    let mut attributes: Vec<_> = block.attributes.iter().filter(|one| one.mode.is_configurable()).collect();
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    let mut written = String::new();
    for attribute in attributes {
        assert!(matches!(attribute.kind, AttributeKind::Plain(_)), "no type here has others");
        written += &format!("{indent}{} = {}\n", attribute.name, expression(&entries[&attribute.name]));
    }
    for nested in &block.blocks {
        assert_eq!(nested.nesting, BlockNesting::Single, "no type here has others");
        let inner = &entries[&nested.name];
        if !inner.is_null() {
            written += &format!("{indent}{} {{\n{}{indent}}}\n", nested.name, body(&nested.block, inner, depth + 1));
        }
    }
    written
}

fn expression(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(plain) => text(plain),
        Value::List(items) | Value::Set(items) => {
            format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", "))
        }
        other => panic!("no attribute here is {other:?}"),
    }
}

fn text(plain: &str) -> String {
    format!("{plain:?}").replace("${", "$${").replace("%{", "%%{")
}
