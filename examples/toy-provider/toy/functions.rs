//! Functions: `provider::toy::join(…)` and others.

use acrnet::terraform::framework::{Function, FunctionError, Parameter};
use acrnet::terraform::value::{Type, Value};

pub(super) fn all() -> Vec<Function> {
    vec![join(), describe(), divide(), explode()]
}

fn parameter(name: &'static str, ty: Type) -> Parameter {
    Parameter { name, description: "", ty, allow_null: false, allow_unknown: false }
}

/// Any number of arguments after the first.
fn join() -> Function {
    Function {
        name: "join",
        summary: "Joins texts",
        description: "Joins all `parts` with `separator`.",
        parameters: vec![parameter("separator", Type::String)],
        variadic: Some(parameter("parts", Type::String)),
        returns: Type::String,
        call: |arguments| {
            let mut texts = arguments.iter().filter_map(Value::as_str);
            let separator = texts.next().unwrap_or_default();
            Ok(Value::from(texts.collect::<Vec<_>>().join(separator)))
        },
    }
}

/// Sees null and unknown values, of any type.
fn describe() -> Function {
    Function {
        name: "describe",
        summary: "Says what a value is",
        description: "",
        parameters: vec![Parameter { allow_null: true, allow_unknown: true, ..parameter("value", Type::Dynamic) }],
        variadic: None,
        returns: Type::String,
        call: |arguments| {
            Ok(Value::from(match arguments {
                [value] if value.is_null() => "null".to_owned(),
                [value] if value.is_unknown() => "unknown".to_owned(),
                [Value::Dynamic(inner)] => inner.0.to_json().to_string(),
                _ => "nothing".to_owned(),
            }))
        },
    }
}

/// Fails for one of its arguments.
fn divide() -> Function {
    Function {
        name: "divide",
        summary: "Divides whole numbers",
        description: "",
        parameters: vec![parameter("dividend", Type::Number), parameter("divisor", Type::Number)],
        variadic: None,
        returns: Type::Number,
        call: |arguments| {
            let whole = |position: usize| match arguments.get(position) {
                Some(Value::Number(number)) => number.as_i64(),
                _ => None,
            };
            match (whole(0), whole(1)) {
                (Some(_), Some(0)) => {
                    Err(FunctionError { text: "the divisor must not be 0".to_owned(), argument: Some(1) })
                }
                (Some(dividend), Some(divisor)) => Ok(Value::from(dividend / divisor)),
                _ => Err(FunctionError { text: "both must be whole numbers".to_owned(), argument: None }),
            }
        },
    }
}

fn explode() -> Function {
    Function {
        name: "explode",
        summary: "Panics",
        description: "",
        parameters: Vec::new(),
        variadic: None,
        returns: Type::Bool,
        call: |_| panic!("asked to panic in a function"),
    }
}
