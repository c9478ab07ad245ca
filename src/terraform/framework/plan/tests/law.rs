//! Laws of outlines, for random schemas, states and configurations.

use proptest::prelude::*;

use super::*;
use crate::terraform::conform::arbitrary::{applied, blocks, configs, states};
use crate::terraform::conform::{
    assert_conforms_to_type, assert_object_compatible, assert_plan_valid, assert_wholly_known_result,
    assert_write_only_null, requires_replace_filter,
};
use crate::terraform::schema::{Kind, Mode};

/// A schema, a state of it or none, and a configuration.
fn exchange() -> impl Strategy<Value = (Block, Value, Value)> {
    decorated_blocks().prop_flat_map(|block| {
        let prior = prop_oneof![1 => Just(Null), 3 => states(&block)];
        (Just(block.clone()), prior, configs(&block))
    })
}

fn decorated_blocks() -> impl Strategy<Value = Block> {
    (blocks(), any::<u64>()).prop_map(|(block, seed)| decorated(block, &mut fastrand::Rng::with_seed(seed)))
}

/// The same block, with what else a schema says of attributes: kept, replacing, with a default, the same in other letters.
fn decorated(mut block: Block, chance: &mut fastrand::Rng) -> Block {
    decorate(&mut block.attributes, chance);
    for nested in &mut block.blocks {
        nested.block = decorated(std::mem::take(&mut nested.block), chance);
    }
    block
}

fn decorate(attributes: &mut [Attribute], chance: &mut fastrand::Rng) {
    for attribute in attributes {
        attribute.kept = attribute.mode.is_computed() && chance.bool();
        attribute.replaces = chance.bool();
        let decided = attribute.mode == Mode::OptionalComputed && chance.bool();
        match &mut attribute.kind {
            Kind::Nested(_, inner) => decorate(inner, chance),
            Kind::Plain(Type::String) => {
                attribute.default = decided.then(|| "default".into());
                if chance.bool() {
                    *attribute = attribute.clone().same_when(same_letters);
                }
            }
            Kind::Plain(Type::Bool) => attribute.default = decided.then(|| true.into()),
            Kind::Plain(_) => {}
        }
    }
}

/// Whether a set of objects is anywhere in it, or something nested that the provider may decide: of these core's own proposal can lose what was
/// decided (`conform::tests::properties`).
fn core_loses(block: &Block) -> bool {
    let in_block = |nested: &NestedBlock| nested.nesting == BlockNesting::Set || core_loses(&nested.block);
    block.attributes.iter().any(core_loses_of) || block.blocks.iter().any(in_block)
}

fn core_loses_of(attribute: &Attribute) -> bool {
    match &attribute.kind {
        Kind::Plain(_) => false,
        Kind::Nested(nesting, inner) => {
            *nesting == Nesting::Set || attribute.mode.is_computed() || inner.iter().any(core_loses_of)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn terraform_accepts_every_outline((block, prior, config) in exchange()) {
        let planned = plan(&block, &prior, &config).planned;
        let mut breaches = assert_plan_valid(&block, &prior, &config, &planned);
        breaches.extend(assert_conforms_to_type(&planned, &block.ty()));
        prop_assert!(breaches.is_empty(), "{breaches:#?}");
    }

    #[test]
    fn a_second_look_at_an_outline_finds_nothing_new((block, prior, config) in exchange()) {
        let first = plan(&block, &prior, &config);
        let again = outline(&block, &prior, &config, first.planned.clone());
        prop_assert_eq!(again.planned, first.planned);
    }

    /// Core refuses a path that leads nowhere, and would not replace for one that does not change.
    #[test]
    fn every_path_that_asks_for_a_new_object_is_one_that_changes((block, prior, config) in exchange()) {
        let Outline { planned, replace } = plan(&block, &prior, &config);
        if prior.is_null() {
            prop_assert!(replace.is_empty(), "{replace:?}");
        } else {
            let kept = requires_replace_filter(&block, &prior, &planned, &replace).expect("paths that there are");
            prop_assert_eq!(kept.len(), replace.len(), "{:?} of {:?}", kept, replace);
        }
    }

    #[test]
    fn terraform_accepts_what_an_apply_makes_of_an_outline((block, prior, config) in exchange()) {
        // What `applied` invents for a part of something dynamic need not be of the type that the other parts ask for.
        prop_assume!(!block.ty().has_dynamic());
        let planned = plan(&block, &prior, &config).planned;
        let state = applied(&block, &planned);
        let mut breaches = assert_object_compatible(&block, &planned, &state);
        breaches.extend(assert_wholly_known_result(&state, &block.ty()));
        breaches.extend(assert_write_only_null(&block, &state));
        prop_assert!(breaches.is_empty(), "{breaches:#?}");
    }

    #[test]
    fn what_was_just_applied_is_planned_as_it_is((block, _, config) in exchange()) {
        prop_assume!(!core_loses(&block) && !block.ty().has_dynamic());
        let config = applied(&block, &config);
        let state = applied(&block, &plan(&block, &Null, &config).planned);
        let again = plan(&block, &state, &config);
        prop_assert_eq!((again.planned, again.replace), (state, vec![]));
    }
}
