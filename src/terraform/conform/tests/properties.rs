use proptest::prelude::*;

use super::printed;
use crate::terraform::conform::arbitrary::{applied, blocks, configs, faithful_plan, states};
use crate::terraform::conform::{
    Action, action, assert_conforms_to_type, assert_object_compatible, assert_plan_valid, assert_schema_valid,
    assert_wholly_known_result, assert_write_only_null, proposed_new_state, requires_replace_filter,
};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, Nesting, Schema};
use crate::terraform::value::arbitrary::{non_null, types, values};
use crate::terraform::value::{Number, Path, Type, Value};

/// A schema with a configuration and an unrelated prior state.
fn updates() -> impl Strategy<Value = (Block, Value, Value)> {
    blocks().prop_flat_map(|block| {
        let (state, config) = (states(&block), configs(&block));
        (Just(block), state, config)
    })
}

/// A schema with two configurations.
fn lives() -> impl Strategy<Value = (Block, Value, Value)> {
    blocks().prop_flat_map(|block| {
        let (first, second) = (configs(&block), configs(&block));
        (Just(block), first, second)
    })
}

/// Whether core's proposal can lose a value of this block that the provider decided. `sets` counts the
/// sets around it.
fn loses(block: &Block, sets: u32) -> bool {
    block.attributes.iter().any(|attribute| is_lost(attribute, sets))
        || block.blocks.iter().any(|nested| loses(&nested.block, sets + u32::from(nested.nesting == BlockNesting::Set)))
}

/// An optional and computed nested attribute is taken for a configured one. In a set, a computed set or
/// nested attribute keeps its element from being found again; in a set of sets, any computed attribute.
fn is_lost(attribute: &Attribute, sets: u32) -> bool {
    let computed = attribute.mode.is_computed();
    match &attribute.kind {
        _ if computed && sets > 1 => true,
        Kind::Plain(ty) => computed && sets > 0 && matches!(ty, Type::Set(_)),
        Kind::Nested(nesting, inner) => {
            let inside = sets + u32::from(*nesting == Nesting::Set);
            computed && (sets > 0 || attribute.mode == Mode::OptionalComputed)
                || inner.iter().any(|inner| is_lost(inner, inside))
        }
    }
}

fn scalars(value: &Value) -> usize {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
        Value::List(items) | Value::Set(items) => items.iter().map(scalars).sum(),
        Value::Map(entries) => entries.values().map(scalars).sum(),
        Value::Dynamic(inner) => scalars(&inner.1),
        Value::Null | Value::Unknown => 0,
    }
}

/// The same value with another scalar at the `nth` place.
fn with_another_scalar(value: &Value, nth: &mut usize) -> Value {
    let mut change = |item: &Value| with_another_scalar(item, nth);
    match value {
        Value::List(items) => Value::List(items.iter().map(change).collect()),
        Value::Set(items) => Value::set(items.iter().map(change).collect()),
        Value::Map(entries) => Value::map(entries.iter().map(|(key, item)| (key.clone(), change(item)))),
        Value::Dynamic(inner) => Value::Dynamic(Box::new((inner.0.clone(), change(&inner.1)))),
        Value::Null | Value::Unknown => value.clone(),
        scalar => {
            let hit = *nth == 0;
            *nth = nth.wrapping_sub(1);
            if hit { another(scalar) } else { scalar.clone() }
        }
    }
}

fn another(scalar: &Value) -> Value {
    match scalar {
        Value::Bool(truth) => Value::Bool(!truth),
        Value::Number(number) if *number == Number::from(1_i64) => 2.into(),
        Value::Number(_) => 1.into(),
        Value::String(text) => Value::string(format!("{text}!")),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_schemas_are_valid(block in blocks()) {
        let breaches = assert_schema_valid(&Schema { version: 0, block });
        prop_assert!(breaches.is_empty(), "{breaches:?}");
    }

    #[test]
    fn random_values_conform_to_their_schema((block, prior, config) in updates()) {
        let breaches = [assert_conforms_to_type(&prior, &block.ty()), assert_conforms_to_type(&config, &block.ty())];
        prop_assert!(breaches.concat().is_empty(), "{breaches:?}");
    }

    #[test]
    fn a_proposal_conforms_to_the_schema((block, prior, config) in updates()) {
        let proposed = proposed_new_state(&block, &prior, &config);
        let breaches = assert_conforms_to_type(&proposed, &block.ty());
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn a_proposal_with_computed_nulls_unknown_is_a_valid_plan((block, prior, config) in updates()) {
        let planned = faithful_plan(&block, &proposed_new_state(&block, &prior, &config));
        let breaches = assert_plan_valid(&block, &prior, &config, &planned);
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn a_plan_to_create_and_its_result_are_valid((block, config, _) in lives()) {
        let planned = faithful_plan(&block, &proposed_new_state(&block, &Value::Null, &config));
        let created = applied(&block, &planned);
        let mut breaches = assert_plan_valid(&block, &Value::Null, &config, &planned);
        breaches.extend(assert_object_compatible(&block, &planned, &created));
        breaches.extend(assert_wholly_known_result(&created, &block.ty()));
        breaches.extend(assert_write_only_null(&block, &created));
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn a_plan_to_update_what_was_created_is_valid((block, first, second) in lives()) {
        let created = applied(&block, &faithful_plan(&block, &proposed_new_state(&block, &Value::Null, &first)));
        let planned = faithful_plan(&block, &proposed_new_state(&block, &created, &second));
        let breaches = assert_plan_valid(&block, &created, &second, &planned);
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn an_unknown_turned_known_is_compatible_with_any_value((block, planned, state) in updates().prop_map(|(b, s, _)| {
        let unknown = Value::map(b.attributes.iter().map(|a| (a.name.clone(), Value::Unknown)));
        let mut planned = s.entries().expect("an object").clone();
        planned.extend(unknown.entries().expect("an object").clone());
        (b, Value::Map(planned), s)
    })) {
        let breaches = assert_object_compatible(&block, &planned, &state);
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn every_value_is_compatible_with_itself((block, state, config) in updates()) {
        for value in [state, config] {
            let breaches = assert_object_compatible(&block, &value, &value);
            prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
        }
    }

    #[test]
    fn another_known_scalar_is_never_compatible((block, state, _) in updates(), pick in any::<prop::sample::Index>()) {
        let count = scalars(&state);
        prop_assume!(count > 0);
        let actual = with_another_scalar(&state, &mut pick.index(count));
        prop_assert!(!assert_object_compatible(&block, &state, &actual).is_empty());
    }

    #[test]
    fn planning_again_what_was_just_applied_changes_nothing((block, config, _) in lives()) {
        prop_assume!(!loses(&block, 0));
        let config = applied(&block, &config);
        let created = applied(&block, &faithful_plan(&block, &proposed_new_state(&block, &Value::Null, &config)));
        let planned = faithful_plan(&block, &proposed_new_state(&block, &created, &config));
        prop_assert_eq!(&planned, &created);
        prop_assert_eq!(action(&created, &planned, &[]), Action::NoOp);
        prop_assert!(assert_plan_valid(&block, &created, &config, &planned).is_empty());
    }

    #[test]
    fn what_may_change_is_never_left_alone((block, prior, config) in updates()) {
        let planned = faithful_plan(&block, &proposed_new_state(&block, &prior, &config));
        prop_assume!(planned != prior);
        prop_assert_eq!(action(&prior, &planned, &[]), Action::Update);
        prop_assert!(assert_write_only_null(&block, &planned).is_empty());
    }

    #[test]
    fn an_attribute_demands_replacement_exactly_when_it_changes((block, prior, next) in blocks().prop_flat_map(|block| {
        let (prior, next) = (states(&block), states(&block));
        (Just(block), prior, next)
    })) {
        for attribute in block.attributes.iter().filter(|attribute| !attribute.write_only) {
            let path = Path::attribute(&attribute.name);
            let kept = requires_replace_filter(&block, &prior, &next, std::slice::from_ref(&path)).expect("it exists");
            prop_assert_eq!(kept.len() == 1, prior.at(&path) != next.at(&path));
        }
    }

    #[test]
    fn a_value_conforms_to_its_own_type((ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty, true)))) {
        let breaches = assert_conforms_to_type(&value, &ty);
        prop_assert!(breaches.is_empty(), "{:?}", printed(&breaches));
    }

    #[test]
    fn an_object_with_a_stray_attribute_conforms_to_no_schema((block, state, _) in updates()) {
        let mut entries = state.entries().expect("an object").clone();
        entries.insert("stray".to_owned(), Value::Null);
        prop_assert!(!assert_conforms_to_type(&Value::Map(entries), &block.ty()).is_empty());
    }

    #[test]
    fn a_scalar_does_not_conform_to_a_collection(ty in types(), scalar in non_null(&Type::Bool, false)) {
        let list = Type::list(ty);
        prop_assert!(!assert_conforms_to_type(&scalar, &list).is_empty());
    }
}
