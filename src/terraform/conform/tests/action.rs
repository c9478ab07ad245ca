//! What core makes of a plan.

use super::{list, name, object, printed, rule, rules, with_blocks};
use crate::terraform::conform::{Action, Breach, action, requires_replace_filter};
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Value::{self, Null, Unknown};
use crate::terraform::value::{Path, Step};

fn named(name: impl Into<Value>) -> Value {
    object([("name", name.into())])
}

fn name_path() -> Path {
    Path::attribute("name")
}

fn filtered(prior: &Value, planned: &Value, path: &Path) -> Result<Vec<Path>, Vec<Breach>> {
    requires_replace_filter(&Block::new("").attribute(name()), prior, planned, std::slice::from_ref(path))
}

#[test]
fn the_action_follows_from_the_change() {
    let replace = [name_path()];
    for (case, prior, planned, replace, expected) in [
        ("nothing was and nothing will be", Null, Null, &[][..], Action::NoOp),
        ("new", Null, named("a"), &[], Action::Create),
        ("gone", named("a"), Null, &[], Action::Delete),
        ("the same", named("a"), named("a"), &[], Action::NoOp),
        ("another", named("a"), named("b"), &[], Action::Update),
        ("perhaps another", named("a"), named(Unknown), &[], Action::Update),
        ("unknown, and perhaps another", named(Unknown), named(Unknown), &[], Action::Update),
        ("another that cannot be updated", named("a"), named("b"), &replace[..], Action::Replace),
        ("a write-only change that cannot be updated", named("a"), named("a"), &replace[..], Action::Replace),
        ("a reason to replace on create", Null, named("a"), &replace[..], Action::Create),
    ] {
        assert_eq!(action(&prior, &planned, replace), expected, "{case}");
    }
}

#[test]
fn a_reason_to_replace_counts_when_the_value_changes_or_may() {
    let kept = |planned: Value| filtered(&named("a"), &named(planned), &name_path()).expect("the path exists");
    assert_eq!(kept("b".into()), [name_path()]);
    assert_eq!(kept(Unknown), [name_path()]);
    assert_eq!(kept(Null), [name_path()]);
    assert!(kept("a".into()).is_empty());
}

#[test]
fn reasons_to_replace_are_ignored_on_create_and_destroy() {
    for (prior, planned) in [(Null, named("a")), (named("a"), Null)] {
        assert!(filtered(&prior, &planned, &Path::attribute("no such")).expect("not looked at").is_empty());
    }
}

#[test]
fn a_reason_to_replace_needs_a_path_that_exists() {
    let breaches = filtered(&named("a"), &named("b"), &Path::attribute("nome")).expect_err("no such attribute");
    let reason = "has indicated \"requires replacement\" for a non-existent attribute path";
    assert_eq!(printed(&breaches), [format!("nome: {reason}")]);
}

#[test]
fn a_path_may_exist_on_one_side_only() {
    let block = with_blocks(BlockNesting::List);
    let path = Path::attribute("rule").then(Step::Index(1)).then_attribute("name");
    let (prior, planned) = (rules(list([rule("a", Null)])), rules(list([rule("a", Null), rule("b", Null)])));
    let kept = |prior: &Value, planned: &Value| {
        requires_replace_filter(&block, prior, planned, std::slice::from_ref(&path)).expect("it exists on one side")
    };
    assert_eq!(kept(&prior, &planned).len(), 1);
    assert_eq!(kept(&planned, &prior).len(), 1);
    assert_eq!(kept(&prior, &rules(Unknown)).len(), 1);
}

#[test]
fn a_write_only_attribute_demands_replacement_without_a_visible_change() {
    let secret = || Attribute::string("secret", "").write_only();
    let block = Block::new("")
        .attribute(Attribute::nested("login", Nesting::Single, vec![secret()], ""))
        .nested_block(NestedBlock::single("key", Block::new("").attribute(secret())));
    let state = object([("login", object([("secret", Null)])), ("key", object([("secret", Null)]))]);
    for parent in ["login", "key"] {
        let path = Path::attribute(parent).then_attribute("secret");
        let kept = requires_replace_filter(&block, &state, &state, std::slice::from_ref(&path)).expect("it exists");
        assert_eq!(kept, [path]);
    }
}
