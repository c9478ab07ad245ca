//! Whether a result keeps what was planned.

use super::Breach;
use super::dynamic::open;
use super::view::{block_conceals, child, conceals, indexed, keyed, quote, quote_unless};
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock};
use crate::terraform::value::{Path, Type, Value};

/// Checks a result against the plan that the user agreed to: every value known in the plan is unchanged,
/// every unknown one is filled in.
///
/// Core applies it to the result of an apply, and to the second plan that it makes before an apply.
/// What is about a sensitive attribute is reported without its values. That nothing is unknown at the
/// end is [`assert_wholly_known_result`](super::assert_wholly_known_result).
///
/// Source: `objchange.AssertObjectCompatible`.
#[must_use]
pub fn assert_object_compatible(block: &Block, planned: &Value, actual: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    object(block, planned, actual, &Path::root(), &mut found);
    found
}

fn object(block: &Block, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    let subject = if path.is_root() { "Root object " } else { "" };
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return,
        (true, false) => return found.push(Breach::new(path, format!("{subject}was absent, but now present"))),
        (false, true) => return found.push(Breach::new(path, format!("{subject}was present, but now absent"))),
        (false, false) => {}
    }
    for inner in &block.attributes {
        let (planned, actual) = (child(planned, &inner.name), child(actual, &inner.name));
        attribute(inner, planned, actual, &path.then_attribute(&inner.name), found);
    }
    for nested in &block.blocks {
        let (planned, actual) = (child(planned, &nested.name), child(actual, &nested.name));
        nested_block(nested, planned, actual, &path.then_attribute(&nested.name), found);
    }
}

fn attribute(attribute: &Attribute, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    let mut inside = Vec::new();
    value(&attribute.ty(), planned, actual, path, &mut inside);
    if !inside.is_empty() && conceals(attribute) {
        inside = vec![Breach::new(path, "inconsistent values for sensitive attribute")];
    }
    found.append(&mut inside);
}

fn nested_block(nested: &NestedBlock, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    let block = &nested.block;
    if matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group) {
        // An unknown block may expand into none.
        if !(planned.is_unknown() && actual.is_null()) {
            object(block, planned, actual, path, found);
        }
        return;
    }
    let element = block.ty();
    let (planned, actual) = (open(planned, &element), open(actual, &element));
    let (planned, actual) = (&*planned, &*actual);
    match (planned, actual) {
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            for (index, (planned, actual)) in before.iter().zip(after).enumerate() {
                object(block, planned, actual, &indexed(path, index), found);
            }
        }
        (Value::List(before), Value::List(after)) => {
            found.push(Breach::new(path, count_changed("block count", before.len(), after.len())));
        }
        (Value::Map(before), Value::Map(after)) if before.len() == after.len() => {
            for (key, planned) in before {
                match after.get(key) {
                    Some(actual) => object(block, planned, actual, &keyed(path, key), found),
                    None => found.push(Breach::new(path, format!("block key {key:?} has vanished"))),
                }
            }
        }
        (Value::Map(before), Value::Map(after)) => {
            found.push(Breach::new(path, count_changed("block count", before.len(), after.len())));
        }
        (Value::Set(before), Value::Set(after)) => {
            let fits = |planned: &Value, actual: &Value| {
                let mut inside = Vec::new();
                object(block, planned, actual, path, &mut inside);
                inside.is_empty()
            };
            correlate(before, after, fits, block_conceals(block), path, found);
            if before.len() < after.len() {
                found.push(Breach::new(path, count_changed("block set length", before.len(), after.len())));
            }
        }
        // Blocks that were unknown in the plan may turn out to be any; null ones are caught by the codec.
        _ => {}
    }
}

fn value(ty: &Type, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    let mut breach = |reason: String| found.push(Breach::new(path, reason));
    if *ty == Type::Dynamic {
        return dynamic(planned, actual, path, found);
    }
    match (planned, actual) {
        (Value::Unknown, _) | (Value::Null, Value::Null) => {}
        (_, Value::Null) => breach(format!("was {}, but now null", quote(planned))),
        (Value::Null, _) => breach(format!("was null, but now {}", quote(actual))),
        (_, Value::Unknown) => breach("was known, but now unknown".to_owned()),
        (Value::List(before), Value::List(after)) => list(ty, before, after, path, found),
        (Value::Map(_), Value::Map(_)) => map(ty, planned, actual, path, found),
        (Value::Set(before), Value::Set(after)) => set(ty, before, after, path, found),
        _ if planned != actual => breach(format!("was {}, but now {}", quote(planned), quote(actual))),
        _ => {}
    }
}

/// A planned null or unknown without a type of its own may become anything. Otherwise the type stays too.
fn dynamic(planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    let Value::Dynamic(planned) = planned else { return };
    let (planned_type, planned) = &**planned;
    if *planned_type == Type::Dynamic {
        return;
    }
    match actual {
        Value::Dynamic(actual) if conforms(&actual.0, planned_type) => {
            value(planned_type, planned, &actual.1, path, found);
        }
        Value::Dynamic(actual) => {
            let (now, before) = (actual.0.to_json(), planned_type.to_json());
            found.push(Breach::new(path, format!("wrong final value type: {before} required, not {now}")));
        }
        _ => found.push(Breach::new(path, format!("wrong final value type: {} required", planned_type.to_json()))),
    }
}

/// Whether a type is the wanted one, which may leave parts of it open.
fn conforms(actual: &Type, wanted: &Type) -> bool {
    match (actual, wanted) {
        (_, Type::Dynamic) => true,
        (Type::List(actual), Type::List(wanted))
        | (Type::Set(actual), Type::Set(wanted))
        | (Type::Map(actual), Type::Map(wanted)) => conforms(actual, wanted),
        (Type::Tuple(actual), Type::Tuple(wanted)) => {
            actual.len() == wanted.len() && actual.iter().zip(wanted).all(|(actual, wanted)| conforms(actual, wanted))
        }
        (Type::Object(actual), Type::Object(wanted)) => {
            actual.len() == wanted.len()
                && wanted.iter().all(|(name, wanted)| actual.get(name).is_some_and(|actual| conforms(actual, wanted)))
        }
        _ => actual == wanted,
    }
}

fn list(ty: &Type, before: &[Value], after: &[Value], path: &Path, found: &mut Vec<Breach>) {
    let element = |index: usize| match ty {
        Type::List(element) => element,
        Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    };
    for (index, (planned, actual)) in before.iter().zip(after).enumerate() {
        value(element(index), planned, actual, &indexed(path, index), found);
    }
    for index in after.len()..before.len() {
        found.push(Breach::new(path, format!("element {index} has vanished")));
    }
    for index in before.len()..after.len() {
        found.push(Breach::new(path, format!("new element {index} has appeared")));
    }
}

fn map(ty: &Type, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Breach>) {
    if let Type::Object(attributes) = ty {
        for (name, ty) in attributes {
            value(ty, child(planned, name), child(actual, name), &path.then_attribute(name), found);
        }
        return;
    }
    let element = if let Type::Map(element) = ty { element } else { &Type::Dynamic };
    for (key, before) in planned.entries().into_iter().flatten() {
        match actual.entry(key) {
            Some(after) => value(element, before, after, &keyed(path, key), found),
            None => found.push(Breach::new(path, format!("element {key:?} has vanished"))),
        }
    }
    for key in actual.entries().into_iter().flatten().map(|(key, _)| key) {
        if planned.entry(key).is_none() {
            found.push(Breach::new(path, format!("new element {key:?} has appeared")));
        }
    }
}

fn set(ty: &Type, before: &[Value], after: &[Value], path: &Path, found: &mut Vec<Breach>) {
    let element = if let Type::Set(element) = ty { element } else { &Type::Dynamic };
    let fits = |planned: &Value, actual: &Value| {
        let mut inside = Vec::new();
        value(element, planned, actual, path, &mut inside);
        inside.is_empty()
    };
    correlate(before, after, fits, false, path, found);
    if before.len() < after.len() {
        found.push(Breach::new(path, count_changed("length", before.len(), after.len())));
    }
}

/// Every planned element needs an actual one that it fits, and the other way round. Their number may
/// shrink, since elements that were unknown may turn out to be equal.
fn correlate(
    before: &[Value],
    after: &[Value],
    fits: impl Fn(&Value, &Value) -> bool,
    concealed: bool,
    path: &Path,
    found: &mut Vec<Breach>,
) {
    let lost: Vec<&Value> = before.iter().filter(|planned| !after.iter().any(|actual| fits(planned, actual))).collect();
    for planned in &lost {
        let planned = quote_unless(concealed, planned);
        let reason = format!("planned set element {planned} does not correlate with any element in actual");
        found.push(Breach::new(path, reason));
    }
    if !lost.is_empty() {
        return;
    }
    for actual in after.iter().filter(|actual| !before.iter().any(|planned| fits(planned, actual))) {
        let actual = quote_unless(concealed, actual);
        let reason = format!("actual set element {actual} does not correlate with any element in plan");
        found.push(Breach::new(path, reason));
    }
}

fn count_changed(what: &str, before: usize, after: usize) -> String {
    format!("{what} changed from {before} to {after}")
}
