//! Data sources: messages in, messages out.

use std::sync::Arc;

use tonic::Status;

use super::decode::{decode_value, deferral_allowed};
use super::encode::{encode_deferred, encode_diagnostics, encode_value};
use super::no_such_type;
use crate::terraform::framework::{ErasedDataSource, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::Type;

fn type_of<'s, P: Provider>(server: &'s Server<P>, name: &str) -> Result<&'s Type, Status> {
    server.data_source(name).map(ErasedDataSource::ty).map_err(|_| no_such_type(name))
}

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_data_resource_config::Request,
) -> Result<wire::validate_data_resource_config::Response, Status> {
    let config = decode_value(request.config, type_of(server, &request.type_name)?)?;
    let diagnostics = encode_diagnostics(server.validate_data_source(&request.type_name, config));
    Ok(wire::validate_data_resource_config::Response { diagnostics })
}

pub(super) async fn read<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::read_data_source::Request,
) -> Result<wire::read_data_source::Response, Status> {
    let ty = type_of(server, &request.type_name)?;
    let config = decode_value(request.config, ty)?;
    let deferral_allowed = deferral_allowed(request.client_capabilities);
    let found = server.read_data_source(request.type_name, config, deferral_allowed).await;
    Ok(wire::read_data_source::Response {
        state: encode_value(&found.state, ty)?,
        diagnostics: encode_diagnostics(found.diagnostics),
        deferred: encode_deferred(found.deferred),
    })
}
