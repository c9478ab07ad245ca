//! Ephemeral resources: messages in, messages out.

use std::sync::Arc;

use tonic::Status;

use super::decode::{decode_value, deferral_allowed};
use super::encode::{encode_deferred, encode_diagnostics, encode_value};
use super::no_such_type;
use crate::terraform::framework::{ErasedEphemeral, Private, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::Type;

fn type_of<'s, P: Provider>(server: &'s Server<P>, name: &str) -> Result<&'s Type, Status> {
    server.ephemeral(name).map(ErasedEphemeral::ty).map_err(|_| no_such_type(name))
}

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_ephemeral_resource_config::Request,
) -> Result<wire::validate_ephemeral_resource_config::Response, Status> {
    let config = decode_value(request.config, type_of(server, &request.type_name)?)?;
    let diagnostics = encode_diagnostics(server.validate_ephemeral(&request.type_name, config));
    Ok(wire::validate_ephemeral_resource_config::Response { diagnostics })
}

pub(super) async fn open<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::open_ephemeral_resource::Request,
) -> Result<wire::open_ephemeral_resource::Response, Status> {
    let ty = type_of(server, &request.type_name)?;
    let config = decode_value(request.config, ty)?;
    let opened = server.open(request.type_name, config, deferral_allowed(request.client_capabilities)).await;
    Ok(wire::open_ephemeral_resource::Response {
        diagnostics: encode_diagnostics(opened.diagnostics),
        renew_at: opened.renew_at.map(Into::into),
        result: encode_value(&opened.result, ty)?,
        private: Some(opened.private.encode()),
        deferred: encode_deferred(opened.deferred),
    })
}

pub(super) async fn renew<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::renew_ephemeral_resource::Request,
) -> Result<wire::renew_ephemeral_resource::Response, Status> {
    type_of(server, &request.type_name)?;
    let renewed = server.renew(&request.type_name, Private::decode(&request.private.unwrap_or_default())).await;
    Ok(wire::renew_ephemeral_resource::Response {
        diagnostics: encode_diagnostics(renewed.diagnostics),
        renew_at: renewed.renew_at.map(Into::into),
        private: Some(renewed.private.encode()),
    })
}

pub(super) async fn close<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::close_ephemeral_resource::Request,
) -> Result<wire::close_ephemeral_resource::Response, Status> {
    type_of(server, &request.type_name)?;
    let found = server.close(request.type_name, Private::decode(&request.private.unwrap_or_default())).await;
    Ok(wire::close_ephemeral_resource::Response { diagnostics: encode_diagnostics(found) })
}
