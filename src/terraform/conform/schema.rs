//! Which schemas core accepts. A single breach in one type stops every command.

use std::collections::BTreeSet;

use super::result::assert_conforms_to_type;
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting, Schema};

/// Meta-arguments of resources and data sources: core keeps what is written there for itself.
const RESERVED: [&str; 8] =
    ["count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "locals"];

/// Meta-arguments of provider blocks.
const RESERVED_IN_PROVIDER: [&str; 8] =
    ["alias", "version", "source", "count", "for_each", "depends_on", "lifecycle", "locals"];

/// What is wrong with the schema of a resource or data source, one text for each fault, which begins
/// with the path of the attribute or block.
///
/// Beyond core's `InternalValidate` it knows what the Go framework demands (names that HCL can write and
/// that are not taken, a default only where core lets a provider fill in) and what our own declaration
/// adds (`kept` only where there is something to keep).
#[must_use]
pub fn assert_schema_valid(schema: &Schema) -> Vec<String> {
    check(schema, &RESERVED)
}

/// The same for the schema of the provider block, which has other reserved names.
#[must_use]
pub fn assert_provider_schema_valid(schema: &Schema) -> Vec<String> {
    check(schema, &RESERVED_IN_PROVIDER)
}

/// The same for the schema of an action, whose arguments stand in a block `config` of their own: no name is taken there. Nothing in it is computed,
/// since nothing comes back.
#[must_use]
pub fn assert_action_schema_valid(schema: &Schema) -> Vec<String> {
    let mut found = check(schema, &[]);
    computed_in_block(&schema.block, "", &mut found);
    found
}

fn computed_in_block(block: &Block, prefix: &str, found: &mut Vec<String>) {
    computed(&block.attributes, prefix, found);
    for nested in &block.blocks {
        computed_in_block(&nested.block, &format!("{prefix}{}.", nested.name), found);
    }
}

fn computed(attributes: &[Attribute], prefix: &str, found: &mut Vec<String>) {
    for inner in attributes {
        let path = format!("{prefix}{}", inner.name);
        if inner.mode.is_computed() {
            found.push(format!("{path}: an action has no computed attributes"));
        }
        if let Kind::Nested(_, nested) = &inner.kind {
            computed(nested, &format!("{path}."), found);
        }
    }
}

fn check(schema: &Schema, reserved: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version < 0 {
        found.push(format!("the version of the schema is {}, but must not be negative", schema.version));
    }
    let attributes = schema.block.attributes.iter().map(|attribute| &attribute.name);
    let names = attributes.chain(schema.block.blocks.iter().map(|nested| &nested.name));
    for name in names.filter(|name| reserved.contains(&name.as_str())) {
        found.push(format!("{name}: the name is reserved for a meta-argument"));
    }
    block(&schema.block, "", &mut found);
    found
}

fn block(block: &Block, prefix: &str, found: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    attributes(&block.attributes, prefix, &mut names, found);
    for nested in &block.blocks {
        let path = format!("{prefix}{}", nested.name);
        if !names.insert(&nested.name) {
            found.push(format!("{path}: the name is defined more than once"));
        }
        name(&nested.name, &path, found);
        item_limits(nested, &path, found);
        if nested.nesting == BlockNesting::Set {
            set_element(nested.block.ty().has_dynamic(), block_has_write_only(&nested.block), &path, found);
        }
        self::block(&nested.block, &format!("{path}."), found);
    }
}

fn attributes<'s>(
    attributes: &'s [Attribute],
    prefix: &str,
    names: &mut BTreeSet<&'s String>,
    found: &mut Vec<String>,
) {
    for inner in attributes {
        let path = format!("{prefix}{}", inner.name);
        if !names.insert(&inner.name) {
            found.push(format!("{path}: the name is defined more than once"));
        }
        name(&inner.name, &path, found);
        attribute(inner, &path, found);
    }
}

fn attribute(attribute: &Attribute, path: &str, found: &mut Vec<String>) {
    if attribute.write_only && attribute.mode.is_computed() {
        found.push(format!("{path}: a write-only attribute must be required or optional, and not computed"));
    }
    if attribute.kept && !attribute.mode.is_computed() {
        found.push(format!("{path}: only a computed attribute can keep its prior value"));
    }
    if let Some(default) = &attribute.default {
        if attribute.mode != Mode::OptionalComputed {
            found.push(format!("{path}: an attribute with a default must be optional and computed"));
        }
        let misfits = assert_conforms_to_type(default, &attribute.ty());
        found.extend(misfits.iter().map(|misfit| format!("{path}: the default does not fit: {misfit}")));
        if !default.is_wholly_known() || default.is_null() {
            found.push(format!("{path}: the default must be a known value"));
        }
    }
    if let Kind::Nested(nesting, inner) = &attribute.kind {
        if *nesting == Nesting::Set {
            let dynamic = inner.iter().any(|inner| inner.ty().has_dynamic());
            set_element(dynamic, inner.iter().any(has_write_only), path, found);
        }
        attributes(inner, &format!("{path}."), &mut BTreeSet::new(), found);
    }
}

/// HCL's identifiers, and of those the ones that core and the Go framework accept.
pub(super) fn name(name: &str, path: &str, found: &mut Vec<String>) {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || !name.bytes().all(allowed) {
        found.push(format!("{path}: a name may contain only lowercase letters, digits and underscores"));
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        found.push(format!("{path}: a name must not begin with a digit"));
    }
}

fn item_limits(nested: &NestedBlock, path: &str, found: &mut Vec<String>) {
    let (min, max) = (nested.min_items, nested.max_items);
    match nested.nesting {
        BlockNesting::Single if min != max || min > 1 => {
            found.push(format!("{path}: fewest and most items of a single block must both be 0 or both be 1"));
        }
        BlockNesting::Group | BlockNesting::Map if (min, max) != (0, 0) => {
            found.push(format!("{path}: a group or map of blocks has no limits of items"));
        }
        BlockNesting::List | BlockNesting::Set if min > max && max != 0 => {
            found.push(format!("{path}: fewest items must not be more than most items"));
        }
        _ => {}
    }
}

/// Sets compare whole elements: their type must be certain, and nothing in them may be hidden.
fn set_element(dynamic: bool, write_only: bool, path: &str, found: &mut Vec<String>) {
    if dynamic {
        found.push(format!("{path}: a set must not contain dynamic attributes"));
    }
    if write_only {
        found.push(format!("{path}: a set must not contain write-only attributes"));
    }
}

fn has_write_only(attribute: &Attribute) -> bool {
    let inside = match &attribute.kind {
        Kind::Nested(_, inner) => inner.iter().any(has_write_only),
        Kind::Plain(_) => false,
    };
    attribute.write_only || inside
}

fn block_has_write_only(block: &Block) -> bool {
    block.attributes.iter().any(has_write_only) || block.blocks.iter().any(|nested| block_has_write_only(&nested.block))
}
