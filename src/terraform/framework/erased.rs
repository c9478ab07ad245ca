//! A resource without its type parameters.

mod verbs;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::checked::Asked;
use super::context::Reached;
use super::declared::Declared;
use super::exchange::{
    ApplyRequest, ApplyResponse, ImportBy, ImportResponse, Moved, PlanRequest, PlanResponse, ReadRequest, ReadResponse,
};
use super::form::{left_behind, outgoing};
use super::identity::Identities;
use super::timeouts::Operation;
use super::{Context, MoveSource, Resource, timeouts};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::{IdentitySchema, Schema};
use crate::terraform::value::{Type, Value, ValueError, json};

/// A managed resource type, with values instead of its model.
pub trait ErasedResource<C>: Send + Sync {
    /// The full type name.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> &Schema;
    /// The type of its values.
    fn ty(&self) -> &Type;
    /// Findings on a configuration.
    fn validate(&self, config: Value, write_only_allowed: bool) -> Diagnostics;
    /// State as stored, in the present form.
    fn upgrade(&self, version: i64, state: Json) -> (Value, Diagnostics);
    /// Plans a create, update or destroy.
    fn plan(&self, clients: Option<Arc<C>>, request: PlanRequest) -> Answer<'_, PlanResponse>;
    /// Reads the object. Without clients it stays as it is.
    fn read(&self, clients: Option<Arc<C>>, request: ReadRequest) -> Answer<'_, ReadResponse>;
    /// Creates, updates or deletes.
    fn apply(&self, clients: Arc<C>, request: ApplyRequest) -> Answer<'_, ApplyResponse>;
    /// The beginning of an imported object.
    fn import(&self, by: ImportBy) -> ImportResponse;
    /// An object of another type, taken over. `None`: not from that type.
    fn moved(&self, source: &MoveSource) -> Option<Moved>;
    /// A value of [`ErasedResource::ty`], made into the model and back: the same, if the two fit.
    ///
    /// # Errors
    ///
    /// Where they do not.
    fn through_model(&self, value: Value) -> Result<Value, ValueError>;
    /// The schema of its identity.
    fn identity_schema(&self) -> &IdentitySchema;
    /// The type of its identities.
    fn identity_ty(&self) -> &Type;
    /// The identity of an object in this state, if there is an object and its identity can be told.
    fn identity_of(&self, state: &Value) -> Option<Value>;
    /// An identity as stored, in the present form.
    fn upgrade_identity(&self, version: i64, identity: Json) -> (Value, Diagnostics);
    /// As [`ErasedResource::through_model`], of the identity.
    ///
    /// # Errors
    ///
    /// Where struct and schema do not fit.
    fn identity_through_model(&self, value: Value) -> Result<Value, ValueError>;
}

/// A boxed future: boxing happens here once.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Registers a managed resource type.
#[must_use]
pub fn resource<R: Resource>() -> Box<dyn ErasedResource<R::Clients>> {
    Box::new(Erased::<R> { declared: Declared::new(R::NAME, R::schema), identities: OnceLock::new() })
}

struct Erased<R: Resource> {
    declared: Declared<R::Model>,
    identities: OnceLock<Identities<R>>,
}

impl<R: Resource> Erased<R> {
    fn identities(&self) -> &Identities<R> {
        self.identities.get_or_init(Identities::new)
    }

    /// A state that a failed call has left.
    fn encode_left_behind(&self, model: &R::Model) -> Result<Value, Diagnostics> {
        self.declared.encode(model).map(|value| left_behind(&self.declared.schema().block, value))
    }

    /// State and identity of an object that an import or a move has begun to tell of.
    fn begun(
        &self,
        begun: Result<R::Model, Diagnostics>,
        given: Value,
        diagnostics: &mut Diagnostics,
    ) -> (Value, Value) {
        match begun {
            Ok(model) => {
                let (state, identity) =
                    (self.declared.encode_into(&model, diagnostics), self.identities().of(&model, given));
                self.declared.checked().begun(&state, diagnostics);
                self.identities().checked().begun(&state, &identity, diagnostics);
                (state, identity)
            }
            Err(errors) => {
                diagnostics.extend(errors);
                (Value::Null, Value::Null)
            }
        }
    }
}

impl<R: Resource> ErasedResource<R::Clients> for Erased<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn schema(&self) -> &Schema {
        self.declared.schema()
    }

    fn ty(&self) -> &Type {
        self.declared.ty()
    }

    fn validate(&self, config: Value, write_only_allowed: bool) -> Diagnostics {
        self.declared.validate(config, write_only_allowed, |model, _| R::validate(model))
    }

    fn upgrade(&self, version: i64, state: Json) -> (Value, Diagnostics) {
        let current = if version == self.schema().version { Ok(state) } else { R::upgrade(version, state) };
        match current.map(|state| json::decode(&state, self.ty())) {
            Ok(Ok(value)) => (outgoing(&self.schema().block, value), Diagnostics::new()),
            Ok(Err(error)) => {
                let detail = format!(
                    "The stored state does not have the form that version {version} of the schema says: {error}. \
                     If it was edited by hand, undo that, or remove the object with `terraform state rm` and import it again."
                );
                (Value::Null, Diagnostic::error(format!("Unreadable state of {}", R::NAME), detail).into())
            }
            Err(errors) => (Value::Null, errors),
        }
    }

    fn plan(&self, clients: Option<Arc<R::Clients>>, request: PlanRequest) -> Answer<'_, PlanResponse> {
        Box::pin(async move {
            let asked = Asked::remember([&request.prior, &request.config]);
            let stored = Asked::remember([&request.prior, &request.identity]);
            let private = request.private.clone();
            let planned = if request.proposed.is_null() {
                self.plan_destroy(clients.as_deref(), request).await
            } else {
                self.plan_change(clients.as_deref(), request).await
            };
            let mut response =
                planned.unwrap_or_else(|diagnostics| PlanResponse { private, diagnostics, ..PlanResponse::default() });
            self.declared.checked().plan(asked, &mut response);
            self.identities().checked().plan(stored, &mut response);
            response
        })
    }

    fn read(&self, clients: Option<Arc<R::Clients>>, request: ReadRequest) -> Answer<'_, ReadResponse> {
        Box::pin(async move {
            let unchanged = request.state.clone();
            let stored = Asked::remember([&request.identity]);
            let Some(clients) = clients else {
                let (private, identity) = (request.private, request.identity);
                return ReadResponse { state: unchanged, private, identity, diagnostics: Diagnostics::new() };
            };
            let timeout = timeouts::of(&request.state, Operation::Read);
            let mut context = Context::new(timeout, request.stop, request.private, Reached::default());
            let found = match self.declared.decode(request.state) {
                Ok(model) => R::read(&clients, &mut context, model).await,
                Err(errors) => Err(errors),
            };
            let mut diagnostics = std::mem::take(&mut context.diagnostics);
            let (state, identity) = match found {
                Ok(Some(model)) => {
                    let identity = self.identities().of(&model, request.identity);
                    (self.declared.encode_into(&model, &mut diagnostics), identity)
                }
                Ok(None) => (Value::Null, Value::Null),
                Err(errors) => {
                    diagnostics.extend(errors);
                    (unchanged, request.identity)
                }
            };
            let mut response = ReadResponse { state, private: context.private, identity, diagnostics };
            self.declared.checked().read(&mut response);
            self.identities().checked().read(stored, &mut response);
            response
        })
    }

    fn apply(&self, clients: Arc<R::Clients>, request: ApplyRequest) -> Answer<'_, ApplyResponse> {
        Box::pin(async move {
            let asked = Asked::remember([&request.planned]);
            let planned = Asked::remember([&request.identity]);
            let mut response = self.apply_change(&clients, request).await;
            self.declared.checked().apply(asked, &mut response);
            self.identities().checked().apply(planned, &mut response);
            response
        })
    }

    fn import(&self, by: ImportBy) -> ImportResponse {
        let (begun, given) = match by {
            ImportBy::Id(id) => (R::import(&id), Value::Null),
            ImportBy::Identity(identity) => (self.identities().import(identity.clone()), identity),
        };
        let mut diagnostics = Diagnostics::new();
        let (state, identity) = self.begun(begun, given, &mut diagnostics);
        ImportResponse { state, identity, diagnostics }
    }

    fn moved(&self, source: &MoveSource) -> Option<Moved> {
        let mut diagnostics = Diagnostics::new();
        let begun = R::moved(source, &mut diagnostics)?;
        let (state, identity) = self.begun(begun, Value::Null, &mut diagnostics);
        Some(Moved { state, identity, diagnostics })
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.declared.through_model(value)
    }

    fn identity_schema(&self) -> &IdentitySchema {
        self.identities().schema()
    }

    fn identity_ty(&self) -> &Type {
        self.identities().ty()
    }

    fn identity_of(&self, state: &Value) -> Option<Value> {
        let identity = self.identities().of_state(state, Value::Null);
        (!identity.is_null()).then_some(identity)
    }

    fn upgrade_identity(&self, version: i64, identity: Json) -> (Value, Diagnostics) {
        self.identities().upgrade(version, identity)
    }

    fn identity_through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.identities().through_model(value)
    }
}
