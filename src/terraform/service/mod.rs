//! The tfplugin6 service: messages in, messages out.
//!
//! Every method decodes, calls the [`Server`], encodes. Meaning lives one layer in; a gRPC status is
//! only for what is no user's matter (bytes that are no value of the type).

mod decode;
mod encode;
mod ephemerals;
mod lists;
mod schemas;

use std::collections::HashMap;
use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use self::decode::{decode_identity, decode_state, decode_value, decode_with, deferral_allowed};
use self::encode::{
    encode_deferred, encode_diagnostics, encode_events, encode_identity, encode_path, encode_value, shown,
};
use super::framework::{
    ErasedAction, ErasedDataSource, ErasedResource, Host, ImportBy, ImportResponse, MoveSource, Moved, Private,
    Provider, Server,
};
use super::proto::tfplugin6 as wire;
use super::proto::tfplugin6::provider_server::{Provider as Rpc, ProviderServer};
use super::value::{Type, Value};

/// Messages in both directions may be this long, as in Go providers. tonic's own limit of 4 MiB is
/// less than the state of a large resource.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// The service over a provider, ready to be routed.
pub fn provider_service<P: Provider>(server: Arc<Server<P>>) -> ProviderServer<Service<P>> {
    ProviderServer::new(Service { server })
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

/// tfplugin6 over a [`Server`].
#[derive(Debug)]
pub struct Service<P: Provider> {
    server: Arc<Server<P>>,
}

impl<P: Provider> Service<P> {
    fn resource_type(&self, name: &str) -> Result<&Type, Status> {
        self.server.resource(name).map(ErasedResource::ty).map_err(|_| no_such_type(name))
    }

    fn identity_type(&self, name: &str) -> Result<&Type, Status> {
        self.server.resource(name).map(ErasedResource::identity_ty).map_err(|_| no_such_type(name))
    }

    fn data_source_type(&self, name: &str) -> Result<&Type, Status> {
        self.server.data_source(name).map(ErasedDataSource::ty).map_err(|_| no_such_type(name))
    }

    fn action_type(&self, name: &str) -> Result<&Type, Status> {
        self.server.action(name).map(ErasedAction::ty).map_err(|_| no_such_type(name))
    }
}

/// Not `Unimplemented`, of which Terraform says that the plugin lacks the whole method.
fn no_such_type(name: &str) -> Status {
    Status::not_found(format!("this provider has no type {name}"))
}

#[tonic::async_trait]
impl<P: Provider> Rpc for Service<P> {
    async fn get_metadata(
        &self,
        _request: Request<wire::get_metadata::Request>,
    ) -> Result<Response<wire::get_metadata::Response>, Status> {
        Ok(Response::new(schemas::metadata(&self.server)))
    }

    async fn get_provider_schema(
        &self,
        _request: Request<wire::get_provider_schema::Request>,
    ) -> Result<Response<wire::get_provider_schema::Response>, Status> {
        Ok(Response::new(schemas::all(&self.server)))
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Result<Response<wire::get_resource_identity_schemas::Response>, Status> {
        Ok(Response::new(schemas::identities(&self.server)))
    }

    async fn get_functions(
        &self,
        _request: Request<wire::get_functions::Request>,
    ) -> Result<Response<wire::get_functions::Response>, Status> {
        let functions = schemas::functions(self.server.functions());
        Ok(Response::new(wire::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Result<Response<wire::validate_provider_config::Response>, Status> {
        let config = decode_value(request.into_inner().config, self.server.ty())?;
        let diagnostics = encode_diagnostics(self.server.validate_provider(&config));
        Ok(Response::new(wire::validate_provider_config::Response { diagnostics }))
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Result<Response<wire::configure_provider::Response>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.server.ty())?;
        let host = Host { terraform_version: request.terraform_version };
        let diagnostics = encode_diagnostics(self.server.configure(&config, &host));
        Ok(Response::new(wire::configure_provider::Response { diagnostics }))
    }

    async fn stop_provider(
        &self,
        _request: Request<wire::stop_provider::Request>,
    ) -> Result<Response<wire::stop_provider::Response>, Status> {
        self.server.stop();
        Ok(Response::new(wire::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Result<Response<wire::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.resource_type(&request.type_name)?)?;
        let write_only_allowed =
            request.client_capabilities.is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
        let found = self.server.validate_resource(&request.type_name, config, write_only_allowed);
        let diagnostics = encode_diagnostics(found);
        Ok(Response::new(wire::validate_resource_config::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Result<Response<wire::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.type_name)?;
        let (upgraded_state, diagnostics) = match decode_state(request.raw_state) {
            Ok(state) => self.server.upgrade(&request.type_name, request.version, state),
            Err(errors) => (Value::Null, errors),
        };
        Ok(Response::new(wire::upgrade_resource_state::Response {
            upgraded_state: encode_value(&upgraded_state, ty)?,
            diagnostics: encode_diagnostics(diagnostics),
        }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Result<Response<wire::upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        let ty = self.identity_type(&request.type_name)?;
        let (identity, diagnostics) = match decode_state(request.raw_identity) {
            Ok(stored) => self.server.upgrade_identity(&request.type_name, request.version, stored),
            Err(errors) => (Value::Null, errors),
        };
        Ok(Response::new(wire::upgrade_resource_identity::Response {
            upgraded_identity: encode_identity(&identity, ty)?,
            diagnostics: encode_diagnostics(diagnostics),
        }))
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Result<Response<wire::read_resource::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.type_name)?;
        let identity_ty = self.identity_type(&request.type_name)?;
        let state = decode_value(request.current_state, ty)?;
        let identity = decode_identity(request.current_identity, identity_ty)?;
        let read = self.server.read(request.type_name, state, Private::decode(&request.private), identity).await;
        let deferred = self.server.deferral(deferral_allowed(request.client_capabilities), &read.diagnostics);
        Ok(Response::new(wire::read_resource::Response {
            new_state: encode_value(&read.state, ty)?,
            diagnostics: encode_diagnostics(read.diagnostics),
            private: read.private.encode(),
            deferred: encode_deferred(deferred),
            new_identity: encode_identity(&read.identity, identity_ty)?,
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Result<Response<wire::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.type_name)?;
        let values = (
            decode_value(request.prior_state, ty)?,
            decode_value(request.proposed_new_state, ty)?,
            decode_value(request.config, ty)?,
        );
        let identity_ty = self.identity_type(&request.type_name)?;
        let identity = decode_identity(request.prior_identity, identity_ty)?;
        let private = Private::decode(&request.prior_private);
        let plan = self.server.plan(request.type_name, values, private, identity).await;
        let deferred = self.server.deferral_of_plan(deferral_allowed(request.client_capabilities), &plan);
        Ok(Response::new(wire::plan_resource_change::Response {
            planned_state: encode_value(&plan.planned, ty)?,
            requires_replace: plan.replace.iter().map(encode_path).collect(),
            planned_private: plan.private.encode(),
            diagnostics: encode_diagnostics(plan.diagnostics),
            legacy_type_system: false,
            deferred: encode_deferred(deferred),
            planned_identity: encode_identity(&plan.identity, identity_ty)?,
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Result<Response<wire::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.type_name)?;
        let values = (
            decode_value(request.prior_state, ty)?,
            decode_value(request.planned_state, ty)?,
            decode_value(request.config, ty)?,
        );
        let identity_ty = self.identity_type(&request.type_name)?;
        let identity = decode_identity(request.planned_identity, identity_ty)?;
        let private = Private::decode(&request.planned_private);
        let applied = self.server.apply(request.type_name, values, private, identity).await;
        Ok(Response::new(wire::apply_resource_change::Response {
            new_state: encode_value(&applied.state, ty)?,
            private: applied.private.encode(),
            diagnostics: encode_diagnostics(applied.diagnostics),
            legacy_type_system: false,
            new_identity: encode_identity(&applied.identity, identity_ty)?,
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Result<Response<wire::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.type_name)?;
        let identity_ty = self.identity_type(&request.type_name)?;
        let identity = decode_identity(request.identity, identity_ty)?;
        let import = match ImportBy::named(request.id, identity) {
            Ok(by) => self.server.import(&request.type_name, by),
            Err(diagnostics) => ImportResponse { diagnostics, ..ImportResponse::default() },
        };
        let deferred = self.server.deferral(deferral_allowed(request.client_capabilities), &import.diagnostics);
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
        Ok(Response::new(wire::import_resource_state::Response {
            imported_resources,
            diagnostics: encode_diagnostics(import.diagnostics),
            deferred: encode_deferred(deferred),
        }))
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Result<Response<wire::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let ty = self.resource_type(&request.target_type_name)?;
        let moved = match decode_state(request.source_state) {
            Ok(state) => {
                let source = MoveSource {
                    provider: request.source_provider_address,
                    type_name: request.source_type_name,
                    schema_version: request.source_schema_version,
                    state,
                };
                self.server.moved(&request.target_type_name, &source)
            }
            Err(diagnostics) => Moved { diagnostics, ..Moved::default() },
        };
        Ok(Response::new(wire::move_resource_state::Response {
            target_state: encode_value(&moved.state, ty)?,
            diagnostics: encode_diagnostics(moved.diagnostics),
            target_private: Vec::new(),
            target_identity: encode_identity(&moved.identity, self.identity_type(&request.target_type_name)?)?,
        }))
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Result<Response<wire::generate_resource_config::Response>, Status> {
        lists::generate(&self.server, request.into_inner()).map(Response::new)
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Result<Response<wire::validate_list_resource_config::Response>, Status> {
        lists::validate(&self.server, request.into_inner()).map(Response::new)
    }

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Result<Response<BoxStream<wire::list_resource::Event>>, Status> {
        lists::list(&self.server, request.into_inner()).map(Response::new)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Result<Response<wire::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.data_source_type(&request.type_name)?)?;
        let diagnostics = encode_diagnostics(self.server.validate_data_source(&request.type_name, config));
        Ok(Response::new(wire::validate_data_resource_config::Response { diagnostics }))
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Result<Response<wire::read_data_source::Response>, Status> {
        let request = request.into_inner();
        let ty = self.data_source_type(&request.type_name)?;
        let config = decode_value(request.config, ty)?;
        let deferral_allowed = deferral_allowed(request.client_capabilities);
        let found = self.server.read_data_source(request.type_name, config, deferral_allowed).await;
        Ok(Response::new(wire::read_data_source::Response {
            state: encode_value(&found.state, ty)?,
            diagnostics: encode_diagnostics(found.diagnostics),
            deferred: encode_deferred(found.deferred),
        }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<wire::validate_ephemeral_resource_config::Response>, Status> {
        ephemerals::validate(&self.server, request.into_inner()).map(Response::new)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Result<Response<wire::open_ephemeral_resource::Response>, Status> {
        ephemerals::open(&self.server, request.into_inner()).await.map(Response::new)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Result<Response<wire::renew_ephemeral_resource::Response>, Status> {
        ephemerals::renew(&self.server, request.into_inner()).await.map(Response::new)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Result<Response<wire::close_ephemeral_resource::Response>, Status> {
        ephemerals::close(&self.server, request.into_inner()).await.map(Response::new)
    }

    async fn validate_action_config(
        &self,
        request: Request<wire::validate_action_config::Request>,
    ) -> Result<Response<wire::validate_action_config::Response>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.action_type(&request.action_type)?)?;
        let diagnostics = encode_diagnostics(self.server.validate_action(&request.action_type, config));
        Ok(Response::new(wire::validate_action_config::Response { diagnostics }))
    }

    async fn plan_action(
        &self,
        request: Request<wire::plan_action::Request>,
    ) -> Result<Response<wire::plan_action::Response>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.action_type(&request.action_type)?)?;
        let found = self.server.plan_action(request.action_type, config).await;
        let deferred = encode_deferred(self.server.deferral(deferral_allowed(request.client_capabilities), &found));
        Ok(Response::new(wire::plan_action::Response { diagnostics: encode_diagnostics(found), deferred }))
    }

    async fn invoke_action(
        &self,
        request: Request<wire::invoke_action::Request>,
    ) -> Result<Response<BoxStream<wire::invoke_action::Event>>, Status> {
        let request = request.into_inner();
        let config = decode_value(request.config, self.action_type(&request.action_type)?)?;
        Ok(Response::new(encode_events(self.server.invoke_action(request.action_type, config))))
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Result<Response<wire::call_function::Response>, Status> {
        let request = request.into_inner();
        let function = self.server.functions().iter().find(|function| function.name == request.name);
        let arguments = function.map(|function| {
            decode_with(request.arguments, |index| function.parameter(index).map(|parameter| &parameter.ty))
        });
        let result = self.server.call(&request.name, &arguments.transpose()?.unwrap_or_default());
        let (result, error) = match (result, function) {
            (Ok(value), Some(function)) => (encode_value(&value, &function.returns)?, None),
            (Err(error), _) => (None, Some(error)),
            (Ok(_), None) => (None, None),
        };
        let error =
            error.map(|error| wire::FunctionError { text: shown(error.text), function_argument: error.argument });
        Ok(Response::new(wire::call_function::Response { result, error }))
    }
}

/// What an empty set of named messages looks like on the wire: kinds of types that are not offered.
fn none<T>() -> HashMap<String, T> {
    HashMap::new()
}
