//! Random schemas, values that fit them, and a provider that does everything right, for property tests.

use proptest::prelude::*;

use super::dynamic::{close, lower, open};
use super::view::child;
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting};
use crate::terraform::value::arbitrary::{non_null, values};
use crate::terraform::value::{Type, Value};

/// Blocks with attributes of every mode and nesting, and blocks inside, two levels deep.
///
/// Inside of sets nothing is optional and computed at once: elements that differ only there are merged
/// by core's own proposal, and no provider could then plan what core accepts (a named test shows it).
pub fn blocks() -> BoxedStrategy<Block> {
    block(2, false)
}

fn block(depth: u32, in_set: bool) -> BoxedStrategy<Block> {
    let blocks = if depth == 0 { 0..1 } else { 0..3 };
    (attributes(depth, in_set), prop::collection::vec(nested_block(depth, in_set), blocks))
        .prop_map(|(attributes, mut blocks)| {
            for (index, nested) in blocks.iter_mut().enumerate() {
                nested.name = format!("b{index}");
            }
            Block { attributes, blocks, description: String::new() }
        })
        .boxed()
}

fn nested_block(depth: u32, in_set: bool) -> BoxedStrategy<NestedBlock> {
    if depth == 0 {
        return Just(NestedBlock::single("", Block::default())).boxed();
    }
    let nestings = prop_oneof![
        Just(BlockNesting::Single),
        Just(BlockNesting::Group),
        Just(BlockNesting::List),
        Just(BlockNesting::Set),
        Just(BlockNesting::Map),
    ];
    nestings
        .prop_flat_map(move |nesting| (Just(nesting), block(depth - 1, in_set || nesting == BlockNesting::Set)))
        .prop_map(|(nesting, block)| NestedBlock::new("", nesting, block))
        .boxed()
}

fn attributes(depth: u32, in_set: bool) -> BoxedStrategy<Vec<Attribute>> {
    prop::collection::vec(attribute(depth, in_set), 1..4)
        .prop_map(|mut attributes| {
            for (index, attribute) in attributes.iter_mut().enumerate() {
                attribute.name = format!("a{index}");
            }
            attributes
        })
        .boxed()
}

fn attribute(depth: u32, in_set: bool) -> BoxedStrategy<Attribute> {
    let modes =
        prop_oneof![Just(Mode::Required), Just(Mode::Optional), Just(Mode::Computed), Just(Mode::OptionalComputed)];
    (kind(depth, in_set), modes, prop::bool::weighted(0.2), prop::bool::weighted(0.1))
        .prop_map(move |(kind, mode, sensitive, write_only)| {
            let mut attribute = Attribute::string("", "");
            attribute.kind = kind;
            attribute.mode = if in_set && mode == Mode::OptionalComputed { Mode::Optional } else { mode };
            attribute.sensitive = sensitive;
            attribute.write_only = write_only && !in_set && !attribute.mode.is_computed();
            attribute
        })
        .boxed()
}

fn kind(depth: u32, in_set: bool) -> BoxedStrategy<Kind> {
    let dynamic = if in_set { Type::String } else { Type::Dynamic };
    let plain = prop_oneof![
        4 => Just(Type::String),
        2 => Just(Type::Number),
        1 => Just(Type::Bool),
        1 => Just(Type::list(Type::String)),
        2 => Just(Type::set(Type::String)),
        1 => Just(Type::map(Type::Number)),
        1 => Just(Type::object([("x", Type::String), ("y", Type::Bool)])),
        1 => Just(dynamic),
    ]
    .prop_map(Kind::Plain);
    if depth == 0 {
        return plain.boxed();
    }
    let nestings = prop_oneof![Just(Nesting::Single), Just(Nesting::List), Just(Nesting::Set), Just(Nesting::Map)];
    let nested = nestings
        .prop_flat_map(move |nesting| (Just(nesting), attributes(depth - 1, in_set || nesting == Nesting::Set)))
        .prop_map(|(nesting, attributes)| Kind::Nested(nesting, attributes));
    prop_oneof![3 => plain, 1 => nested].boxed()
}

/// Configurations of a block: unknown here and there, null where only the provider decides.
pub fn configs(block: &Block) -> BoxedStrategy<Value> {
    object(&block.attributes, &block.blocks, Purpose::Config)
}

/// States of a block: wholly known, null where an attribute is write-only.
pub fn states(block: &Block) -> BoxedStrategy<Value> {
    object(&block.attributes, &block.blocks, Purpose::State)
}

#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    Config,
    State,
}

fn object(attributes: &[Attribute], blocks: &[NestedBlock], purpose: Purpose) -> BoxedStrategy<Value> {
    let attributes = attributes.iter().map(|inner| (Just(inner.name.clone()), attribute_values(inner, purpose)));
    let blocks = blocks.iter().map(|nested| (Just(nested.name.clone()), block_values(nested, purpose)));
    attributes.chain(blocks).collect::<Vec<_>>().prop_map(Value::map).boxed()
}

fn attribute_values(attribute: &Attribute, purpose: Purpose) -> BoxedStrategy<Value> {
    let absent = match purpose {
        Purpose::Config => attribute.mode == Mode::Computed,
        Purpose::State => attribute.write_only,
    };
    if absent {
        return Just(Value::Null).boxed();
    }
    let unknown = purpose == Purpose::Config;
    let set = match &attribute.kind {
        Kind::Plain(ty) if attribute.mode == Mode::Required => non_null(ty, unknown),
        Kind::Plain(ty) => values(ty, unknown),
        Kind::Nested(nesting, inner) => {
            let element = Type::object(inner.iter().map(|inner| (inner.name.clone(), inner.ty())));
            let item = object(inner, &[], purpose);
            match nesting {
                Nesting::Single => item,
                Nesting::List => collection(item, element, Value::List),
                Nesting::Set => collection(item, element, Value::set),
                Nesting::Map => map(item, element),
            }
        }
    };
    let (nulls, unknowns) = (u32::from(attribute.mode != Mode::Required), u32::from(unknown));
    prop_oneof![6 => set, 2 * nulls => Just(Value::Null), unknowns => Just(Value::Unknown)].boxed()
}

fn block_values(nested: &NestedBlock, purpose: Purpose) -> BoxedStrategy<Value> {
    let item = object(&nested.block.attributes, &nested.block.blocks, purpose);
    let element = nested.block.ty();
    let set = match nested.nesting {
        BlockNesting::Single => prop_oneof![3 => item, 1 => Just(Value::Null)].boxed(),
        BlockNesting::Group => item,
        BlockNesting::List => collection(item, element, Value::List),
        BlockNesting::Set => collection(item, element, Value::set),
        BlockNesting::Map => map(item, element),
    };
    let unknowns = u32::from(purpose == Purpose::Config && nested.nesting != BlockNesting::Group);
    prop_oneof![9 => set, unknowns => Just(Value::Unknown)].boxed()
}

fn collection(item: BoxedStrategy<Value>, element: Type, gather: fn(Vec<Value>) -> Value) -> BoxedStrategy<Value> {
    prop::collection::vec(item, 0..4).prop_map(move |items| close_if_dynamic(gather(items), &element)).boxed()
}

fn map(item: BoxedStrategy<Value>, element: Type) -> BoxedStrategy<Value> {
    let entries = prop::collection::btree_map("[a-c]", item, 0..4);
    entries.prop_map(move |entries| close_if_dynamic(Value::Map(entries), &element)).boxed()
}

fn close_if_dynamic(value: Value, element: &Type) -> Value {
    if element.has_dynamic() { close(value, element) } else { value }
}

/// What a provider plans that decides nothing yet: the proposal, with null where an attribute is
/// write-only and unknown where a computed one is null.
#[must_use]
pub fn faithful_plan(block: &Block, proposed: &Value) -> Value {
    rewrite(block, proposed, &Value::Unknown)
}

/// What an apply makes of a plan: the same, with something known in every unknown place, and null where
/// an attribute is write-only.
#[must_use]
pub fn applied(block: &Block, planned: &Value) -> Value {
    rewrite(block, &filled(planned, &block.ty()), &Value::Null)
}

/// The same object, with null where an attribute is write-only and `absent` where a computed one is null.
fn rewrite(block: &Block, object: &Value, absent: &Value) -> Value {
    let Value::Map(_) = object else { return object.clone() };
    let attributes = rewrite_attributes(&block.attributes, object, absent);
    let blocks = block.blocks.iter().map(|nested| {
        let held = child(object, &nested.name);
        let rewritten = match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => rewrite(&nested.block, held, absent),
            _ => each(held, &nested.block.ty(), |item| rewrite(&nested.block, item, absent)),
        };
        (nested.name.clone(), rewritten)
    });
    Value::map(attributes.chain(blocks))
}

fn rewrite_attributes<'a>(
    attributes: &'a [Attribute],
    object: &'a Value,
    absent: &'a Value,
) -> impl Iterator<Item = (String, Value)> + 'a {
    attributes.iter().map(move |attribute| {
        (attribute.name.clone(), rewrite_attribute(attribute, child(object, &attribute.name), absent))
    })
}

fn rewrite_attribute(attribute: &Attribute, value: &Value, absent: &Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    if attribute.mode.is_computed() && value.is_null() {
        return absent.clone();
    }
    let Kind::Nested(nesting, inner) = &attribute.kind else { return value.clone() };
    let rewrite = |item: &Value| match item {
        Value::Map(_) => Value::map(rewrite_attributes(inner, item, absent)),
        other => other.clone(),
    };
    let element = Type::object(inner.iter().map(|inner| (inner.name.clone(), inner.ty())));
    if *nesting == Nesting::Single { rewrite(value) } else { each(value, &element, rewrite) }
}

fn each(collection: &Value, element: &Type, change: impl Fn(&Value) -> Value) -> Value {
    let changed = match &*open(collection, element) {
        Value::List(items) => Value::List(items.iter().map(&change).collect()),
        Value::Set(items) => Value::set(items.iter().map(&change).collect()),
        Value::Map(entries) => Value::map(entries.iter().map(|(key, item)| (key.clone(), change(item)))),
        other => return other.clone(),
    };
    if matches!(collection, Value::Dynamic(_)) { close(changed, element) } else { changed }
}

fn filled(planned: &Value, ty: &Type) -> Value {
    match (planned, ty) {
        (Value::Unknown, ty) => invented(ty),
        (Value::Dynamic(inner), _) => Value::Dynamic(Box::new(lower(filled(&inner.1, &inner.0), &inner.0))),
        (Value::List(items), Type::List(element)) => {
            Value::List(items.iter().map(|item| filled(item, element)).collect())
        }
        (Value::List(items), Type::Tuple(types)) => {
            Value::List(items.iter().zip(types).map(|(item, ty)| filled(item, ty)).collect())
        }
        (Value::Set(items), Type::Set(element)) => Value::set(items.iter().map(|item| filled(item, element)).collect()),
        (Value::Map(entries), Type::Map(element)) => {
            Value::map(entries.iter().map(|(key, item)| (key.clone(), filled(item, element))))
        }
        (Value::Map(entries), Type::Object(types)) => {
            Value::map(entries.iter().map(|(name, item)| (name.clone(), filled(item, &types[name]))))
        }
        (known, _) => known.clone(),
    }
}

fn invented(ty: &Type) -> Value {
    match ty {
        Type::Bool => true.into(),
        Type::Number => 7.into(),
        Type::String => "found out".into(),
        // May stand for a plain attribute and for a list or map of objects with something dynamic inside.
        Type::Dynamic => Value::Dynamic(Box::new((Type::Tuple(Vec::new()), Value::List(Vec::new())))),
        Type::List(_) => Value::List(Vec::new()),
        Type::Set(_) => Value::set(Vec::new()),
        Type::Map(_) => Value::map::<String>([]),
        Type::Object(types) => Value::map(types.iter().map(|(name, ty)| (name.clone(), invented(ty)))),
        Type::Tuple(types) => Value::List(types.iter().map(invented).collect()),
    }
}
