//! What core proposes, rule by rule.

use super::{holding, id, list, name, object, printed, rule, rules, set, with_blocks, with_nested};
use crate::terraform::conform::{assert_plan_valid, proposed_new_state};
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{self, Null, Unknown};

/// The proposal for the one attribute `a`.
fn proposed(attribute: Attribute, prior: impl Into<Value>, config: impl Into<Value>) -> Value {
    let (prior, config) = (object([("a", prior.into())]), object([("a", config.into())]));
    child(&proposed_new_state(&holding(attribute), &prior, &config), "a")
}

fn proposed_rules(block: &Block, prior: Value, config: Value) -> Value {
    child(&proposed_new_state(block, &rules(prior), &rules(config)), "rule")
}

fn child(value: &Value, name: &str) -> Value {
    value.entry(name).expect("an entry of that name").clone()
}

fn a() -> Attribute {
    Attribute::string("a", "")
}

#[test]
fn configuration_wins() {
    assert_eq!(proposed(a(), "old", "new"), "new".into());
    assert_eq!(proposed(a().optional_computed(), "old", "new"), "new".into());
    assert_eq!(proposed(a(), "old", Unknown), Unknown);
}

#[test]
fn an_attribute_left_out_of_configuration_goes() {
    assert_eq!(proposed(a(), "old", Null), Null);
}

#[test]
fn a_computed_attribute_left_out_of_configuration_stays() {
    assert_eq!(proposed(a().computed(), "old", Null), "old".into());
    assert_eq!(proposed(a().optional_computed(), "old", Null), "old".into());
}

#[test]
fn on_create_the_proposal_is_the_configuration() {
    let block = with_blocks(BlockNesting::List).attribute(a().computed());
    let config = object([("a", Null), ("rule", list([rule("x", Null)]))]);
    assert_eq!(proposed_new_state(&block, &Null, &config), config);
}

#[test]
fn on_destroy_nothing_is_proposed() {
    let block = with_blocks(BlockNesting::Group);
    assert_eq!(proposed_new_state(&block, &rules(rule("a", "1")), &Null), Null);
    assert_eq!(proposed_new_state(&block, &Null, &Null), Null);
}

#[test]
fn a_group_block_without_a_prior_state_is_one_of_nulls() {
    let block = with_blocks(BlockNesting::Group);
    assert_eq!(proposed_new_state(&block, &Null, &rules(rule("a", Null))), rules(rule("a", Null)));
    assert_eq!(proposed_rules(&block, rule("a", "1"), rule("b", Null)), rule("b", "1"));
}

#[test]
fn a_single_block_goes_with_its_configuration() {
    let block = with_blocks(BlockNesting::Single);
    assert_eq!(proposed_rules(&block, rule("a", "1"), Null), Null);
    assert_eq!(proposed_rules(&block, Null, rule("a", Null)), rule("a", Null));
    assert_eq!(proposed_rules(&block, rule("a", "1"), rule("a", Null)), rule("a", "1"));
}

#[test]
fn lists_are_paired_by_index() {
    let (prior, config) = (list([rule("a", "1")]), list([rule("b", Null), rule("a", Null)]));
    let expected = list([rule("b", "1"), rule("a", Null)]);
    assert_eq!(proposed_rules(&with_blocks(BlockNesting::List), prior.clone(), config.clone()), expected);
    assert_eq!(proposed_rules(&with_nested(Nesting::List), prior, config), expected);
}

#[test]
fn maps_are_paired_by_key() {
    let prior = object([("j", rule("a", "1")), ("gone", rule("c", "3"))]);
    let config = object([("j", rule("b", Null)), ("k", rule("a", Null))]);
    let expected = object([("j", rule("b", "1")), ("k", rule("a", Null))]);
    assert_eq!(proposed_rules(&with_blocks(BlockNesting::Map), prior.clone(), config.clone()), expected);
    assert_eq!(proposed_rules(&with_nested(Nesting::Map), prior, config), expected);
}

#[test]
fn elements_of_sets_are_paired_where_they_are_equal_but_for_computed_attributes() {
    let (prior, config) = (set([rule("a", "1"), rule("b", "2")]), set([rule("b", Null), rule("c", Null)]));
    let expected = set([rule("b", "2"), rule("c", Null)]);
    assert_eq!(proposed_rules(&with_blocks(BlockNesting::Set), prior.clone(), config.clone()), expected);
    assert_eq!(proposed_rules(&with_nested(Nesting::Set), prior, config), expected);
}

#[test]
fn a_configured_computed_attribute_tells_elements_of_sets_apart() {
    let block = holding(Attribute::nested("rule", Nesting::Set, vec![name(), id(), a().optional_computed()], ""));
    let element = |id: Value, a: &str| object([("name", "x".into()), ("id", id), ("a", a.into())]);
    let prior = set([element("1".into(), "one")]);
    assert_eq!(proposed_rules(&block, prior.clone(), set([element(Null, "two")])), set([element(Null, "two")]));
    assert_eq!(proposed_rules(&block, prior.clone(), set([element(Null, "one")])), prior);
}

#[test]
fn each_prior_element_of_a_set_is_used_once() {
    let block = holding(Attribute::nested("rule", Nesting::Set, vec![name(), id(), a().optional_computed()], ""));
    let element = |id: Value, a: Value| object([("name", "x".into()), ("id", id), ("a", a)]);
    let prior = set([element("1".into(), "one".into())]);
    let config = set([element(Null, Null), element(Null, "two".into())]);
    let expected = set([element("1".into(), "one".into()), element(Null, "two".into())]);
    assert_eq!(proposed_rules(&block, prior, config), expected);
}

#[test]
fn elements_that_differ_only_in_an_optional_computed_attribute_may_be_merged_so_that_no_plan_is_valid() {
    let block = holding(Attribute::nested("rule", Nesting::Set, vec![name(), id().optional_computed()], ""));
    let prior = rules(set([rule("a", "1"), rule("z", "9")]));
    let config = rules(set([rule("a", Null), rule("a", "1")]));
    let proposed = proposed_new_state(&block, &prior, &config);
    assert_eq!(proposed, rules(set([rule("a", "1")])));
    let found = printed(&assert_plan_valid(&block, &prior, &config, &proposed));
    assert_eq!(found, ["rule: count in plan (1) disagrees with count in config (2)"]);
}

#[test]
fn sets_in_elements_of_sets_must_be_equal_to_be_paired() {
    let tags = Attribute::new("tags", Type::set(Type::String), "").computed();
    let block = holding(Attribute::nested("rule", Nesting::Set, vec![name(), tags], ""));
    let element = |tags: Value| object([("name", "a".into()), ("tags", tags)]);
    let (prior, config) = (set([element(set(["x".into()]))]), set([element(Null)]));
    assert_eq!(proposed_rules(&block, prior, config.clone()), config);
}

#[test]
fn sets_of_blocks_in_sets_of_blocks_must_be_equal_to_be_paired() {
    let inner = Block::new("").attribute(name()).attribute(id());
    let outer = Block::new("").attribute(id()).nested_block(NestedBlock::new("inner", BlockNesting::Set, inner));
    let block = Block::new("").nested_block(NestedBlock::new("rule", BlockNesting::Set, outer));
    let element = |id: Value, inner: Value| object([("id", id), ("inner", set([inner]))]);
    let config = set([element(Null, rule("a", Null))]);
    let decided_inside = set([element("1".into(), rule("a", "2"))]);
    assert_eq!(proposed_rules(&block, decided_inside, config.clone()), config);
    let undecided_inside = set([element("1".into(), rule("a", Null))]);
    assert_eq!(proposed_rules(&block, undecided_inside.clone(), config), undecided_inside);
}

#[test]
fn lists_in_elements_of_sets_are_compared_place_by_place() {
    let steps = Attribute::nested("steps", Nesting::List, vec![name(), id()], "");
    let block = holding(Attribute::nested("rule", Nesting::Set, vec![steps], ""));
    let element = |steps: Value| object([("steps", steps)]);
    let prior = set([element(list([rule("a", "1"), rule("b", "2")]))]);
    let same = set([element(list([rule("a", Null), rule("b", Null)]))]);
    assert_eq!(proposed_rules(&block, prior.clone(), same), prior);
    let shorter = set([element(list([rule("a", Null)]))]);
    assert_eq!(proposed_rules(&block, prior, shorter.clone()), shorter);
}

#[test]
fn an_optional_computed_nested_attribute_stays_when_only_the_provider_can_have_set_it() {
    let nested = || Attribute::nested("a", Nesting::Single, vec![name().optional_computed(), id()], "");
    assert_eq!(proposed(nested().optional_computed(), rule("x", "1"), Null), rule("x", "1"));
}

#[test]
fn an_optional_computed_nested_attribute_goes_when_configuration_must_have_set_it() {
    for (nesting, prior) in [
        (Nesting::Single, rule("x", "1")),
        (Nesting::List, list([rule("x", "1")])),
        (Nesting::Set, set([rule("x", "1")])),
        (Nesting::Map, object([("k", rule("x", "1"))])),
    ] {
        let nested = Attribute::nested("a", nesting, vec![name(), id()], "").optional_computed();
        assert_eq!(proposed(nested, prior, Null), Null, "{nesting:?}");
    }
}

#[test]
fn a_computed_nested_attribute_always_stays() {
    let nested = Attribute::nested("a", Nesting::Single, vec![name(), id()], "").computed();
    assert_eq!(proposed(nested, rule("x", "1"), Null), rule("x", "1"));
}

#[test]
fn computed_children_of_a_configured_nested_attribute_stay() {
    let nested = Attribute::nested("a", Nesting::Single, vec![name(), id()], "").optional_computed();
    assert_eq!(proposed(nested, rule("x", "1"), rule("y", Null)), rule("y", "1"));
}

#[test]
fn unknown_blocks_and_nested_attributes_stay_unknown() {
    for nesting in [BlockNesting::Single, BlockNesting::List, BlockNesting::Set, BlockNesting::Map] {
        assert_eq!(proposed_rules(&with_blocks(nesting), Null, Unknown), Unknown);
    }
    for nesting in [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map] {
        assert_eq!(proposed_rules(&with_nested(nesting), Null, Unknown), Unknown);
    }
}

#[test]
fn blocks_in_blocks_are_completed_too() {
    let inner = NestedBlock::new("rule", BlockNesting::List, Block::new("").attribute(name()).attribute(id()));
    let block = Block::new("").nested_block(NestedBlock::single("outer", Block::new("").nested_block(inner)));
    let outer = |rule: Value| object([("outer", rules(list([rule])))]);
    let proposed = proposed_new_state(&block, &outer(rule("a", "1")), &outer(rule("a", Null)));
    assert_eq!(proposed, outer(rule("a", "1")));
}
