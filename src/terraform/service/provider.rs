//! The provider itself: messages in, messages out.

use tonic::Status;

use super::decode::decode_value;
use super::encode::encode_diagnostics;
use crate::terraform::framework::{Host, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_provider_config::Request,
) -> Result<wire::validate_provider_config::Response, Status> {
    let config = decode_value(request.config, server.ty())?;
    let diagnostics = encode_diagnostics(server.validate_provider(&config));
    Ok(wire::validate_provider_config::Response { diagnostics })
}

pub(super) fn configure<P: Provider>(
    server: &Server<P>,
    request: wire::configure_provider::Request,
) -> Result<wire::configure_provider::Response, Status> {
    let config = decode_value(request.config, server.ty())?;
    let host = Host { terraform_version: request.terraform_version };
    let diagnostics = encode_diagnostics(server.configure(&config, &host));
    Ok(wire::configure_provider::Response { diagnostics })
}

pub(super) fn stop<P: Provider>(server: &Server<P>) -> wire::stop_provider::Response {
    server.stop();
    wire::stop_provider::Response::default()
}
