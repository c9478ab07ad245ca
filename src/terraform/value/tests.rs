//! The value layer against literal bytes and texts, and against itself on random values.

mod json;
mod model;
mod msgpack;
mod msgpack_bad;
mod number;
mod text;
mod ty;

use super::{Number, Type, Value};

/// A number from its decimal text.
fn number(text: &str) -> Value {
    Value::Number(text.parse::<Number>().expect("a decimal number"))
}

/// A value of the dynamic type.
fn dynamic(ty: Type, value: Value) -> Value {
    Value::Dynamic(Box::new((ty, value)))
}
