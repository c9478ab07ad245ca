//! A provider being served: its types by name, its clients once it is configured. Every call of the
//! provider's own code goes through [`survive`](super::survive).

mod actions;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::context::Reached;
use super::form::left_behind;
use super::survive::{survive, survive_now};
use super::{
    ApplyRequest, ApplyResponse, Configured, ErasedAction, ErasedDataSource, ErasedResource, Function, FunctionError,
    Host, ImportResponse, MoveSource, Moved, PlanRequest, PlanResponse, Private, Provider, ReadRequest, ReadResponse,
};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::{self, Schema};
use crate::terraform::value::{Type, Value};

/// Types by their full names.
type ByName<T> = HashMap<&'static str, Box<T>>;

/// A provider being served. Nothing is built before it is asked for: every process of a run pays for
/// its start, and most of them use one or two types.
pub struct Server<P: Provider> {
    provider: P,
    schema: OnceLock<(Schema, Type)>,
    resources: OnceLock<ByName<dyn ErasedResource<P::Clients>>>,
    data_sources: OnceLock<ByName<dyn ErasedDataSource<P::Clients>>>,
    actions: OnceLock<ByName<dyn ErasedAction<P::Clients>>>,
    functions: OnceLock<Vec<Function>>,
    clients: RwLock<Option<Arc<P::Clients>>>,
    stop: Mutex<CancellationToken>,
}

impl<P: Provider> std::fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl<P: Provider> Server<P> {
    /// Serves that provider.
    pub fn new(provider: P) -> Self {
        Self {
            provider,
            schema: OnceLock::new(),
            resources: OnceLock::new(),
            data_sources: OnceLock::new(),
            actions: OnceLock::new(),
            functions: OnceLock::new(),
            clients: RwLock::new(None),
            stop: Mutex::new(CancellationToken::new()),
        }
    }

    fn declared(&self) -> &(Schema, Type) {
        self.schema.get_or_init(|| {
            let schema = self.provider.schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }

    /// The provider block.
    pub fn schema(&self) -> &Schema {
        &self.declared().0
    }

    /// The type of the provider block's value.
    pub fn ty(&self) -> &Type {
        &self.declared().1
    }

    /// The managed resource types by name.
    pub fn resources(&self) -> &ByName<dyn ErasedResource<P::Clients>> {
        self.resources
            .get_or_init(|| self.provider.resources().into_iter().map(|resource| (resource.name(), resource)).collect())
    }

    /// The data source types by name.
    pub fn data_sources(&self) -> &ByName<dyn ErasedDataSource<P::Clients>> {
        self.data_sources
            .get_or_init(|| self.provider.data_sources().into_iter().map(|source| (source.name(), source)).collect())
    }

    /// The functions.
    pub fn functions(&self) -> &[Function] {
        self.functions.get_or_init(|| self.provider.functions())
    }

    /// One managed resource type.
    ///
    /// # Errors
    ///
    /// A message for the user when there is no such type: the provider is older than the configuration.
    pub fn resource(&self, name: &str) -> Result<&dyn ErasedResource<P::Clients>, Diagnostics> {
        self.resources().get(name).map(|resource| &**resource).ok_or_else(|| no_such_type("resource", name))
    }

    /// One data source type.
    ///
    /// # Errors
    ///
    /// As for [`Server::resource`].
    pub fn data_source(&self, name: &str) -> Result<&dyn ErasedDataSource<P::Clients>, Diagnostics> {
        self.data_sources().get(name).map(|source| &**source).ok_or_else(|| no_such_type("data source", name))
    }

    /// Findings on the provider block.
    pub fn validate_provider(&self, config: &Value) -> Diagnostics {
        survive_now(|| {
            let mut found = schema::validate(&self.schema().block, config, true);
            found.extend(self.provider.validate(config));
            found
        })
        .unwrap_or_else(Diagnostics::from)
    }

    /// Configures. The last call counts: in debug mode one process serves many runs.
    pub fn configure(&self, config: &Value, host: &Host) -> Diagnostics {
        let configured = survive_now(|| self.provider.configure(config, host))
            .unwrap_or_else(|panic| Configured { clients: None, diagnostics: panic.into() });
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = configured.clients.map(Arc::new);
        configured.diagnostics
    }

    /// Asks calls under way to come to an end. The process goes on.
    pub fn stop(&self) {
        self.stop_token().cancel();
    }

    fn stop_token(&self) -> CancellationToken {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn clients(&self) -> Option<Arc<P::Clients>> {
        self.clients.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Findings on a resource's configuration.
    pub fn validate_resource(&self, name: &str, config: Value, write_only_allowed: bool) -> Diagnostics {
        let validate = |resource: &dyn ErasedResource<P::Clients>| {
            survive_now(|| resource.validate(config, write_only_allowed)).unwrap_or_else(Diagnostics::from)
        };
        self.resource(name).map_or_else(|errors| errors, validate)
    }

    /// Findings on a data source's configuration.
    pub fn validate_data_source(&self, name: &str, config: Value) -> Diagnostics {
        let validate = |source: &dyn ErasedDataSource<P::Clients>| {
            survive_now(|| source.validate(config)).unwrap_or_else(Diagnostics::from)
        };
        self.data_source(name).map_or_else(|errors| errors, validate)
    }

    /// Stored state in the present form.
    pub fn upgrade(&self, name: &str, version: i64, state: Json) -> (Value, Diagnostics) {
        let upgrade = |resource: &dyn ErasedResource<P::Clients>| {
            survive_now(|| resource.upgrade(version, state)).unwrap_or_else(|panic| (Value::Null, panic.into()))
        };
        self.resource(name).map_or_else(|errors| (Value::Null, errors), upgrade)
    }

    /// Plans a change.
    pub async fn plan(
        self: &Arc<Self>,
        name: String,
        (prior, proposed, config): (Value, Value, Value),
        private: Private,
    ) -> PlanResponse {
        let server = Arc::clone(self);
        let request = PlanRequest { prior, proposed, config, private, stop: self.stop_token() };
        let call = async move {
            match server.resource(&name) {
                Ok(resource) => resource.plan(server.clients(), request).await,
                Err(diagnostics) => PlanResponse { diagnostics, ..PlanResponse::default() },
            }
        };
        survive(call)
            .await
            .unwrap_or_else(|panic| PlanResponse { diagnostics: panic.into(), ..PlanResponse::default() })
    }

    /// Reads an object.
    pub async fn read(self: &Arc<Self>, name: String, state: Value, private: Private) -> ReadResponse {
        let server = Arc::clone(self);
        let (before, remembered) = (state.clone(), private.clone());
        let request = ReadRequest { state, private, stop: self.stop_token() };
        let call = async move {
            match server.resource(&name) {
                Ok(resource) => resource.read(server.clients(), request).await,
                Err(diagnostics) => ReadResponse { state: request.state, private: request.private, diagnostics },
            }
        };
        let panicked =
            |panic: Diagnostic| ReadResponse { state: before, private: remembered, diagnostics: panic.into() };
        survive(call).await.unwrap_or_else(panicked)
    }

    /// Carries out a change. Whatever happens, the answer holds the best that is known to be there.
    pub async fn apply(
        self: &Arc<Self>,
        name: String,
        (prior, planned, config): (Value, Value, Value),
        private: Private,
    ) -> ApplyResponse {
        let server = Arc::clone(self);
        let reached = self.resource(&name).map(|found| Reached::of(found.ty().clone())).unwrap_or_default();
        let (before, remembered, type_name) = (prior.clone(), private.clone(), name.clone());
        let request =
            ApplyRequest { prior, planned, config, private, stop: self.stop_token(), reached: reached.clone() };
        let call = async move {
            let prior = request.prior.clone();
            match (server.resource(&name), server.clients()) {
                (Ok(resource), Some(clients)) => resource.apply(clients, request).await,
                (Ok(_), None) => {
                    ApplyResponse { state: prior, private: request.private, diagnostics: not_configured().into() }
                }
                (Err(diagnostics), _) => ApplyResponse { state: prior, private: request.private, diagnostics },
            }
        };
        survive(call).await.unwrap_or_else(|panic| {
            let noted = reached.take().zip(self.resource(&type_name).ok());
            let noted = noted.map(|((state, private), found)| (left_behind(&found.schema().block, state), private));
            let (state, private) = noted.unwrap_or((before, remembered));
            ApplyResponse { state, private, diagnostics: panic.into() }
        })
    }

    /// Reads a data source.
    pub async fn read_data_source(self: &Arc<Self>, name: String, config: Value) -> (Value, Diagnostics) {
        let server = Arc::clone(self);
        let call = async move {
            match (server.data_source(&name), server.clients()) {
                (Ok(source), Some(clients)) => source.read(clients, server.stop_token(), config).await,
                (Ok(_), None) => (Value::Null, not_configured().into()),
                (Err(diagnostics), _) => (Value::Null, diagnostics),
            }
        };
        survive(call).await.unwrap_or_else(|panic| (Value::Null, panic.into()))
    }

    /// The beginning of an imported object.
    pub fn import(&self, name: &str, id: &str) -> ImportResponse {
        match self.resource(name) {
            Ok(resource) => survive_now(|| resource.import(id))
                .unwrap_or_else(|panic| ImportResponse { diagnostics: panic.into(), ..ImportResponse::default() }),
            Err(diagnostics) => ImportResponse { diagnostics, ..ImportResponse::default() },
        }
    }

    /// An object of another type, taken over by a `moved` block.
    pub fn moved(&self, name: &str, source: &MoveSource) -> Moved {
        let refused = |diagnostics: Diagnostics| Moved { diagnostics, ..Moved::default() };
        match self.resource(name) {
            Ok(resource) => match survive_now(|| resource.moved(source)) {
                Ok(moved) => moved.unwrap_or_else(|| refused(no_such_move(name, source).into())),
                Err(panic) => refused(panic.into()),
            },
            Err(diagnostics) => refused(diagnostics),
        }
    }

    /// Calls a function.
    ///
    /// # Errors
    ///
    /// The function's own, what is wrong with the arguments, or that there is no function of that name.
    pub fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(function) = self.functions().iter().find(|function| function.name == name) else {
            let text = format!("this version of the provider has no function {name}");
            return Err(FunctionError { text, argument: None });
        };
        survive_now(|| function.answer(arguments)).unwrap_or_else(|panic| {
            Err(FunctionError { text: format!("{}: {}", panic.summary, panic.detail), argument: None })
        })
    }
}

fn no_such_type(kind: &str, name: &str) -> Diagnostics {
    Diagnostic::error(
        format!("No {kind} type {name}"),
        "This version of the provider does not offer it; `terraform init -upgrade` fetches a newer one.",
    )
    .into()
}

fn no_such_move(name: &str, source: &MoveSource) -> Diagnostic {
    Diagnostic::error(
        "Unsupported source of a moved block",
        format!(
            "{name} cannot be moved from {} of provider {}. Remove the `moved` block and import the object instead.",
            source.type_name, source.provider
        ),
    )
}

fn not_configured() -> Diagnostic {
    Diagnostic::error(
        "The provider is not configured",
        "Its configuration holds values that are not known. Set them from variables, or apply first what they come from \
         (`terraform apply -target=…`).",
    )
}
