//! Nested blocks: they stand in a plan as often as in configuration.

use super::{list, object, printed, rule, rules, set, with_blocks};
use crate::terraform::conform::assert_plan_valid;
use crate::terraform::schema::BlockNesting;
use crate::terraform::value::Value::{self, Null, Unknown};

const NESTINGS: [BlockNesting; 5] =
    [BlockNesting::Single, BlockNesting::Group, BlockNesting::List, BlockNesting::Set, BlockNesting::Map];

/// One block, held as its nesting has it.
fn held(nesting: BlockNesting, block: Value) -> Value {
    match nesting {
        BlockNesting::Single | BlockNesting::Group => block,
        BlockNesting::List => list([block]),
        BlockNesting::Set => set([block]),
        BlockNesting::Map => object([("k", block)]),
    }
}

fn breaches(nesting: BlockNesting, prior: Value, config: Value, planned: Value) -> Vec<String> {
    let [prior, config, planned] = [prior, config, planned].map(rules);
    printed(&assert_plan_valid(&with_blocks(nesting), &prior, &config, &planned))
}

#[test]
fn computed_attributes_in_blocks_may_be_decided() {
    for nesting in NESTINGS {
        let (config, planned) = (held(nesting, rule("a", Null)), held(nesting, rule("a", Unknown)));
        assert!(breaches(nesting, Null, config, planned).is_empty(), "{nesting:?}");
    }
}

#[test]
fn configured_attributes_in_blocks_may_not_be_changed() {
    for (nesting, place) in [
        (BlockNesting::Single, "rule.name"),
        (BlockNesting::Group, "rule.name"),
        (BlockNesting::List, "rule[0].name"),
        (BlockNesting::Map, r#"rule["k"].name"#),
    ] {
        let (config, planned) = (held(nesting, rule("a", Null)), held(nesting, rule("b", Null)));
        let expected = format!(r#"{place}: planned value "b" does not match config value "a""#);
        assert_eq!(breaches(nesting, Null, config, planned), [expected]);
    }
}

#[test]
fn blocks_of_sets_are_trusted() {
    let (config, planned) = (set([rule("a", Null)]), set([rule("b", Null), rule("c", Null)]));
    assert!(breaches(BlockNesting::Set, Null, config, planned).is_empty());
}

#[test]
fn blocks_are_paired_with_prior_ones_by_index_and_key() {
    let nor_prior = r#"planned value "c" does not match config value "b" nor prior value "a""#;
    for (nesting, place) in [(BlockNesting::List, "rule[0].name"), (BlockNesting::Map, r#"rule["k"].name"#)] {
        let [prior, config, kept, other] = ["a", "b", "a", "c"].map(|name| held(nesting, rule(name, Null)));
        assert!(breaches(nesting, prior.clone(), config.clone(), kept).is_empty());
        assert_eq!(breaches(nesting, prior, config, other), [format!("{place}: {nor_prior}")]);
    }
}

#[test]
fn absent_blocks_are_empty_and_not_null() {
    for (nesting, kind) in [
        (BlockNesting::Group, "group"),
        (BlockNesting::List, "list"),
        (BlockNesting::Set, "set"),
        (BlockNesting::Map, "map"),
    ] {
        let config = held(nesting, rule("a", Null));
        let expected = format!(
            "rule: attribute representing a {kind} of nested blocks must be empty to indicate no blocks, not null"
        );
        assert_eq!(breaches(nesting, Null, config, Null), [expected]);
    }
    assert!(breaches(BlockNesting::Single, Null, Null, Null).is_empty());
}

#[test]
fn a_single_block_exists_as_configured() {
    let found = breaches(BlockNesting::Single, Null, rule("a", Null), Null);
    assert_eq!(found, ["rule: planned for absence but config wants existence"]);
    let found = breaches(BlockNesting::Single, Null, Null, rule("a", Null));
    assert_eq!(found, ["rule: planned for existence but config wants absence"]);
}

#[test]
fn blocks_stand_as_often_as_configured() {
    let found = breaches(BlockNesting::List, Null, list([rule("a", Null)]), list([]));
    assert_eq!(found, ["rule: block count in plan (0) disagrees with count in config (1)"]);
    let found = breaches(BlockNesting::Map, Null, object([]), object([("k", rule("a", Null))]));
    assert_eq!(found, ["rule: block count in plan (1) disagrees with count in config (0)"]);
}

#[test]
fn blocks_keep_their_keys() {
    let found = breaches(BlockNesting::Map, Null, object([("k", rule("a", Null))]), object([("j", rule("a", Null))]));
    assert_eq!(
        found,
        [
            r#"rule: block key "j" from plan is not present in config"#,
            r#"rule: block key "k" from config is not present in plan"#
        ]
    );
}

#[test]
fn a_null_that_ignore_changes_brought_counts_as_no_blocks() {
    assert!(breaches(BlockNesting::List, Null, Null, list([])).is_empty());
}

#[test]
fn an_unknown_dynamic_block_stays_unknown() {
    for nesting in NESTINGS {
        assert!(breaches(nesting, Null, Unknown, Unknown).is_empty());
        let planned = held(nesting, rule("a", Null));
        let found = breaches(nesting, Null, Unknown, planned);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("rule: planned value ") && found[0].ends_with(" for unknown dynamic block"));
    }
}

#[test]
fn a_configured_block_is_not_unknown() {
    for nesting in NESTINGS {
        let found = breaches(nesting, Null, held(nesting, rule("a", Null)), Unknown);
        assert_eq!(found, ["rule: planned unknown value for non-computed block"]);
    }
}

#[test]
fn an_element_is_not_unknown_itself() {
    for (nesting, place) in
        [(BlockNesting::List, "rule[0]"), (BlockNesting::Map, r#"rule["k"]"#), (BlockNesting::Set, "rule")]
    {
        let found = breaches(nesting, Null, held(nesting, rule("a", Null)), held(nesting, Unknown));
        let rule = "element representing nested block must not be unknown itself; set nested attribute values to \
                    unknown instead";
        assert_eq!(found, [format!("{place}: {rule}")]);
    }
}
