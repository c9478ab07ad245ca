//! Which prior element of a set belongs to which configured one.

use super::proposed::Members;
use super::view::child;
use crate::terraform::schema::{Attribute, BlockNesting, Kind, NestedBlock, Nesting};
use crate::terraform::value::{Type, Value};

/// Whether a prior element of a set could have come from this configured element: they are equal except
/// for computed attributes that configuration leaves null.
///
/// The prior value leads: what it lacks is not missed (a null block, a shorter list), and a set inside
/// must be equal as a whole, even a computed one. Source: `validPriorFromConfig` in Terraform's
/// `objchange`.
pub(super) fn could_stem_from(members: Members<'_>, prior: &Value, config: &Value) -> bool {
    prior == config || object(members, prior, config)
}

fn object(members: Members<'_>, prior: &Value, config: &Value) -> bool {
    if !matches!(prior, Value::Map(_)) {
        return true;
    }
    if config.is_null() {
        return false;
    }
    let (attributes, blocks): (&[Attribute], &[NestedBlock]) = match members {
        Members::Block(block) => (&block.attributes, &block.blocks),
        Members::Attributes(attributes) => (attributes, &[]),
    };
    attributes.iter().all(|inner| attribute(inner, child(prior, &inner.name), child(config, &inner.name)))
        && blocks.iter().all(|inner| block(inner, child(prior, &inner.name), child(config, &inner.name)))
}

fn attribute(attribute: &Attribute, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    match &attribute.kind {
        Kind::Plain(Type::Set(_)) | Kind::Nested(Nesting::Set, _) => false,
        Kind::Plain(_) => attribute.mode.is_computed() && config.is_null(),
        Kind::Nested(Nesting::Single, attributes) => object(Members::Attributes(attributes), prior, config),
        Kind::Nested(Nesting::List | Nesting::Map, attributes) => {
            elements(Members::Attributes(attributes), prior, config)
        }
    }
}

fn block(nested: &NestedBlock, prior: &Value, config: &Value) -> bool {
    let members = Members::Block(&nested.block);
    match nested.nesting {
        _ if prior == config => true,
        BlockNesting::Set => false,
        BlockNesting::Single | BlockNesting::Group => object(members, prior, config),
        BlockNesting::List | BlockNesting::Map => elements(members, prior, config),
    }
}

/// Every prior element needs a configured one at its place.
fn elements(members: Members<'_>, prior: &Value, config: &Value) -> bool {
    let stems = |prior: &Value, config: Option<&Value>| config.is_some_and(|c| could_stem_from(members, prior, c));
    match prior {
        Value::List(items) => items.iter().enumerate().all(|(index, item)| match config {
            Value::Unknown => stems(item, Some(config)),
            _ => stems(item, config.elements().and_then(|configured| configured.get(index))),
        }),
        Value::Map(entries) => entries.iter().all(|(key, item)| match config {
            Value::Unknown => stems(item, Some(config)),
            _ => stems(item, config.entry(key)),
        }),
        _ => true,
    }
}
