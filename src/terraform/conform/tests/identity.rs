//! Identities, and their schemas.

use super::{object, printed};
use crate::terraform::conform::{
    assert_identified, assert_identity_kept, assert_identity_schema_valid, assert_identity_valid,
    assert_planned_identity_valid,
};
use crate::terraform::schema::{IdentityAttribute, IdentitySchema};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{self, Null, Unknown};

fn ty() -> Type {
    Type::object([("name", Type::String), ("path", Type::list(Type::String))])
}

fn identity(name: impl Into<Value>) -> Value {
    object([("name", name.into()), ("path", Value::List(vec!["a".into()]))])
}

#[test]
fn an_identity_is_of_its_type_and_wholly_known() {
    assert_eq!(printed(&assert_identity_valid(&identity("a"), &ty())), [""; 0]);
    assert_eq!(
        printed(&assert_identity_valid(&identity(Null), &ty())),
        [""; 0],
        "what may be left out in an import may be null"
    );
    assert_eq!(printed(&assert_identity_valid(&Null, &ty())), [""; 0], "none at all");
    assert_eq!(printed(&assert_identity_valid(&identity(true), &ty())), ["name: string is required, not true"]);
    let unknown = "the provider still indicated an unknown value";
    assert_eq!(printed(&assert_identity_valid(&Unknown, &ty())), [unknown]);
    assert_eq!(printed(&assert_identity_valid(&identity(Unknown), &ty())), [format!("name: {unknown}")]);
}

#[test]
fn only_the_identity_of_a_new_object_may_be_planned_as_unknown() {
    let planned = |identity: &Value, new| printed(&assert_planned_identity_valid(&object([]), identity, &ty(), new));
    assert_eq!(planned(&identity(Unknown), true), [""; 0]);
    assert_eq!(planned(&Null, true), [""; 0], "not told yet");
    assert_eq!(planned(&identity(Unknown), false).len(), 1);
    assert_eq!(planned(&identity(true), true), ["name: string is required, not true"]);
}

#[test]
fn an_object_has_an_identity_and_nothing_has_none() {
    let reasons = |state: &Value, identity: &Value| printed(&assert_identified(state, identity));
    assert_eq!(reasons(&object([]), &identity("a")), [""; 0]);
    assert_eq!(reasons(&Null, &Null), [""; 0]);
    assert_eq!(reasons(&object([]), &Null), ["there is an object, but no identity of it"]);
    assert_eq!(reasons(&Null, &identity("a")), ["there is no object, but an identity of one"]);
    let destroyed = assert_planned_identity_valid(&Null, &identity("a"), &ty(), false);
    assert_eq!(printed(&destroyed), ["there is no object, but an identity of one"]);
}

#[test]
fn an_identity_that_was_known_does_not_change() {
    let reasons = |before: &Value, after: &Value| printed(&assert_identity_kept(before, after));
    assert_eq!(reasons(&identity("a"), &identity("a")), [""; 0]);
    assert_eq!(reasons(&Null, &identity("a")), [""; 0], "a state of Terraform 1.11");
    assert_eq!(reasons(&identity(Unknown), &identity("a")), [""; 0], "not known before");
    let found = reasons(&identity("a"), &identity("b"));
    assert!(
        found[0].contains("the identity was {") && found[0].contains("\"a\"") && found[0].contains("\"b\""),
        "{found:?}"
    );
    assert_eq!(reasons(&identity("a"), &Null).len(), 1, "lost");
}

#[test]
fn an_identity_has_attributes_of_primitives_and_lists_of_them() {
    let faults =
        |attributes: Vec<IdentityAttribute>| assert_identity_schema_valid(&IdentitySchema { version: 0, attributes });
    let good = vec![
        IdentityAttribute::string("name", ""),
        IdentityAttribute::new("size", Type::Number, "").optional_for_import(),
        IdentityAttribute::new("flags", Type::list(Type::Bool), ""),
    ];
    assert_eq!(faults(good), [""; 0]);
    let rule = "a: an identity may contain only primitives and lists of primitives";
    let inner = Type::object([("b", Type::String)]);
    for bad in
        [Type::set(Type::String), Type::map(Type::String), inner, Type::Dynamic, Type::list(Type::list(Type::String))]
    {
        assert_eq!(faults(vec![IdentityAttribute::new("a", bad.clone(), "")]), [rule], "{bad:?}");
    }
    assert_eq!(faults(Vec::new()), ["an identity needs an attribute"]);
    let twice = faults(vec![IdentityAttribute::string("a", ""), IdentityAttribute::string("a", "")]);
    assert_eq!(twice, ["a: the name is defined more than once"]);
    assert!(faults(vec![IdentityAttribute::string("A", "")])[0].starts_with("A: a name may contain only"));
    let negative =
        assert_identity_schema_valid(&IdentitySchema::new().version(-1).attribute(IdentityAttribute::string("a", "")));
    assert_eq!(negative, ["the version of the identity's schema is -1, but must not be negative"]);
}
