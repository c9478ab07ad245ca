//! Managed resources: messages in, messages out.

use std::sync::Arc;

use tonic::Status;

use super::decode::{decode_identity, decode_state, decode_value, deferral_allowed};
use super::encode::{encode_deferred, encode_diagnostics, encode_identity, encode_path, encode_value};
use super::no_such_type;
use crate::terraform::framework::{ImportBy, ImportResponse, MoveSource, Moved, Private, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::value::{Type, Value};

/// The type of the objects, and that of their identities.
fn types_of<'s, P: Provider>(server: &'s Server<P>, name: &str) -> Result<(&'s Type, &'s Type), Status> {
    let resource = server.resource(name).map_err(|_| no_such_type(name))?;
    Ok((resource.ty(), resource.identity_ty()))
}

pub(super) fn validate<P: Provider>(
    server: &Server<P>,
    request: wire::validate_resource_config::Request,
) -> Result<wire::validate_resource_config::Response, Status> {
    let (ty, _) = types_of(server, &request.type_name)?;
    let config = decode_value(request.config, ty)?;
    let write_only_allowed =
        request.client_capabilities.is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
    let found = server.validate_resource(&request.type_name, config, write_only_allowed);
    Ok(wire::validate_resource_config::Response { diagnostics: encode_diagnostics(found) })
}

pub(super) fn upgrade<P: Provider>(
    server: &Server<P>,
    request: wire::upgrade_resource_state::Request,
) -> Result<wire::upgrade_resource_state::Response, Status> {
    let (ty, _) = types_of(server, &request.type_name)?;
    let (upgraded_state, diagnostics) = match decode_state(request.raw_state) {
        Ok(state) => server.upgrade(&request.type_name, request.version, state),
        Err(errors) => (Value::Null, errors),
    };
    Ok(wire::upgrade_resource_state::Response {
        upgraded_state: encode_value(&upgraded_state, ty)?,
        diagnostics: encode_diagnostics(diagnostics),
    })
}

pub(super) fn upgrade_identity<P: Provider>(
    server: &Server<P>,
    request: wire::upgrade_resource_identity::Request,
) -> Result<wire::upgrade_resource_identity::Response, Status> {
    let (_, identity_ty) = types_of(server, &request.type_name)?;
    let (identity, diagnostics) = match decode_state(request.raw_identity) {
        Ok(stored) => server.upgrade_identity(&request.type_name, request.version, stored),
        Err(errors) => (Value::Null, errors),
    };
    Ok(wire::upgrade_resource_identity::Response {
        upgraded_identity: encode_identity(&identity, identity_ty)?,
        diagnostics: encode_diagnostics(diagnostics),
    })
}

pub(super) async fn read<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::read_resource::Request,
) -> Result<wire::read_resource::Response, Status> {
    let (ty, identity_ty) = types_of(server, &request.type_name)?;
    let state = decode_value(request.current_state, ty)?;
    let identity = decode_identity(request.current_identity, identity_ty)?;
    let read = server.read(request.type_name, state, Private::decode(&request.private), identity).await;
    let deferred = server.deferral(deferral_allowed(request.client_capabilities), &read.diagnostics);
    Ok(wire::read_resource::Response {
        new_state: encode_value(&read.state, ty)?,
        diagnostics: encode_diagnostics(read.diagnostics),
        private: read.private.encode(),
        deferred: encode_deferred(deferred),
        new_identity: encode_identity(&read.identity, identity_ty)?,
    })
}

pub(super) async fn plan<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::plan_resource_change::Request,
) -> Result<wire::plan_resource_change::Response, Status> {
    let (ty, identity_ty) = types_of(server, &request.type_name)?;
    let values = (
        decode_value(request.prior_state, ty)?,
        decode_value(request.proposed_new_state, ty)?,
        decode_value(request.config, ty)?,
    );
    let identity = decode_identity(request.prior_identity, identity_ty)?;
    let private = Private::decode(&request.prior_private);
    let plan = server.plan(request.type_name, values, private, identity).await;
    let deferred = server.deferral_of_plan(deferral_allowed(request.client_capabilities), &plan);
    Ok(wire::plan_resource_change::Response {
        planned_state: encode_value(&plan.planned, ty)?,
        requires_replace: plan.replace.iter().map(encode_path).collect(),
        planned_private: plan.private.encode(),
        diagnostics: encode_diagnostics(plan.diagnostics),
        legacy_type_system: false,
        deferred: encode_deferred(deferred),
        planned_identity: encode_identity(&plan.identity, identity_ty)?,
    })
}

pub(super) async fn apply<P: Provider>(
    server: &Arc<Server<P>>,
    request: wire::apply_resource_change::Request,
) -> Result<wire::apply_resource_change::Response, Status> {
    let (ty, identity_ty) = types_of(server, &request.type_name)?;
    let values = (
        decode_value(request.prior_state, ty)?,
        decode_value(request.planned_state, ty)?,
        decode_value(request.config, ty)?,
    );
    let identity = decode_identity(request.planned_identity, identity_ty)?;
    let private = Private::decode(&request.planned_private);
    let applied = server.apply(request.type_name, values, private, identity).await;
    Ok(wire::apply_resource_change::Response {
        new_state: encode_value(&applied.state, ty)?,
        private: applied.private.encode(),
        diagnostics: encode_diagnostics(applied.diagnostics),
        legacy_type_system: false,
        new_identity: encode_identity(&applied.identity, identity_ty)?,
    })
}

pub(super) fn import<P: Provider>(
    server: &Server<P>,
    request: wire::import_resource_state::Request,
) -> Result<wire::import_resource_state::Response, Status> {
    let (ty, identity_ty) = types_of(server, &request.type_name)?;
    let identity = decode_identity(request.identity, identity_ty)?;
    let (import, deferred) = match ImportBy::named(request.id, identity) {
        Ok(by) => server.import(&request.type_name, by, deferral_allowed(request.client_capabilities)),
        Err(diagnostics) => (ImportResponse { diagnostics, ..ImportResponse::default() }, None),
    };
    let imported_resources = if import.state.is_null() {
        Vec::new()
    } else {
        vec![wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: encode_value(&import.state, ty)?,
            private: Vec::new(),
            identity: encode_identity(&import.identity, identity_ty)?,
        }]
    };
    Ok(wire::import_resource_state::Response {
        imported_resources,
        diagnostics: encode_diagnostics(import.diagnostics),
        deferred: encode_deferred(deferred),
    })
}

pub(super) fn take_over<P: Provider>(
    server: &Server<P>,
    request: wire::move_resource_state::Request,
) -> Result<wire::move_resource_state::Response, Status> {
    let (ty, identity_ty) = types_of(server, &request.target_type_name)?;
    let moved = match decode_state(request.source_state) {
        Ok(state) => {
            let source = MoveSource {
                provider: request.source_provider_address,
                type_name: request.source_type_name,
                schema_version: request.source_schema_version,
                state,
            };
            server.moved(&request.target_type_name, &source)
        }
        Err(diagnostics) => Moved { diagnostics, ..Moved::default() },
    };
    Ok(wire::move_resource_state::Response {
        target_state: encode_value(&moved.state, ty)?,
        diagnostics: encode_diagnostics(moved.diagnostics),
        target_private: Vec::new(),
        target_identity: encode_identity(&moved.identity, identity_ty)?,
    })
}
