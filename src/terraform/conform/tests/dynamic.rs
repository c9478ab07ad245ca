//! Blocks and nested attributes that travel as tuples and objects, since a dynamic attribute is inside.

use super::{holding, list, name, object, printed};
use crate::terraform::conform::{
    assert_conforms_to_type, assert_object_compatible, assert_plan_valid, assert_write_only_null, proposed_new_state,
};
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{self, Null, Unknown};

fn any() -> Attribute {
    Attribute::new("any", Type::Dynamic, "").computed()
}

fn listed() -> Block {
    Block::new("").nested_block(NestedBlock::new(
        "rule",
        BlockNesting::List,
        Block::new("").attribute(name()).attribute(any()),
    ))
}

/// One element, in a tuple, whose attribute `any` has that type.
fn tuple(name: &str, ty: Type, any: Value) -> Value {
    let element = Type::object([("name", Type::String), ("any", ty)]);
    let value = list([object([("name", name.into()), ("any", any)])]);
    object([("rule", Value::Dynamic(Box::new((Type::Tuple(vec![element]), value))))])
}

#[test]
fn a_prior_dynamic_value_is_proposed_with_its_type() {
    let (prior, config) = (tuple("a", Type::Number, 7.into()), tuple("b", Type::Dynamic, Null));
    let proposed = proposed_new_state(&listed(), &prior, &config);
    assert_eq!(proposed, tuple("b", Type::Number, 7.into()));
    assert!(assert_conforms_to_type(&proposed, &listed().ty()).is_empty());
    assert!(assert_plan_valid(&listed(), &prior, &config, &proposed).is_empty());
}

#[test]
fn a_list_of_blocks_with_dynamic_attributes_is_checked_inside() {
    let (config, planned) = (tuple("a", Type::Dynamic, Null), tuple("b", Type::Dynamic, Unknown));
    let found = printed(&assert_plan_valid(&listed(), &Null, &config, &planned));
    assert_eq!(found, [r#"rule[0].name: planned value "b" does not match config value "a""#]);
}

#[test]
fn a_result_keeps_what_was_planned_beside_a_dynamic_attribute() {
    let planned = tuple("a", Type::Dynamic, Unknown);
    let found = |actual: Value| printed(&assert_object_compatible(&listed(), &planned, &actual));
    assert!(found(tuple("a", Type::Bool, true.into())).is_empty());
    assert_eq!(found(tuple("b", Type::Bool, true.into())), [r#"rule[0].name: was "a", but now "b""#]);
}

#[test]
fn a_map_of_objects_with_dynamic_attributes_is_an_object() {
    let block = holding(Attribute::nested("rule", Nesting::Map, vec![name(), any()], ""));
    let keyed = |key: &str, ty: Type, any: Value| {
        let element = Type::object([("name", Type::String), ("any", ty)]);
        let value = object([(key, object([("name", "n".into()), ("any", any)]))]);
        object([("rule", Value::Dynamic(Box::new((Type::object([(key, element)]), value))))])
    };
    let (prior, config) = (keyed("k", Type::Bool, true.into()), keyed("k", Type::Dynamic, Null));
    assert_eq!(proposed_new_state(&block, &prior, &config), prior);
    let found = printed(&assert_plan_valid(&block, &prior, &config, &keyed("j", Type::Bool, true.into())));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn write_only_attributes_beside_a_dynamic_one_are_seen() {
    let inner = Block::new("").attribute(name().write_only()).attribute(any());
    let block = Block::new("").nested_block(NestedBlock::new("rule", BlockNesting::List, inner));
    let found = printed(&assert_write_only_null(&block, &tuple("hush", Type::Dynamic, Null)));
    assert_eq!(found, ["rule[0].name: value for write-only attribute is not null"]);
}
