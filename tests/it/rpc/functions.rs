//! Functions: their arguments, and what they say of wrong ones.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Type, Value, msgpack};

use super::silent;
use crate::core::{Core, packed};

pub fn text(text: &str) -> (Value, Type) {
    (Value::from(text), Type::String)
}

fn number(number: i64) -> (Value, Type) {
    (Value::from(number), Type::Number)
}

/// Calls a function: the result, or the error and the argument that it is about.
pub async fn call(
    core: &Core,
    name: &str,
    arguments: &[(Value, Type)],
) -> (Option<Value>, Option<(String, Option<i64>)>) {
    let arguments = arguments.iter().map(|(value, ty)| packed(value, ty)).collect();
    let request = wire::call_function::Request { name: name.to_owned(), arguments };
    let answer = core.rpc.clone().call_function(request).await.unwrap().into_inner();
    let returns = if name == "divide" { Type::Number } else { Type::String };
    let result = answer.result.map(|result| msgpack::decode(&result.msgpack, &returns).unwrap());
    (result, answer.error.map(|error| (error.text, error.function_argument)))
}

#[tokio::test]
async fn a_function_takes_any_number_of_variadic_arguments() {
    let core = silent().await;
    assert_eq!(call(&core, "join", &[text("-")]).await.0, Some(Value::from("")));
    assert_eq!(call(&core, "join", &[text("-"), text("a"), text("b"), text("c")]).await.0, Some(Value::from("a-b-c")));
}

#[tokio::test]
async fn a_function_sees_null_and_unknown_only_if_it_wants_to() {
    let core = silent().await;
    let dynamic = |value: Value| (value, Type::Dynamic);
    let typed = Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(Vec::new()))));
    assert_eq!(call(&core, "describe", &[dynamic(Value::Null)]).await.0, Some(Value::from("null")));
    assert_eq!(call(&core, "describe", &[dynamic(Value::Unknown)]).await.0, Some(Value::from("unknown")));
    assert_eq!(call(&core, "describe", &[dynamic(typed)]).await.0, Some(Value::from("[\"list\",\"bool\"]")));
    let unknown = (Value::Unknown, Type::String);
    assert_eq!(call(&core, "join", &[text("-"), unknown]).await.0, Some(Value::Unknown));
    let null = (Value::Null, Type::String);
    let error = call(&core, "join", &[text("-"), text("a"), null]).await.1;
    assert_eq!(error, Some(("parts must not be null".to_owned(), Some(2))));
}

#[tokio::test]
async fn a_function_says_which_argument_is_wrong() {
    let core = silent().await;
    assert_eq!(call(&core, "divide", &[number(6), number(3)]).await.0, Some(Value::from(2)));
    let error = call(&core, "divide", &[number(6), number(0)]).await.1;
    assert_eq!(error, Some(("the divisor must not be 0".to_owned(), Some(1))));
    let error = call(&core, "divide", &[number(6)]).await.1;
    assert_eq!(error, Some(("divide takes 2 arguments, not 1".to_owned(), None)));
    let error = call(&core, "nothing", &[]).await.1.unwrap();
    assert!(error.0.contains("no function nothing"), "{error:?}");
}
