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

use crate::terraform::conform::{close, open};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, NestedBlock, Nesting};
use crate::terraform::value::{Path, Step, Type, Value};

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
        collect_replaced(block, (prior, config, &planned), &Path::root(), &mut replace);
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
        // What is the very same need not be compared by its meaning, which costs more.
        Some(same) if planned != *prior && !prior.is_null() && planned.is_wholly_known() && same.0(prior, &planned) => {
            prior.clone()
        }
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
            BlockNesting::List | BlockNesting::Set | BlockNesting::Map => {
                let written =
                    |item: &Value, config: &Value| agrees(&nested.block.attributes, &nested.block.blocks, item, config);
                opened(&|| nested.block.ty(), prior, config, value, &|prior, config, value| {
                    each_element(prior, config, value, &written, &inner)
                })
            }
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
        Nesting::List | Nesting::Set | Nesting::Map => {
            let written = |item: &Value, config: &Value| agrees(attributes, &[], item, config);
            let element = || Type::object(attributes.iter().map(|inner| (inner.name.clone(), inner.ty())));
            opened(&element, prior, config, planned, &|prior, config, planned| {
                each_element(prior, config, planned, &written, &inner)
            })
        }
    }
}

/// A collection with a dynamic attribute inside travels with a type of its own. It is planned as the
/// schema describes it, and closed again.
fn opened(
    element: &dyn Fn() -> Type,
    prior: &Value,
    config: &Value,
    planned: Value,
    plan: &dyn Fn(&Value, &Value, Value) -> Value,
) -> Value {
    if !matches!(&planned, Value::Dynamic(inner) if matches!(inner.1, Value::List(_) | Value::Map(_))) {
        return plan(prior, config, planned);
    }
    let element = element();
    let (prior, config) = (open(prior, &element), open(config, &element));
    let planned = open(&planned, &element).into_owned();
    close(plan(&prior, &config, planned), &element)
}

/// Elements find their counterparts by index or key. Elements of sets have neither: what was configured
/// for one is the first configured element that it agrees with (`written`), and what it was before is
/// in it already, since Terraform has looked for that.
fn each_element(
    prior: &Value,
    config: &Value,
    planned: Value,
    written: &dyn Fn(&Value, &Value) -> bool,
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
        Value::Set(items) => {
            let mut configured: Vec<&Value> = config.elements().unwrap_or_default().iter().collect();
            let each = |item: Value| {
                let itself = item.clone();
                let counterpart = configured.iter().position(|config| written(&itself, config));
                let config = counterpart.map_or(&itself, |at| configured.remove(at));
                inner(&itself, config, item)
            };
            Value::set(items.into_iter().map(each).collect())
        }
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

/// Whether an element of a set may stand for this configured one: they differ only where configuration
/// leaves something to the provider.
fn agrees(attributes: &[Attribute], blocks: &[NestedBlock], item: &Value, config: &Value) -> bool {
    if item == config {
        return true;
    }
    let (Value::Map(_), Value::Map(_)) = (item, config) else { return false };
    let attribute = |attribute: &Attribute| {
        let (item, config) = (child(item, &attribute.name), child(config, &attribute.name));
        match &attribute.kind {
            _ if item == config || attribute.write_only => true,
            _ if config.is_null() => attribute.mode.is_computed(),
            Kind::Nested(nesting, inner) => {
                each_agrees(*nesting == Nesting::Single, item, config, &|item, config| agrees(inner, &[], item, config))
            }
            Kind::Plain(_) => false,
        }
    };
    let block = |nested: &NestedBlock| {
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        let (item, config) = (child(item, &nested.name), child(config, &nested.name));
        let block = &nested.block;
        item == config
            || each_agrees(single, item, config, &|item, config| agrees(&block.attributes, &block.blocks, item, config))
    };
    attributes.iter().all(attribute) && blocks.iter().all(block)
}

fn each_agrees(single: bool, item: &Value, config: &Value, agrees: &dyn Fn(&Value, &Value) -> bool) -> bool {
    match (item, config) {
        (Value::Map(_), Value::Map(_)) if single => agrees(item, config),
        (Value::List(items), Value::List(configs)) => {
            items.len() == configs.len() && items.iter().zip(configs).all(|(item, config)| agrees(item, config))
        }
        (Value::Map(items), Value::Map(configs)) => {
            items.len() == configs.len()
                && configs.iter().all(|(key, config)| items.get(key).is_some_and(|item| agrees(item, config)))
        }
        (Value::Set(items), Value::Set(configs)) => {
            items.len() == configs.len() && configs.iter().all(|config| items.iter().any(|item| agrees(item, config)))
        }
        _ => false,
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

/// The same place before, in configuration, and in the plan.
type Place<'v> = (&'v Value, &'v Value, &'v Value);

fn inside<'v>((prior, config, planned): Place<'v>, name: &str) -> Place<'v> {
    (child(prior, name), child(config, name), child(planned, name))
}

/// Step 6. A change anywhere inside a nested attribute or block that replaces counts as its change.
/// What configuration leaves to the provider asks for nothing: nobody changed it.
fn collect_replaced(block: &Block, place: Place<'_>, path: &Path, found: &mut Vec<Path>) {
    replaced_attributes(&block.attributes, place, path, found);
    for nested in &block.blocks {
        let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
        let path = path.then_attribute(&nested.name);
        collect_inside(single, inside(place, &nested.name), &path, &mut |place, path| {
            collect_replaced(&nested.block, place, path, found);
        });
    }
}

fn replaced_attributes(attributes: &[Attribute], place: Place<'_>, path: &Path, found: &mut Vec<Path>) {
    for attribute in attributes {
        let place @ (before, config, after) = inside(place, &attribute.name);
        let left_to_provider = config.is_null() && attribute.mode.is_computed() && attribute.default.is_none();
        if before == after || left_to_provider {
            continue;
        }
        let path = path.then_attribute(&attribute.name);
        match &attribute.kind {
            _ if attribute.replaces => found.push(path),
            Kind::Nested(nesting, inner) => {
                collect_inside(*nesting == Nesting::Single, place, &path, &mut |place, path| {
                    replaced_attributes(inner, place, path, found);
                });
            }
            Kind::Plain(_) => {}
        }
    }
}

fn collect_inside(single: bool, place: Place<'_>, path: &Path, collect: &mut dyn FnMut(Place<'_>, &Path)) {
    let (prior, config, planned) = (untyped(place.0), untyped(place.1), untyped(place.2));
    match (prior, planned) {
        (Value::Map(_), Value::Map(_)) if single => collect(place, path),
        (Value::List(before), Value::List(after)) => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                let step = Step::Index(i64::try_from(index).unwrap_or(i64::MAX));
                collect((before, element(config, index), after), &path.then(step));
            }
        }
        (Value::Map(before), Value::Map(after)) => {
            for (key, after) in after {
                if let Some(before) = before.get(key) {
                    collect((before, child(config, key), after), &path.then(Step::Key(key.clone())));
                }
            }
        }
        _ => {}
    }
}

fn untyped(value: &Value) -> &Value {
    if let Value::Dynamic(inner) = value { &inner.1 } else { value }
}

#[cfg(test)]
mod tests;
