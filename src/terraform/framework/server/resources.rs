//! Managed resources of a provider being served.

use std::sync::Arc;

use serde_json::Value as Json;

use super::types::{ByName, by_name, find, findings};
use super::{Server, not_configured};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::context::Reached;
use crate::terraform::framework::form::left_behind;
use crate::terraform::framework::survive::{survive, survive_now};
use crate::terraform::framework::{
    ApplyRequest, ApplyResponse, Deferred, ErasedResource, ImportBy, ImportResponse, MoveSource, Moved, PlanRequest,
    PlanResponse, Private, Provider, ReadRequest, ReadResponse,
};
use crate::terraform::value::Value;

impl<P: Provider> Server<P> {
    /// The managed resource types by name.
    pub fn resources(&self) -> &ByName<dyn ErasedResource<P::Clients>> {
        self.resources.get_or_init(|| by_name(self.provider.resources(), ErasedResource::name))
    }

    /// One managed resource type.
    ///
    /// # Errors
    ///
    /// A message for the user when there is no such type: the provider is older than the configuration.
    pub fn resource(&self, name: &str) -> Result<&dyn ErasedResource<P::Clients>, Diagnostics> {
        find(self.resources(), "resource", name)
    }

    /// Findings on a resource's configuration.
    pub fn validate_resource(&self, name: &str, config: Value, write_only_allowed: bool) -> Diagnostics {
        findings(self.resource(name), |found| found.validate(config, write_only_allowed))
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

    /// The beginning of an imported object, and whether it waits for a later run, if the request allowed that.
    ///
    /// The read that follows makes it whole. Where the provider's configuration is not known yet, nothing could be read, and what is there would be
    /// planned and written over unseen: an import that cannot wait is an error then.
    pub fn import(&self, name: &str, by: ImportBy, may_wait: bool) -> (ImportResponse, Option<Deferred>) {
        let refused = |diagnostics| ImportResponse { diagnostics, ..ImportResponse::default() };
        let begun = match self.resource(name) {
            Ok(resource) => survive_now(|| resource.import(by)).unwrap_or_else(|panic| refused(panic.into())),
            Err(diagnostics) => refused(diagnostics),
        };
        let deferred = self.deferral(may_wait, &begun.diagnostics);
        let is_unseen = deferred.is_none() && self.session().waits() && !begun.diagnostics.has_error();
        (if is_unseen { refused(not_configured().into()) } else { begun }, deferred)
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
