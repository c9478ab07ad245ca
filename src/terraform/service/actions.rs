//! Actions: messages in, messages out.

use std::sync::Arc;

use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::codegen::BoxStream;

use super::decode::{decode_value, deferral_allowed};
use super::encode::{encode_deferred, encode_diagnostics, shown};
use super::no_such_type;
use crate::terraform::framework::{ActionEvent, ErasedAction, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::Type;

fn type_of<'s, P: Provider>(server: &'s Server<P>, name: &str) -> Result<&'s Type, Status> {
    server.action(name).map(ErasedAction::ty).map_err(|_| no_such_type(name))
}

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_action_config::Request,
) -> Result<wire::validate_action_config::Response, Status> {
    let config = decode_value(request.config, type_of(server, &request.action_type)?)?;
    let diagnostics = encode_diagnostics(server.validate_action(&request.action_type, config));
    Ok(wire::validate_action_config::Response { diagnostics })
}

pub(super) async fn plan<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::plan_action::Request,
) -> Result<wire::plan_action::Response, Status> {
    let config = decode_value(request.config, type_of(server, &request.action_type)?)?;
    let found = server.plan_action(request.action_type, config).await;
    let deferred = encode_deferred(server.deferral(deferral_allowed(request.client_capabilities), &found));
    Ok(wire::plan_action::Response { diagnostics: encode_diagnostics(found), deferred })
}

pub(super) fn invoke<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::invoke_action::Request,
) -> Result<BoxStream<wire::invoke_action::Event>, Status> {
    let config = decode_value(request.config, type_of(server, &request.action_type)?)?;
    let events = server.invoke_action(request.action_type, config);
    Ok(Box::pin(ReceiverStream::new(events).map(|step| Ok(event(step)))))
}

/// An event always is one of the two: of one that is neither, Terraform would panic.
fn event(step: ActionEvent) -> wire::invoke_action::Event {
    use wire::invoke_action::event::{Completed, Progress, Type};

    let typed = match step {
        ActionEvent::Progress(message) => Type::Progress(Progress { message: shown(message) }),
        ActionEvent::Completed(end) => Type::Completed(Completed { diagnostics: encode_diagnostics(end) }),
    };
    wire::invoke_action::Event { r#type: Some(typed) }
}
