//! `terraform query`: validating a list, its stream, and configuration for what it found.

use std::sync::Arc;

use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::codegen::BoxStream;

use super::decode::decode_value;
use super::encode::{encode_diagnostics, encode_identity, encode_value, shown};
use super::no_such_type;
use crate::terraform::framework::{ErasedList, ErasedResource, ListEvent, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::Type;

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_list_resource_config::Request,
) -> Result<wire::validate_list_resource_config::Response, Status> {
    let config = decode_value(request.config, config_type(server, &request.type_name)?)?;
    // What the `list` block itself says, core has checked.
    decode_value(request.include_resource_object, &Type::Bool)?;
    decode_value(request.limit, &Type::Number)?;
    let diagnostics = encode_diagnostics(server.validate_list(&request.type_name, config));
    Ok(wire::validate_list_resource_config::Response { diagnostics })
}

pub(super) fn list<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::list_resource::Request,
) -> Result<BoxStream<wire::list_resource::Event>, Status> {
    let config = decode_value(request.config, config_type(server, &request.type_name)?)?;
    let name = request.type_name.clone();
    let steps = server.list(request.type_name, config, request.include_resource_object, request.limit);
    let server = Arc::clone(server);
    let encode = move |step| {
        let resource = server.resource(&name).map_err(|_| no_such_type(&name))?;
        event(step, resource.ty(), resource.identity_ty())
    };
    Ok(Box::pin(ReceiverStream::new(steps).map(encode)))
}

fn event(step: ListEvent, ty: &Type, identity_ty: &Type) -> Result<wire::list_resource::Event, Status> {
    let object = step.object.map(|object| encode_value(&object, ty)).transpose()?;
    Ok(wire::list_resource::Event {
        identity: encode_identity(&step.identity, identity_ty)?,
        display_name: shown(step.display_name),
        resource_object: object.flatten(),
        diagnostic: encode_diagnostics(step.diagnostics),
    })
}

pub(super) fn generate<P: Provider>(
    server: &Server<P>,
    request: wire::generate_resource_config::Request,
) -> Result<wire::generate_resource_config::Response, Status> {
    let ty =
        server.resource(&request.type_name).map(ErasedResource::ty).map_err(|_| no_such_type(&request.type_name))?;
    let state = decode_value(request.state, ty)?;
    let (config, diagnostics) = server.generate(&request.type_name, &state);
    let diagnostics = encode_diagnostics(diagnostics);
    Ok(wire::generate_resource_config::Response { config: encode_value(&config, ty)?, diagnostics })
}

fn config_type<'s, P: Provider>(server: &'s Server<P>, name: &str) -> Result<&'s Type, Status> {
    server.list_type(name).map(ErasedList::ty).map_err(|_| no_such_type(name))
}
