//! A provider being served: its types by name, its clients once it is configured. Every call of the
//! provider's own code goes through [`survive`](super::survive).

mod actions;
mod data_sources;
mod ephemerals;
mod functions;
mod lists;
mod resources;
mod types;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use tokio_util::sync::CancellationToken;

use self::types::ByName;
use super::deferral::Deferred;
use super::ephemeral::Opened;
use super::session::Session;
use super::survive::survive_now;
use super::{
    Configured, ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Function, Host,
    PlanResponse, Provider,
};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::{self, Schema};
use crate::terraform::value::{Type, Value};

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
}

fn not_configured() -> Diagnostic {
    Diagnostic::error(
        "The provider is not configured",
        "Its configuration holds values that are not known. Set them from variables, or apply first what they come from \
         (`terraform apply -target=…`).",
    )
}
