//! Schemas that core would refuse.

use super::{holding, id, name};
use crate::terraform::conform::{assert_action_schema_valid, assert_provider_schema_valid, assert_schema_valid};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Mode, NestedBlock, Nesting, Schema};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{Null, Unknown};

fn faults(block: Block) -> Vec<String> {
    assert_schema_valid(&Schema { version: 0, block })
}

fn a() -> Attribute {
    Attribute::string("a", "")
}

fn nested(nesting: BlockNesting, min: u32, max: u32) -> Block {
    Block::new("").nested_block(NestedBlock::new("b", nesting, Block::new("").attribute(a())).items(min, max))
}

#[test]
fn a_schema_of_everything_that_is_allowed_has_no_fault() {
    let inner = Block::new("").attribute(name()).attribute(id());
    let block = Block::new("")
        .attribute(name().replaces())
        .attribute(id().kept())
        .attribute(a().default("x"))
        .attribute(
            Attribute::new("tags", Type::set(Type::String), "").default(crate::terraform::value::Value::set(vec![])),
        )
        .attribute(Attribute::string("secret_2", "").write_only())
        .attribute(Attribute::nested("_list", Nesting::List, vec![name().write_only(), a()], ""))
        .nested_block(NestedBlock::new("set", BlockNesting::Set, inner.clone()).items(1, 2))
        .nested_block(NestedBlock::new("many", BlockNesting::List, inner.clone()).items(3, 0))
        .nested_block(NestedBlock::single("one", inner).items(1, 1));
    assert_eq!(faults(block), Vec::<String>::new());
}

#[test]
fn names_are_lowercase_letters_digits_and_underscores() {
    let rule = "a name may contain only lowercase letters, digits and underscores";
    for bad in ["", "camelCase", "kebab-case", "dot.ted", "größe"] {
        assert_eq!(faults(holding(Attribute::string(bad, ""))), [format!("{bad}: {rule}")]);
    }
    assert_eq!(faults(holding(Attribute::string("1st", ""))), ["1st: a name must not begin with a digit"]);
    let block = Block::new("").nested_block(NestedBlock::single("B", Block::new("")));
    assert_eq!(faults(block), [format!("B: {rule}")]);
}

#[test]
fn names_inside_are_checked_with_their_path() {
    let inner = Attribute::nested("outer", Nesting::Single, vec![Attribute::string("X", "")], "");
    assert!(faults(holding(inner))[0].starts_with("outer.X: "));
    let inner = NestedBlock::single("outer", holding(Attribute::string("X", "")));
    assert!(faults(Block::new("").nested_block(inner))[0].starts_with("outer.X: "));
}

#[test]
fn a_name_is_defined_once() {
    let once = "the name is defined more than once";
    assert_eq!(faults(Block::new("").attribute(a()).attribute(a())), [format!("a: {once}")]);
    let both = Block::new("").attribute(a()).nested_block(NestedBlock::single("a", Block::new("")));
    assert_eq!(faults(both), [format!("a: {once}")]);
    let inner = Attribute::nested("n", Nesting::Single, vec![a(), a()], "");
    assert_eq!(faults(holding(inner)), [format!("n.a: {once}")]);
}

#[test]
fn meta_arguments_are_reserved_at_the_top() {
    for reserved in ["count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "locals"]
    {
        let expected = [format!("{reserved}: the name is reserved for a meta-argument")];
        assert_eq!(faults(holding(Attribute::string(reserved, ""))), expected);
        assert_eq!(faults(Block::new("").nested_block(NestedBlock::single(reserved, Block::new("")))), expected);
    }
    let inside = Attribute::nested("n", Nesting::Single, vec![Attribute::string("count", "")], "");
    assert!(faults(holding(inside)).is_empty());
}

#[test]
fn a_provider_block_has_other_reserved_names() {
    let faults = |name: &str| assert_provider_schema_valid(&Schema::new("").attribute(Attribute::string(name, "")));
    for reserved in ["alias", "version", "source"] {
        assert_eq!(faults(reserved), [format!("{reserved}: the name is reserved for a meta-argument")]);
        assert!(assert_schema_valid(&Schema::new("").attribute(Attribute::string(reserved, ""))).is_empty());
    }
    assert!(faults("connection").is_empty());
}

#[test]
fn a_version_is_not_negative() {
    assert_eq!(
        assert_schema_valid(&Schema::new("").version(-1)),
        ["the version of the schema is -1, but must not be negative"]
    );
}

#[test]
fn a_default_needs_an_attribute_that_is_optional_and_computed() {
    for mode in [Mode::Required, Mode::Optional, Mode::Computed] {
        let mut attribute = a().default("x");
        attribute.mode = mode;
        assert_eq!(faults(holding(attribute)), ["a: an attribute with a default must be optional and computed"]);
    }
}

#[test]
fn a_default_fits_its_type_and_is_known() {
    let found = faults(holding(Attribute::bool("a", "").default("x")));
    assert_eq!(found, [r#"a: the default does not fit: bool is required, not "x""#]);
    for default in [Unknown, Null] {
        assert_eq!(faults(holding(a().default(default))), ["a: the default must be a known value"]);
    }
}

#[test]
fn a_write_only_attribute_is_not_computed() {
    let rule = "a: a write-only attribute must be required or optional, and not computed";
    assert_eq!(faults(holding(a().write_only().computed())), [rule]);
    assert_eq!(faults(holding(a().write_only().optional_computed())), [rule]);
    assert!(faults(holding(a().write_only().required())).is_empty());
}

#[test]
fn only_a_computed_attribute_keeps_its_prior_value() {
    assert_eq!(faults(holding(a().kept())), ["a: only a computed attribute can keep its prior value"]);
}

#[test]
fn sets_contain_nothing_dynamic_and_nothing_write_only() {
    let deep = |inner: Attribute| Attribute::nested("deep", Nesting::Single, vec![inner], "");
    let (dynamic, secret) = (|| Attribute::new("x", Type::Dynamic, ""), || a().write_only());
    let in_attribute = |inner| faults(holding(Attribute::nested("s", Nesting::Set, vec![inner], "")));
    let in_block =
        |inner| faults(Block::new("").nested_block(NestedBlock::new("s", BlockNesting::Set, holding(inner))));
    for inner in [dynamic(), deep(dynamic())] {
        assert_eq!(in_attribute(inner.clone()), ["s: a set must not contain dynamic attributes"]);
        assert_eq!(in_block(inner), ["s: a set must not contain dynamic attributes"]);
    }
    for inner in [secret(), deep(secret())] {
        assert_eq!(in_attribute(inner.clone()), ["s: a set must not contain write-only attributes"]);
        assert_eq!(in_block(inner), ["s: a set must not contain write-only attributes"]);
    }
}

#[test]
fn limits_of_items_fit_their_nesting() {
    let single = "b: fewest and most items of a single block must both be 0 or both be 1";
    let none = "b: a group or map of blocks has no limits of items";
    let order = "b: fewest items must not be more than most items";
    for (nesting, min, max, expected) in [
        (BlockNesting::Single, 0, 1, Some(single)),
        (BlockNesting::Single, 2, 2, Some(single)),
        (BlockNesting::Single, 1, 1, None),
        (BlockNesting::Group, 0, 1, Some(none)),
        (BlockNesting::Map, 1, 0, Some(none)),
        (BlockNesting::List, 2, 1, Some(order)),
        (BlockNesting::Set, 2, 1, Some(order)),
        (BlockNesting::List, 2, 0, None),
        (BlockNesting::Set, 1, 1, None),
    ] {
        let found = faults(nested(nesting, min, max));
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{nesting:?} {min} {max}");
    }
}

#[test]
fn an_action_has_arguments_of_any_name_and_nothing_computed() {
    let inner =
        Attribute::nested("outer", Nesting::List, vec![a(), Attribute::string("b", "").optional_computed()], "");
    let block = holding(inner)
        .attribute(Attribute::string("count", "").required())
        .attribute(id())
        .nested_block(NestedBlock::single("block", holding(Attribute::string("c", "").computed())));
    let computed = |path: &str| format!("{path}: an action has no computed attributes");
    let found = assert_action_schema_valid(&Schema { version: 0, block });
    assert_eq!(found, ["outer.b", "id", "block.c"].map(computed));
    let misnamed = Schema { version: 0, block: holding(Attribute::string("B", "")) };
    assert_eq!(assert_action_schema_valid(&misnamed).len(), 1, "the other rules count too");
}
