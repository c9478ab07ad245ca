//! The plan algorithm: a row for each thing that a schema can say about a change.

use super::{Outline, outline};
use crate::terraform::conform::proposed_new_state;
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Value::{Null, Unknown};
use crate::terraform::value::{Type, Value};

/// An optional attribute `a`, and `other` beside it to change something else.
fn beside(a: Attribute) -> Block {
    Block::new("").attribute(a).attribute(Attribute::string("other", ""))
}

fn a() -> Attribute {
    Attribute::string("a", "")
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries)
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn set<const N: usize>(items: [Value; N]) -> Value {
    Value::set(items.into())
}

/// Plans as Terraform asks for it.
fn plan(block: &Block, prior: &Value, config: &Value) -> Outline {
    outline(block, prior, config, proposed_new_state(block, prior, config))
}

/// What `a` is planned as, with its prior and configured value, when `other` changes too.
fn planned_beside_a_change(attribute: Attribute, prior: impl Into<Value>, config: impl Into<Value>) -> Value {
    let block = beside(attribute);
    let prior = object([("a", prior.into()), ("other", "before".into())]);
    let config = object([("a", config.into()), ("other", "after".into())]);
    plan(&block, &prior, &config).planned.entry("a").expect("planned").clone()
}

/// What `a` is planned as in a create.
fn planned_create(attribute: Attribute, config: impl Into<Value>) -> Value {
    let config = object([("a", config.into()), ("other", Null)]);
    plan(&beside(attribute), &Null, &config).planned.entry("a").expect("planned").clone()
}

/// The paths that ask for a new object.
fn replaced(block: &Block, prior: &Value, config: &Value) -> Vec<String> {
    plan(block, prior, config).replace.iter().map(ToString::to_string).collect()
}

fn same_letters(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

#[test]
fn what_is_configured_is_planned() {
    for mode in [a(), a().required(), a().optional_computed(), a().default("d"), a().optional_computed().kept()] {
        assert_eq!(planned_create(mode.clone(), "x"), "x".into());
        assert_eq!(planned_beside_a_change(mode.clone(), "w", "x"), "x".into());
        assert_eq!(planned_create(mode, Unknown), Unknown);
    }
}

#[test]
fn what_is_left_out_is_null_a_default_or_found_out() {
    assert_eq!(planned_create(a(), Null), Null);
    assert_eq!(planned_create(a().default("d"), Null), "d".into());
    assert_eq!(planned_create(a().computed(), Null), Unknown);
    assert_eq!(planned_create(a().optional_computed(), Null), Unknown);
    assert_eq!(planned_create(a().computed().kept(), Null), Unknown);
}

#[test]
fn a_default_comes_back_when_an_argument_is_removed() {
    assert_eq!(planned_beside_a_change(a().default("d"), "configured", Null), "d".into());
}

#[test]
fn an_update_leaves_to_the_provider_what_it_decides_and_keeps_what_it_decided_for_ever() {
    assert_eq!(planned_beside_a_change(a().computed(), "p", Null), Unknown);
    assert_eq!(planned_beside_a_change(a().optional_computed(), "p", Null), Unknown);
    assert_eq!(planned_beside_a_change(a().computed().kept(), "p", Null), "p".into());
    assert_eq!(planned_beside_a_change(a().optional_computed().kept(), "p", Null), "p".into());
    assert_eq!(planned_beside_a_change(a().computed().kept(), Null, Null), Unknown, "there is nothing to keep");
}

#[test]
fn a_write_only_argument_is_never_planned() {
    assert_eq!(planned_create(a().write_only(), "secret"), Null);
    assert_eq!(planned_beside_a_change(a().write_only(), Null, "secret"), Null);
}

#[test]
fn nothing_is_found_out_again_when_nothing_changes() {
    let block = beside(a().computed());
    let prior = object([("a", "p".into()), ("other", "same".into())]);
    let outline = plan(&block, &prior, &object([("a", Null), ("other", "same".into())]));
    assert_eq!(outline.planned, prior);
    assert!(outline.replace.is_empty());
}

#[test]
fn a_value_that_means_the_same_keeps_the_prior_spelling() {
    let respelled = || a().same_when(same_letters);
    assert_eq!(planned_beside_a_change(respelled(), "ABC", "abc"), "ABC".into());
    assert_eq!(planned_beside_a_change(respelled(), "ABC", "abd"), "abd".into());
    assert_eq!(planned_beside_a_change(respelled(), "ABC", Unknown), Unknown);
    assert_eq!(planned_beside_a_change(respelled(), Null, "abc"), "abc".into());
    assert_eq!(planned_beside_a_change(respelled().default("abc"), "ABC", Null), "ABC".into(), "a default too");
    let alone = plan(
        &beside(respelled().replaces()),
        &object([("a", "A".into()), ("other", Null)]),
        &object([("a", "a".into()), ("other", Null)]),
    );
    assert!(alone.replace.is_empty() && alone.planned.entry("a") == Some(&"A".into()), "{alone:?}");
}

#[test]
fn what_is_the_very_same_is_not_compared_by_its_meaning() {
    let costly = || a().same_when(|_, _| panic!("asked for what is equal anyway"));
    assert_eq!(planned_beside_a_change(costly(), "abc", "abc"), "abc".into());
    assert_eq!(planned_beside_a_change(costly().default("abc"), "abc", Null), "abc".into());
}

#[test]
fn a_change_of_what_replaces_asks_for_a_new_object() {
    let of = |attribute: Attribute, prior: Value, config: Value| {
        let (prior, config) = (object([("a", prior), ("other", Null)]), object([("a", config), ("other", "x".into())]));
        replaced(&beside(attribute), &prior, &config)
    };
    assert_eq!(of(a().replaces(), "1".into(), "2".into()), ["a"]);
    assert_eq!(of(a().replaces(), "1".into(), Unknown), ["a"], "it may change");
    assert_eq!(of(a().replaces(), "1".into(), Null), ["a"]);
    assert_eq!(of(a().replaces(), "1".into(), "1".into()), [""; 0]);
    assert_eq!(of(a().default("d").replaces(), "1".into(), Null), ["a"], "the default is another value");
    assert_eq!(of(a().optional_computed().replaces(), "1".into(), Null), [""; 0], "nobody changed it");
    assert_eq!(of(a(), "1".into(), "2".into()), [""; 0]);
    let created = plan(&beside(a().replaces()), &Null, &object([("a", "1".into()), ("other", Null)]));
    assert!(created.replace.is_empty(), "there is nothing to replace");
}

/// A name, what has a default, and what is found out once.
fn members() -> Vec<Attribute> {
    vec![
        Attribute::string("name", "").required(),
        Attribute::string("role", "").default("reader"),
        Attribute::string("id", "").computed().kept(),
    ]
}

fn member(name: &str, role: impl Into<Value>, id: impl Into<Value>) -> Value {
    object([("name", name.into()), ("role", role.into()), ("id", id.into())])
}

fn nested(nesting: Nesting) -> Block {
    beside(Attribute::nested("a", nesting, members(), ""))
}

fn planned_nested(nesting: Nesting, prior: Value, config: Value) -> Value {
    let (prior, config) = (object([("a", prior), ("other", Null)]), object([("a", config), ("other", "x".into())]));
    plan(&nested(nesting), &prior, &config).planned.entry("a").expect("planned").clone()
}

#[test]
fn a_nested_object_is_planned_inside() {
    let config = || member("n", Null, Null);
    assert_eq!(planned_nested(Nesting::Single, Null, config()), member("n", "reader", Unknown));
    assert_eq!(planned_nested(Nesting::Single, member("m", "owner", "1"), config()), member("n", "reader", "1"));
    assert_eq!(planned_nested(Nesting::Single, member("m", "owner", "1"), Null), Null);
    assert_eq!(planned_nested(Nesting::Single, Null, Unknown), Unknown);
}

#[test]
fn elements_of_lists_and_maps_keep_what_their_place_or_key_had() {
    let prior = list([member("a", "owner", "1")]);
    let config = list([member("a", Null, Null), member("b", "owner", Null)]);
    let expected = list([member("a", "reader", "1"), member("b", "owner", Unknown)]);
    assert_eq!(planned_nested(Nesting::List, prior, config), expected);
    let prior = object([("x", member("a", "reader", "1")), ("y", member("b", "reader", "2"))]);
    let config = object([("y", member("b", Null, Null)), ("z", member("c", Null, Null))]);
    let expected = object([("y", member("b", "reader", "2")), ("z", member("c", "reader", Unknown))]);
    assert_eq!(planned_nested(Nesting::Map, prior, config), expected);
}

#[test]
fn elements_of_sets_keep_what_the_same_element_had() {
    let prior = set([member("a", "reader", "1"), member("b", "owner", "2")]);
    let config = set([member("b", "owner", Null), member("c", Null, Null)]);
    let expected = set([member("b", "owner", "2"), member("c", "reader", Unknown)]);
    assert_eq!(planned_nested(Nesting::Set, prior, config), expected);
}

#[test]
fn a_default_comes_back_in_an_element_of_a_set_too() {
    let prior = set([member("a", "owner", "1")]);
    let config = set([member("a", Null, Null)]);
    assert_eq!(planned_nested(Nesting::Set, prior, config), set([member("a", "reader", "1")]));
}

#[test]
fn what_replaces_is_found_inside_by_index_and_key_and_not_in_sets() {
    let inner = || vec![Attribute::string("name", "").replaces()];
    let block = |nesting| beside(Attribute::nested("a", nesting, inner(), ""));
    let item = |name: &str| object([("name", name.into())]);
    let both = |before: Value, after: Value| {
        (object([("a", before), ("other", Null)]), object([("a", after), ("other", Null)]))
    };
    let of = |nesting, (prior, config): (Value, Value)| replaced(&block(nesting), &prior, &config);
    assert_eq!(of(Nesting::Single, both(item("1"), item("2"))), ["a.name"]);
    let (before, after) = (list([item("1"), item("2")]), list([item("1"), item("3"), item("4")]));
    assert_eq!(of(Nesting::List, both(before, after)), ["a[1].name"], "not for an element that is new");
    let (before, after) = (object([("k", item("1"))]), object([("k", item("2"))]));
    assert_eq!(of(Nesting::Map, both(before, after)), ["a[\"k\"].name"]);
    assert_eq!(of(Nesting::Set, both(set([item("1")]), set([item("2")]))), [""; 0], "an element has no address");
    let whole = beside(Attribute::nested("a", Nesting::Set, inner(), "").replaces());
    let (prior, config) = both(set([item("1")]), set([item("2")]));
    assert_eq!(replaced(&whole, &prior, &config), ["a"], "the set has");
}

fn with_block(nesting: BlockNesting) -> Block {
    let inner = members().into_iter().fold(Block::new(""), Block::attribute);
    Block::new("").nested_block(NestedBlock::new("b", nesting, inner))
}

#[test]
fn blocks_of_every_nesting_are_planned_inside() {
    let one = || member("n", Null, Null);
    let done = || member("n", "reader", Unknown);
    for (nesting, config, expected) in [
        (BlockNesting::Single, one(), done()),
        (BlockNesting::Group, one(), done()),
        (BlockNesting::List, list([one()]), list([done()])),
        (BlockNesting::Set, set([one()]), set([done()])),
        (BlockNesting::Map, object([("k", one())]), object([("k", done())])),
    ] {
        let planned = plan(&with_block(nesting), &Null, &object([("b", config)])).planned;
        assert_eq!(planned, object([("b", expected)]), "{nesting:?}");
    }
}

#[test]
fn blocks_that_are_not_there_or_not_known_stay_so() {
    for nesting in [BlockNesting::Single, BlockNesting::List, BlockNesting::Set, BlockNesting::Map] {
        let block = with_block(nesting);
        let absent = object([("b", block.blocks[0].absent())]);
        assert_eq!(plan(&block, &Null, &absent).planned, absent, "{nesting:?}");
        let unknown = object([("b", Unknown)]);
        assert_eq!(plan(&block, &Null, &unknown).planned, unknown, "{nesting:?}");
    }
}

#[test]
fn a_set_of_texts_with_an_unknown_one_is_planned_as_configured() {
    let zones = Attribute::new("a", Type::set(Type::String), "").default(Value::Set(Vec::new()));
    let config = set(["x".into(), Unknown]);
    assert_eq!(planned_beside_a_change(zones, set(["x".into()]), config.clone()), config);
}

mod law;
