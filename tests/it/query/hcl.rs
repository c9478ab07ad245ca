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
    let attributes = attributes
        .into_iter()
        .inspect(|one| assert!(matches!(one.kind, AttributeKind::Plain(_)), "no type here has others"))
        .map(|one| format!("{indent}{} = {}\n", one.name, expression(&entries[&one.name])));
    let blocks = block
        .blocks
        .iter()
        .inspect(|one| assert_eq!(one.nesting, BlockNesting::Single, "no type here has others"))
        .filter(|one| !entries[&one.name].is_null())
        .map(|one| {
            let inner = body(&one.block, &entries[&one.name], depth + 1);
            format!("{indent}{} {{\n{inner}{indent}}}\n", one.name)
        });
    attributes.chain(blocks).collect()
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
