//! Functions: messages in, messages out.

use tonic::Status;

use super::decode::decode_with;
use super::encode::{encode_value, shown};
use super::schemas;
use crate::terraform::framework::{Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;

pub(super) fn all<P: Provider>(server: &Server<P>) -> wire::get_functions::Response {
    wire::get_functions::Response { functions: schemas::functions(server.functions()), diagnostics: Vec::new() }
}

pub(super) fn call<P: Provider>(
    server: &Server<P>,
    request: wire::call_function::Request,
) -> Result<wire::call_function::Response, Status> {
    let function = server.functions().iter().find(|function| function.name == request.name);
    let arguments = function.map(|function| {
        decode_with(request.arguments, |index| function.parameter(index).map(|parameter| &parameter.ty))
    });
    let result = server.call(&request.name, &arguments.transpose()?.unwrap_or_default());
    let (result, error) = match (result, function) {
        (Ok(value), Some(function)) => (encode_value(&value, &function.returns)?, None),
        (Err(error), _) => (None, Some(error)),
        (Ok(_), None) => (None, None),
    };
    let error = error.map(|error| wire::FunctionError { text: shown(error.text), function_argument: error.argument });
    Ok(wire::call_function::Response { result, error })
}
