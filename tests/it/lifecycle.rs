//! The life of an object, as the cores of all generations drive it, with their own rules checked at every step.
//!
//! ```text
//! validate(unknown) → plan(unknown) → plan(known), compatible → apply, compatible → upgrade of what is stored → read, the same
//!     → plan, nothing to do → … next configuration … → import and read, the same → import by identity and read, the same
//!     → plan of destroy → delete → read, gone
//! ```

use acrnet::terraform::conform::{Action, action, requires_replace_filter};
use acrnet::terraform::schema::{Attribute, Block, NestedBlock};
use acrnet::terraform::value::{Value, json};

use crate::core::identities::Stored;
use crate::core::{Core, Kind, Object, Plan};
use crate::verdict;

#[cfg(feature = "simulator")]
mod real;
mod toys;

/// What happens to one object.
pub struct Story<'s> {
    pub kind: &'s Kind,
    /// One configuration after the other.
    pub configs: Vec<Value>,
    /// What core is expected to do for each.
    pub actions: Vec<Action>,
    /// The import string of the object, from its state.
    pub import_id: fn(&Value) -> String,
    /// Top-level attributes and blocks that an import cannot know.
    pub not_imported: &'s [&'s str],
}

/// Tells the whole story, and gives the object as it was before it was destroyed.
pub async fn live(core: &Core, story: &Story<'_>) -> Object {
    let kind = story.kind;
    let mut object = Object::none();
    for (config, expected) in story.configs.iter().zip(&story.actions) {
        core.next_run().await;
        let unknown = foreseen(kind, config, object.value.is_null());
        core.validate(kind, &unknown).await.ok();
        core.validate(kind, config).await.ok();
        let before = core.plan(kind, &object, &unknown).await.ok();
        let plan = core.plan(kind, &object, config).await.ok();
        assert_eq!(verdict::final_plan(kind, &before.planned, &plan.planned), []);
        let actual = action_of(kind, &object, &plan);
        assert_eq!(actual, *expected, "for {config:?} after {:?} by {:?}", object.value, plan.planned);
        object = match actual {
            Action::NoOp => object,
            Action::Replace => replaced(core, kind, object, config, &plan).await,
            _ => core.apply(kind, &object.value, &plan, config).await.ok(),
        };
        settled(core, kind, &object, config).await;
    }
    imported(core, story, &object).await;
    destroyed(core, kind, &object).await;
    object
}

/// The configuration as it is at the first plan of a run: everything that can be written as a reference is one, to something
/// that is not there yet. What asks for a new object stays known in an update, where an unknown value would ask for one.
fn foreseen(kind: &Kind, config: &Value, create: bool) -> Value {
    fn attributes(attributes: &[Attribute], entries: &mut std::collections::BTreeMap<String, Value>, create: bool) {
        for attribute in attributes {
            let keep = !create && has_replaces(attribute);
            if let Some(value) = entries.get_mut(&attribute.name).filter(|value| !value.is_null() && !keep) {
                *value = Value::Unknown;
            }
        }
    }
    fn block(declared: &Block, value: &Value, create: bool) -> Value {
        let Value::Map(mut entries) = value.clone() else { return value.clone() };
        attributes(&declared.attributes, &mut entries, create);
        for nested in &declared.blocks {
            if let Some(value) = entries.get_mut(&nested.name) {
                *value = occurrences(nested, value, create);
            }
        }
        Value::Map(entries)
    }
    fn occurrences(nested: &NestedBlock, value: &Value, create: bool) -> Value {
        match value {
            Value::List(items) => Value::List(items.iter().map(|item| block(&nested.block, item, create)).collect()),
            Value::Set(items) => Value::set(items.iter().map(|item| block(&nested.block, item, create)).collect()),
            Value::Map(entries) if matches!(nested.ty(), acrnet::terraform::value::Type::Map(_)) => {
                Value::map(entries.iter().map(|(key, item)| (key.clone(), block(&nested.block, item, create))))
            }
            object => block(&nested.block, object, create),
        }
    }
    block(kind.block(), config, create)
}

fn has_replaces(attribute: &Attribute) -> bool {
    let inside = match &attribute.kind {
        acrnet::terraform::schema::Kind::Nested(_, inner) => inner.iter().any(has_replaces),
        acrnet::terraform::schema::Kind::Plain(_) => false,
    };
    attribute.replaces || inside
}

fn action_of(kind: &Kind, prior: &Object, plan: &Plan) -> Action {
    let replace = requires_replace_filter(kind.block(), &prior.value, &plan.planned, &plan.replace);
    action(&prior.value, &plan.planned, &replace.expect("paths that exist"))
}

/// Core plans again from nothing, deletes with the private data of that plan, and creates.
async fn replaced(core: &Core, kind: &Kind, object: Object, config: &Value, plan: &Plan) -> Object {
    let nothing = Object { value: Value::Null, private: plan.private.clone(), identity: Value::Null };
    let create = core.plan(kind, &nothing, config).await.ok();
    let delete = Plan { planned: Value::Null, ..create.clone() };
    let gone = core.apply(kind, &object.value, &delete, &Value::Null).await.ok();
    assert!(gone.value.is_null() && gone.identity.is_null(), "{gone:?}");
    core.apply(kind, &Value::Null, &create, config).await.ok()
}

/// Nothing changes any more: what is stored is read as it was, and the same configuration plans nothing.
async fn settled(core: &Core, kind: &Kind, object: &Object, config: &Value) {
    let stored = json::encode(&object.value, &kind.ty).expect("a state can be stored");
    let upgraded = core.upgrade(kind, kind.schema.version, &stored).await.ok();
    assert_eq!(upgraded, object.value, "stored and loaded");
    if !object.identity.is_null() {
        let identity = core.load_identity(kind, &Stored::of(kind, &object.identity)).await.ok();
        assert_eq!(identity, object.identity, "stored and loaded");
    }
    let read = core.read(kind, object).await.ok();
    assert_eq!((&read.value, &read.identity), (&object.value, &object.identity), "read again");
    let plan = core.plan(kind, &read, config).await.ok();
    assert_eq!((&plan.planned, &plan.identity), (&read.value, &read.identity), "planned again");
    assert_eq!(action_of(kind, &read, &plan), Action::NoOp);
}

async fn imported(core: &Core, story: &Story<'_>, object: &Object) {
    core.next_run().await;
    let begun = core.import(story.kind, &(story.import_id)(&object.value)).await.ok().expect("the id is taken");
    read_imported(core, story, object, begun).await;
    if !object.identity.is_null() {
        core.next_run().await;
        let begun = core.import_identity(story.kind, &object.identity).await.ok().expect("the identity is taken");
        assert_eq!(begun.identity, object.identity, "the identity that was asked for");
        read_imported(core, story, object, begun).await;
    }
}

async fn read_imported(core: &Core, story: &Story<'_>, object: &Object, begun: Object) {
    let kind = story.kind;
    let read = core.read(kind, &begun).await.ok();
    assert_eq!(verdict::read_after_import(&read), []);
    let without = |value: &Value| {
        let entries = value.entries().expect("an object").clone();
        entries.into_iter().filter(|(name, _)| !story.not_imported.contains(&name.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(without(&read.value), without(&object.value), "imported and read");
    assert_eq!(read.identity, object.identity, "imported and read");
    let Some(config) = story.configs.last().filter(|_| story.not_imported.is_empty()) else { return };
    let plan = core.plan(kind, &read, config).await.ok();
    assert_eq!(action_of(kind, &read, &plan), Action::NoOp, "an import is followed by an empty plan");
}

async fn destroyed(core: &Core, kind: &Kind, object: &Object) {
    core.next_run().await;
    let plan = core.plan(kind, object, &Value::Null).await.ok();
    assert!(plan.planned.is_null(), "{:?}", plan.planned);
    let gone = core.apply(kind, &object.value, &plan, &Value::Null).await.ok();
    assert!(gone.value.is_null() && gone.identity.is_null(), "{gone:?}");
}
