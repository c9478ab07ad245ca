//! The plan algorithm that all types share, in the order of Terraform's own framework:
//!
//! 1. defaults for what configuration leaves out
//! 2. write-only arguments become null
//! 3. a value that means the same as the prior one keeps the prior spelling
//! 4. if anything differs from prior: what the provider decides becomes unknown
//! 5. attributes computed once keep their prior value
//! 6. attributes whose change needs a new object
//!
//! The resource's own `plan` comes after that, in [`erased`](super::erased).

use std::collections::BTreeMap;

use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Nesting};
use crate::terraform::value::{Path, Step, Value};

/// A plan as far as the schema decides it.
#[derive(Debug)]
pub(super) struct Outline {
    /// The planned value.
    pub planned: Value,
    /// Attributes whose change needs a new object.
    pub replace: Vec<Path>,
}

/// Plans a create (`prior` null) or update. `proposed` is Terraform's merge of configuration and prior.
pub(super) fn outline(block: &Block, prior: &Value, config: &Value, proposed: Value) -> Outline {
    let mut planned = settle(block, prior, config, proposed);
    if planned == *prior {
        return Outline { planned, replace: Vec::new() };
    }
    planned = mark(block, prior, config, planned);
    let mut replace = Vec::new();
    if !prior.is_null() {
        collect_replaced(block, prior, &planned, &Path::root(), &mut replace);
    }
    Outline { planned, replace }
}

/// Steps 1 to 3.
fn settle(block: &Block, prior: &Value, config: &Value, planned: Value) -> Value {
    each_level(block, prior, config, planned, &|attribute, prior, config, planned| {
        if attribute.write_only {
            return Value::Null;
        }
        if config.is_null() {
            if let Some(default) = &attribute.default {
                return respell(attribute, prior, default.clone());
            }
            return planned;
        }
        respell(attribute, prior, planned)
    })
}

fn respell(attribute: &Attribute, prior: &Value, planned: Value) -> Value {
    match attribute.equivalence {
        Some(same) if !prior.is_null() && planned.is_wholly_known() && same.0(prior, &planned) => prior.clone(),
        _ => planned,
    }
}

/// Steps 4 and 5.
fn mark(block: &Block, prior: &Value, config: &Value, planned: Value) -> Value {
    each_level(block, prior, config, planned, &|attribute, prior, config, planned| {
        let decided_by_provider = attribute.mode.is_computed() && config.is_null() && attribute.default.is_none();
        match () {
            () if !decided_by_provider || attribute.write_only => planned,
            () if attribute.kept && !prior.is_null() => prior.clone(),
            () => Value::Unknown,
        }
    })
}

type Rule<'r> = &'r dyn Fn(&Attribute, &Value, &Value, Value) -> Value;

/// Applies a rule to every attribute of every level, with the prior and configured value that belong to it.
fn each_level(block: &Block, prior: &Value, config: &Value, planned: Value, rule: Rule<'_>) -> Value {
    let Value::Map(mut entries) = planned else { return planned };
    each_attribute(&block.attributes, prior, config, &mut entries, rule);
    for nested in &block.blocks {
        let Some(value) = entries.remove(&nested.name) else { continue };
        let (prior, config) = (child(prior, &nested.name), child(config, &nested.name));
        let inner = |prior: &Value, config: &Value, value: Value| each_level(&nested.block, prior, config, value, rule);
        let value = match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => inner(prior, config, value),
            BlockNesting::List | BlockNesting::Set | BlockNesting::Map => each_element(prior, config, value, &inner),
        };
        entries.insert(nested.name.clone(), value);
    }
    Value::Map(entries)
}

fn each_attribute(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    entries: &mut BTreeMap<String, Value>,
    rule: Rule<'_>,
) {
    for attribute in attributes {
        let planned = entries.remove(&attribute.name).unwrap_or_default();
        let (prior, config) = (child(prior, &attribute.name), child(config, &attribute.name));
        let planned = rule(attribute, prior, config, planned);
        let planned = match &attribute.kind {
            Kind::Nested(nesting, inner) if !config.is_null() => {
                each_nested(*nesting, inner, prior, config, planned, rule)
            }
            Kind::Nested(..) | Kind::Plain(_) => planned,
        };
        entries.insert(attribute.name.clone(), planned);
    }
}

fn each_nested(
    nesting: Nesting,
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: Value,
    rule: Rule<'_>,
) -> Value {
    let inner = |prior: &Value, config: &Value, value: Value| match value {
        Value::Map(mut entries) => {
            each_attribute(attributes, prior, config, &mut entries, rule);
            Value::Map(entries)
        }
        other => other,
    };
    match nesting {
        Nesting::Single => inner(prior, config, planned),
        Nesting::List | Nesting::Set | Nesting::Map => each_element(prior, config, planned, &inner),
    }
}

/// Elements find their counterparts by index or key. An element of a set has no counterpart but itself,
/// so that there it stands for its own configuration.
fn each_element(
    prior: &Value,
    config: &Value,
    planned: Value,
    inner: &dyn Fn(&Value, &Value, Value) -> Value,
) -> Value {
    match planned {
        Value::List(items) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| inner(element(prior, index), element(config, index), item))
                .collect(),
        ),
        Value::Set(items) => Value::set(
            items
                .into_iter()
                .map(|item| {
                    let itself = item.clone();
                    inner(&Value::Null, &itself, item)
                })
                .collect(),
        ),
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, item)| {
                    let item = inner(child(prior, &key), child(config, &key), item);
                    (key, item)
                })
                .collect(),
        ),
        other => other,
    }
}

fn child<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.entry(name).unwrap_or(&Value::Null)
}

fn element(value: &Value, index: usize) -> &Value {
    match value {
        Value::List(items) => items.get(index).unwrap_or(&Value::Null),
        _ => &Value::Null,
    }
}

/// Step 6. A change anywhere inside a nested attribute or block that replaces counts as its change.
fn collect_replaced(block: &Block, prior: &Value, planned: &Value, path: &Path, found: &mut Vec<Path>) {
    for attribute in &block.attributes {
        let (before, after) = (child(prior, &attribute.name), child(planned, &attribute.name));
        if before == after {
            continue;
        }
        if attribute.replaces {
            found.push(path.then_attribute(&attribute.name));
        } else if let Kind::Nested(nesting, inner) = &attribute.kind {
            let inner = Block { attributes: inner.clone(), ..Block::default() };
            let path = path.then_attribute(&attribute.name);
            collect_inside(*nesting == Nesting::Single, &inner, before, after, &path, found);
        }
    }
    for nested in &block.blocks {
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        let (before, after) = (child(prior, &nested.name), child(planned, &nested.name));
        collect_inside(single, &nested.block, before, after, &path.then_attribute(&nested.name), found);
    }
}

fn collect_inside(single: bool, block: &Block, prior: &Value, planned: &Value, path: &Path, found: &mut Vec<Path>) {
    match (prior, planned) {
        (Value::Map(_), Value::Map(_)) if single => collect_replaced(block, prior, planned, path, found),
        (Value::List(before), Value::List(after)) => {
            for (index, (before, after)) in (0_i64..).zip(before.iter().zip(after)) {
                collect_replaced(block, before, after, &path.then(Step::Index(index)), found);
            }
        }
        (Value::Map(before), Value::Map(after)) => {
            for (key, after) in after {
                if let Some(before) = before.get(key) {
                    collect_replaced(block, before, after, &path.then(Step::Key(key.clone())), found);
                }
            }
        }
        _ => {}
    }
}
