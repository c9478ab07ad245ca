//! What core and the Go framework demand of identities, and of their schemas.
//!
//! Core checks that an identity is of its type and holds nothing unknown, with one exception: that of an object yet to be made. The Go framework
//! adds that there is one of every object, and that it never changes while the object lives (core 1.12 did so too in a refresh).

use std::collections::BTreeSet;

use super::Breach;
use super::result::{assert_conforms_to_type, assert_wholly_known_result};
use super::schema::name;
use super::view::quote;
use crate::terraform::schema::IdentitySchema;
use crate::terraform::value::{Path, Type, Value};

/// Checks the identity of an object that may be there: of the type, nothing unknown in it. Null is no identity, which is none to check.
#[must_use]
pub fn assert_identity_valid(identity: &Value, ty: &Type) -> Vec<Breach> {
    let mut found = assert_conforms_to_type(identity, ty);
    found.extend(assert_wholly_known_result(identity, ty));
    found
}

/// Checks a planned identity. One of a `new` object, created or in place of another, may be unknown; of a destroyed one there is none.
#[must_use]
pub fn assert_planned_identity_valid(planned: &Value, identity: &Value, ty: &Type, new: bool) -> Vec<Breach> {
    match () {
        () if planned.is_null() => assert_identified(planned, identity),
        () if new => assert_conforms_to_type(identity, ty),
        () => assert_identity_valid(identity, ty),
    }
}

/// Checks that an object which is there has an identity, and one that is not has none.
#[must_use]
pub fn assert_identified(state: &Value, identity: &Value) -> Vec<Breach> {
    let reason = match (state.is_null(), identity.is_null()) {
        (false, true) => "there is an object, but no identity of it",
        (true, false) => "there is no object, but an identity of one",
        _ => return Vec::new(),
    };
    vec![Breach::new(&Path::root(), reason)]
}

/// Checks that an object is still the one that it was, where that was known.
#[must_use]
pub fn assert_identity_kept(before: &Value, after: &Value) -> Vec<Breach> {
    if before == after || !before.is_wholly_known() || before.is_null() {
        return Vec::new();
    }
    vec![Breach::new(&Path::root(), format!("the identity was {}, but now {}", quote(before), quote(after)))]
}

/// What is wrong with the schema of an identity, one text for each fault, which begins with the name of the attribute.
///
/// Core: names, each once; no type but primitives and lists of them. That an attribute is either required for import or optional is all that
/// our declaration can say. An identity of nothing would make all objects of a type the same.
#[must_use]
pub fn assert_identity_schema_valid(schema: &IdentitySchema) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version < 0 {
        found.push(format!("the version of the identity's schema is {}, but must not be negative", schema.version));
    }
    if schema.attributes.is_empty() {
        found.push("an identity needs an attribute".to_owned());
    }
    let mut names = BTreeSet::new();
    for attribute in &schema.attributes {
        let path = &attribute.name;
        if !names.insert(path) {
            found.push(format!("{path}: the name is defined more than once"));
        }
        name(path, path, &mut found);
        let element = if let Type::List(element) = &attribute.ty { element } else { &attribute.ty };
        if !matches!(element, Type::Bool | Type::Number | Type::String) {
            found.push(format!("{path}: an identity may contain only primitives and lists of primitives"));
        }
    }
    found
}
