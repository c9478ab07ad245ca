//! Random types, and values of them, for property tests.

use proptest::prelude::*;

use super::{Number, Type, Value};

/// Any type, a few levels deep, dynamic included.
pub fn types() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![
        2 => Just(Type::Bool),
        3 => Just(Type::Number),
        4 => Just(Type::String),
        1 => Just(Type::Dynamic),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::btree_map("[a-z_]{1,6}", inner.clone(), 0..4).prop_map(Type::Object),
            prop::collection::vec(inner, 0..4).prop_map(Type::Tuple),
        ]
    })
    .boxed()
}

/// Values of a type in which anything may be null, and, if asked for, unknown.
pub fn values(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let known = non_null(ty, unknown);
    let unknowns = u32::from(unknown);
    prop_oneof![8 => known, 1 => Just(Value::Null), unknowns => Just(Value::Unknown)].boxed()
}

/// Values of a type that are not null and not unknown themselves; their elements may be.
pub fn non_null(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => texts().prop_map(Value::string).boxed(),
        Type::Dynamic => dynamics(unknown),
        Type::List(element) => prop::collection::vec(values(element, unknown), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => prop::collection::vec(values(element, unknown), 0..4).prop_map(Value::set).boxed(),
        Type::Map(element) => {
            prop::collection::btree_map("[a-zé\"]{0,3}", values(element, unknown), 0..4).prop_map(Value::Map).boxed()
        }
        Type::Object(attributes) => attributes
            .iter()
            .map(|(name, ty)| (Just(name.clone()), values(ty, unknown)))
            .collect::<Vec<_>>()
            .prop_map(Value::map)
            .boxed(),
        Type::Tuple(types) => {
            types.iter().map(|ty| values(ty, unknown)).collect::<Vec<_>>().prop_map(Value::List).boxed()
        }
    }
}

/// Text, some of it not in normalisation form C.
pub fn texts() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z]{0,4}", 1 => ".{0,8}", 1 => Just("e\u{301}".to_owned())]
}

/// Numbers of every wire form: 64-bit integers of either kind, doubles, long decimals.
pub fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        3 => (-3_i64..20).prop_map(Number::from),
        1 => any::<i64>().prop_map(Number::from),
        1 => any::<u64>().prop_map(Number::from),
        1 => any::<f64>().prop_filter_map("finite", Number::from_f64),
        1 => "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,2})?".prop_filter_map("decimal", |text| text.parse().ok()),
    ]
}

fn dynamics(unknown: bool) -> BoxedStrategy<Value> {
    let plain = prop_oneof![
        Just(Type::Bool),
        Just(Type::String),
        Just(Type::Tuple(vec![Type::Number, Type::String])),
        Just(Type::object([("a", Type::list(Type::String)), ("b", Type::Bool)])),
    ];
    plain
        .prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknown)))
        .prop_map(|typed| Value::Dynamic(Box::new(typed)))
        .boxed()
}

/// Values of the dynamic type that say of any type that they are of it, and now and then hold something dynamic again.
pub fn dynamics_of_any_type(unknown: bool) -> BoxedStrategy<Value> {
    types()
        .prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknown)))
        .prop_map(|(ty, value)| Value::dynamic(ty, value))
        .boxed()
}
