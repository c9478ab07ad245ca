//! What core proposes before it asks for a plan: configuration, completed from the prior state.

use super::correlate::could_stem_from;
use super::dynamic::{close, open};
use super::view::{child, nth};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting};
use crate::terraform::value::{Type, Value};

/// The `proposed_new_state` of a plan request.
///
/// Whatever configuration sets is taken from it; a computed attribute that it leaves null keeps its
/// prior value. Prior null (create) counts as an object of nulls and empty blocks. Configuration null
/// (destroy) proposes null. Lists are paired by index, maps by key, sets by the first unused prior
/// element that could have come from the configured one.
///
/// Source: `objchange.ProposedNew` of Terraform 1.3 and later.
#[must_use]
pub fn proposed_new_state(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() { Value::Null } else { propose_block(block, prior, config) }
}

fn propose_block(block: &Block, prior: &Value, config: &Value) -> Value {
    if prior.is_null() {
        return if config.is_null() { Value::Null } else { propose_object(block, &block.empty(), config) };
    }
    propose_object(block, prior, config)
}

fn propose_object(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || config.is_unknown() {
        return prior.clone();
    }
    let attributes = propose_attributes(&block.attributes, prior, config);
    let blocks = block.blocks.iter().map(|nested| {
        let (prior, config) = (child(prior, &nested.name), child(config, &nested.name));
        (nested.name.clone(), propose_nested_block(nested, prior, config))
    });
    Value::map(attributes.chain(blocks))
}

fn propose_nested_block(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    // Only a `dynamic` block with an unknown `for_each` is unknown as a whole.
    if config.is_unknown() {
        return config.clone();
    }
    let members = Members::Block(&nested.block);
    match nested.nesting {
        BlockNesting::Single if config.is_null() => Value::Null,
        BlockNesting::Single | BlockNesting::Group => propose_block(&nested.block, prior, config),
        BlockNesting::List => propose_list(members, prior, config),
        BlockNesting::Map => propose_map(members, prior, config),
        BlockNesting::Set => propose_set(members, prior, config),
    }
}

fn propose_attributes<'a>(
    attributes: &'a [Attribute],
    prior: &'a Value,
    config: &'a Value,
) -> impl Iterator<Item = (String, Value)> + 'a {
    attributes.iter().map(move |attribute| {
        let (prior, config) = (child(prior, &attribute.name), child(config, &attribute.name));
        (attribute.name.clone(), propose_attribute(attribute, prior, config))
    })
}

fn propose_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.mode.is_computed() && config.is_null() {
        return if was_configured(attribute, prior) { config.clone() } else { prior.clone() };
    }
    let Kind::Nested(nesting, attributes) = &attribute.kind else { return config.clone() };
    if config.is_unknown() {
        return config.clone();
    }
    let members = Members::Attributes(attributes);
    match nesting {
        Nesting::Single => members.propose(prior, config),
        Nesting::List => propose_list(members, prior, config),
        Nesting::Map => propose_map(members, prior, config),
        Nesting::Set => propose_set(members, prior, config),
    }
}

/// Whether a prior value must have come from configuration, at least in part: something in it is set
/// that no provider may set. Leaving such an attribute out then means removing it.
fn was_configured(attribute: &Attribute, prior: &Value) -> bool {
    match &attribute.kind {
        Kind::Nested(nesting, attributes) if attribute.mode == Mode::OptionalComputed => {
            objects(*nesting, prior).into_iter().any(|object| has_configured(attributes, object))
        }
        _ => false,
    }
}

fn has_configured(attributes: &[Attribute], object: &Value) -> bool {
    attributes.iter().any(|attribute| {
        let value = child(object, &attribute.name);
        let inside = || match &attribute.kind {
            Kind::Nested(nesting, inner) => {
                objects(*nesting, value).into_iter().any(|item| has_configured(inner, item))
            }
            Kind::Plain(_) => false,
        };
        !value.is_null() && (!attribute.mode.is_computed() || inside())
    })
}

/// The objects that a nested attribute holds.
fn objects(nesting: Nesting, value: &Value) -> Vec<&Value> {
    match (nesting, value) {
        (_, Value::Dynamic(inner)) => objects(nesting, &inner.1),
        (Nesting::Single, object) => vec![object],
        (Nesting::Map, Value::Map(entries)) => entries.values().collect(),
        (_, collection) => collection.elements().unwrap_or_default().iter().collect(),
    }
}

/// What the elements of a collection are made of: a nested block, or attributes of a nested attribute.
#[derive(Clone, Copy)]
pub(super) enum Members<'s> {
    /// Attributes and blocks.
    Block(&'s Block),
    /// Attributes only.
    Attributes(&'s [Attribute]),
}

impl Members<'_> {
    fn propose(self, prior: &Value, config: &Value) -> Value {
        match self {
            Self::Block(block) => propose_block(block, prior, config),
            Self::Attributes(_) if config.is_null() => Value::Null,
            Self::Attributes(attributes) => Value::map(propose_attributes(attributes, prior, config)),
        }
    }

    fn ty(self) -> Type {
        match self {
            Self::Block(block) => block.ty(),
            Self::Attributes(attributes) => {
                Type::object(attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty())))
            }
        }
    }
}

fn propose_list(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    let element = members.ty();
    let (prior, opened) = (open(prior, &element), open(config, &element));
    let Some(items) = opened.elements() else { return config.clone() };
    let paired = prior.elements().map_or(0, <[Value]>::len);
    let proposed = items
        .iter()
        .enumerate()
        .map(|(index, item)| if index < paired { members.propose(nth(&prior, index), item) } else { item.clone() });
    as_configured(config, Value::List(proposed.collect()), &element)
}

fn propose_map(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    let element = members.ty();
    let (prior, opened) = (open(prior, &element), open(config, &element));
    let Some(entries) = opened.entries() else { return config.clone() };
    let proposed = entries.iter().map(|(key, item)| {
        let proposed = prior.entry(key).map_or_else(|| item.clone(), |prior| members.propose(prior, item));
        (key.clone(), proposed)
    });
    as_configured(config, Value::map(proposed), &element)
}

fn propose_set(members: Members<'_>, prior: &Value, config: &Value) -> Value {
    let Some(items) = config.elements() else { return config.clone() };
    let mut unused: Vec<&Value> = prior.elements().unwrap_or_default().iter().collect();
    let proposed = items.iter().map(|item| {
        let matching = unused.iter().position(|prior| could_stem_from(members, prior, item));
        let prior = matching.map_or(&Value::Null, |at| unused.remove(at));
        members.propose(prior, item)
    });
    Value::set(proposed.collect())
}

/// A dynamic collection leaves as one.
fn as_configured(config: &Value, proposed: Value, element: &Type) -> Value {
    if matches!(config, Value::Dynamic(_)) { close(proposed, element) } else { proposed }
}
