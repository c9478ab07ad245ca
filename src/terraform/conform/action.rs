//! What core makes of a plan: which action, and which of the provider's reasons to replace count.

use super::Breach;
use crate::terraform::schema::{Attribute, Block, Kind, NestedBlock};
use crate::terraform::value::{Path, Step, Value};

/// What core does with an object, as the plan shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// There was none.
    Create,
    /// It stays as it is.
    NoOp,
    /// It is changed in place.
    Update,
    /// It is deleted and made anew.
    Replace,
    /// It goes.
    Delete,
}

/// The action for a plan. `replace` is what [`requires_replace_filter`] left.
#[must_use]
pub fn action(prior: &Value, planned: &Value, replace: &[Path]) -> Action {
    match (prior.is_null(), planned.is_null()) {
        (true, true) => Action::NoOp,
        (true, false) => Action::Create,
        (false, true) => Action::Delete,
        (false, false) if !replace.is_empty() => Action::Replace,
        (false, false) if surely_equal(prior, planned) => Action::NoOp,
        (false, false) => Action::Update,
    }
}

/// The reasons to replace that core keeps: paths whose value changes, or may, and write-only attributes,
/// whose changes nobody can see. On create and destroy none.
///
/// # Errors
///
/// One breach for each path that exists neither before nor after.
pub fn requires_replace_filter(
    block: &Block,
    prior: &Value,
    planned: &Value,
    paths: &[Path],
) -> Result<Vec<Path>, Vec<Breach>> {
    if prior.is_null() || planned.is_null() {
        return Ok(Vec::new());
    }
    let (mut kept, mut breaches) = (Vec::new(), Vec::new());
    for path in paths {
        let (before, after) = (reach(prior, path), reach(planned, path));
        if before.is_none() && after.is_none() {
            let reason = "has indicated \"requires replacement\" for a non-existent attribute path";
            breaches.push(Breach::new(path, reason));
            continue;
        }
        let unchanged = surely_equal(before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null));
        if !unchanged || is_write_only(block, path) {
            kept.push(path.clone());
        }
    }
    if breaches.is_empty() { Ok(kept) } else { Err(breaches) }
}

/// Whether two values are equal whatever the unknown in them turns out to be.
fn surely_equal(a: &Value, b: &Value) -> bool {
    a == b && a.is_wholly_known()
}

/// What a path leads to; inside of unknown everything is unknown.
pub(crate) fn reach<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    path.steps().iter().try_fold(value, |value, step| {
        let value = if let Value::Dynamic(inner) = value { &inner.1 } else { value };
        match (value, step) {
            (Value::Unknown, _) => Some(value),
            (Value::Map(entries), Step::Attribute(name) | Step::Key(name)) => entries.get(name),
            (Value::List(items), Step::Index(index)) => items.get(usize::try_from(*index).ok()?),
            _ => None,
        }
    })
}

fn is_write_only(block: &Block, path: &Path) -> bool {
    let names = path.steps().iter().filter_map(|step| match step {
        Step::Attribute(name) => Some(name.as_str()),
        Step::Key(_) | Step::Index(_) => None,
    });
    let (mut attributes, mut blocks): (&[Attribute], &[NestedBlock]) = (&block.attributes, &block.blocks);
    for name in names {
        if let Some(nested) = blocks.iter().find(|nested| nested.name == name) {
            (attributes, blocks) = (&nested.block.attributes, &nested.block.blocks);
            continue;
        }
        let Some(attribute) = attributes.iter().find(|attribute| attribute.name == name) else { return false };
        match &attribute.kind {
            _ if attribute.write_only => return true,
            Kind::Nested(_, inner) => (attributes, blocks) = (inner, &[]),
            Kind::Plain(_) => return false,
        }
    }
    false
}
