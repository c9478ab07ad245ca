//! A provider being served: its types by name, its clients once it is configured. Every call of the
//! provider's own code goes through [`survive`](super::survive).

mod actions;
mod ephemerals;
mod lists;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::context::Reached;
use super::deferral::Deferred;
use super::ephemeral::Opened;
use super::form::left_behind;
use super::session::Session;
use super::survive::{survive, survive_now};
use super::{
    ApplyRequest, ApplyResponse, Configured, DataResponse, ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList,
    ErasedResource, Function, FunctionError, Host, ImportBy, ImportResponse, MoveSource, Moved, PlanRequest,
    PlanResponse, Private, Provider, ReadRequest, ReadResponse,
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
    lists: OnceLock<ByName<dyn ErasedList<P::Clients>>>,
    ephemerals: OnceLock<ByName<dyn ErasedEphemeral<P::Clients>>>,
    opened: Opened<P::Clients>,
    actions: OnceLock<ByName<dyn ErasedAction<P::Clients>>>,
    functions: OnceLock<Vec<Function>>,
    session: RwLock<Session<P::Clients>>,
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
            lists: OnceLock::new(),
            ephemerals: OnceLock::new(),
            opened: Opened::default(),
            actions: OnceLock::new(),
            functions: OnceLock::new(),
            session: RwLock::default(),
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
        let session = Session::new(configured.clients, &configured.diagnostics, host);
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = session;
        configured.diagnostics
    }

    /// Asks calls under way to come to an end. The process goes on.
    pub fn stop(&self) {
        self.stop_token().cancel();
    }

    fn stop_token(&self) -> CancellationToken {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn session(&self) -> RwLockReadGuard<'_, Session<P::Clients>> {
        self.session.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn clients(&self) -> Option<Arc<P::Clients>> {
        self.session().clients()
    }

    /// Whether an answer with these findings waits for a later run, if the request allowed it.
    pub fn deferral(&self, allowed: bool, found: &Diagnostics) -> Option<Deferred> {
        self.session().deferral(allowed, found)
    }

    /// The same for a plan, which can wait for its own object's sake too.
    pub fn deferral_of_plan(&self, allowed: bool, plan: &PlanResponse) -> Option<Deferred> {
        self.session().deferral_of_plan(allowed, plan)
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

    /// A stored identity in the present form.
    pub fn upgrade_identity(&self, name: &str, version: i64, identity: Json) -> (Value, Diagnostics) {
        let upgrade = |resource: &dyn ErasedResource<P::Clients>| {
            survive_now(|| resource.upgrade_identity(version, identity))
                .unwrap_or_else(|panic| (Value::Null, panic.into()))
        };
        self.resource(name).map_or_else(|errors| (Value::Null, errors), upgrade)
    }

    /// Plans a change.
    pub async fn plan(
        self: &Arc<Self>,
        name: String,
        (prior, proposed, config): (Value, Value, Value),
        private: Private,
        identity: Value,
    ) -> PlanResponse {
        let server = Arc::clone(self);
        let request = PlanRequest { prior, proposed, config, private, identity, stop: self.stop_token() };
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
    pub async fn read(self: &Arc<Self>, name: String, state: Value, private: Private, identity: Value) -> ReadResponse {
        let server = Arc::clone(self);
        let unread = ReadResponse {
            state: state.clone(),
            private: private.clone(),
            identity: identity.clone(),
            diagnostics: Diagnostics::new(),
        };
        let request = ReadRequest { state, private, identity, stop: self.stop_token() };
        let call = async move {
            let resource = server.resource(&name)?;
            Ok::<_, Diagnostics>(resource.read(server.clients(), request).await)
        };
        let read = survive(call).await.unwrap_or_else(|panic| Err(panic.into()));
        read.unwrap_or_else(|diagnostics| ReadResponse { diagnostics, ..unread })
    }

    /// Carries out a change. Whatever happens, the answer holds the best that is known to be there.
    pub async fn apply(
        self: &Arc<Self>,
        name: String,
        (prior, planned, config): (Value, Value, Value),
        private: Private,
        identity: Value,
    ) -> ApplyResponse {
        let server = Arc::clone(self);
        let reached = self.resource(&name).map(|found| Reached::of(found.ty().clone())).unwrap_or_default();
        let (before, remembered, planned_identity, type_name) =
            (prior.clone(), private.clone(), identity.clone(), name.clone());
        let stop = self.stop_token();
        let request = ApplyRequest { prior, planned, config, private, identity, stop, reached: reached.clone() };
        let call = async move {
            let resource = server.resource(&name)?;
            let clients = server.clients().ok_or_else(not_configured)?;
            Ok::<_, Diagnostics>(resource.apply(clients, request).await)
        };
        let applied = survive(call).await.unwrap_or_else(|panic| Err(panic.into()));
        applied.unwrap_or_else(|diagnostics| {
            let resource = self.resource(&type_name).ok();
            let noted = reached.take().zip(resource);
            let noted = noted.map(|((state, private), found)| (left_behind(&found.schema().block, state), private));
            let (state, private) = noted.unwrap_or((before, remembered));
            let identity = match resource {
                _ if state.is_null() => Value::Null,
                // Of a delete none is planned, and the object is still there.
                Some(found) if planned_identity.is_null() => {
                    survive_now(|| found.identity_of(&state)).ok().flatten().unwrap_or_default()
                }
                _ => planned_identity,
            };
            ApplyResponse { state, private, identity, diagnostics }
        })
    }

    /// Reads a data source, or says what it will be like where that waits for a later run.
    pub async fn read_data_source(
        self: &Arc<Self>,
        name: String,
        config: Value,
        deferral_allowed: bool,
    ) -> DataResponse {
        let server = Arc::clone(self);
        let call = async move {
            let source = match server.data_source(&name) {
                Ok(source) => source,
                Err(diagnostics) => return DataResponse { diagnostics, ..DataResponse::default() },
            };
            if let Some(clients) = server.clients() {
                return source.read(clients, server.stop_token(), config).await;
            }
            match server.deferral(deferral_allowed, &Diagnostics::new()) {
                Some(reason) => DataResponse { deferred: Some(reason), ..source.outline(config) },
                None => DataResponse { diagnostics: not_configured().into(), ..DataResponse::default() },
            }
        };
        survive(call)
            .await
            .unwrap_or_else(|panic| DataResponse { diagnostics: panic.into(), ..DataResponse::default() })
    }

    /// The beginning of an imported object.
    pub fn import(&self, name: &str, by: ImportBy) -> ImportResponse {
        match self.resource(name) {
            Ok(resource) => survive_now(|| resource.import(by))
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
