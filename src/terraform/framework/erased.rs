//! A resource without its type parameters: the one place where values become models and back.

mod verbs;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::checked::{Asked, Checked};
use super::context::Reached;
use super::exchange::{
    ApplyRequest, ApplyResponse, ImportBy, ImportResponse, Moved, PlanRequest, PlanResponse, ReadRequest, ReadResponse,
};
use super::form::{left_behind, outgoing};
use super::identity::Identities;
use super::timeouts::Operation;
use super::{Context, MoveSource, Resource, timeouts};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::{self, IdentitySchema, Schema};
use crate::terraform::value::{Type, Value, ValueError, from_value, json, to_value};

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
    Box::new(Erased::<R> { declared: OnceLock::new(), identities: OnceLock::new(), kind: PhantomData })
}

/// The model and the schema of a type disagree: found by the test over all types, not by users.
pub(super) fn model_mismatch(name: &str, error: &ValueError) -> Diagnostic {
    Diagnostic::error(
        format!("{name} does not fit its own schema"),
        format!("{error}. This is a bug in the provider, please report it."),
    )
}

/// A configured value that the model has no place for, such as a fraction where it counts. Nothing more
/// is said of it where a check has found it already.
pub(super) fn unfit(found: &Diagnostics, error: &ValueError) -> Option<Diagnostic> {
    let said = found.iter().any(|diagnostic| diagnostic.path.as_ref() == Some(&error.path));
    (!said).then(|| Diagnostic::error("Invalid value", format!("{}.", error.reason)).at(error.path.clone()))
}

struct Erased<R> {
    declared: OnceLock<(Schema, Type)>,
    identities: OnceLock<Identities<R>>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Resource> Erased<R> {
    fn declared(&self) -> &(Schema, Type) {
        self.declared.get_or_init(|| {
            let schema = R::schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }

    fn identities(&self) -> &Identities<R> {
        self.identities.get_or_init(Identities::new)
    }

    fn decode(value: Value) -> Result<R::Model, Diagnostics> {
        from_value(value).map_err(|error| model_mismatch(R::NAME, &error).into())
    }

    fn encode(&self, model: &R::Model) -> Result<Value, Diagnostics> {
        let (schema, ty) = self.declared();
        let value = to_value(model, ty).map_err(|error| model_mismatch(R::NAME, &error))?;
        Ok(outgoing(&schema.block, value))
    }

    /// A state that a failed call has left.
    fn encode_left_behind(&self, model: &R::Model) -> Result<Value, Diagnostics> {
        self.encode(model).map(|value| left_behind(&self.declared().0.block, value))
    }

    fn checked(&self) -> Checked<'_> {
        let (schema, ty) = self.declared();
        Checked { name: R::NAME, block: &schema.block, ty }
    }

    /// The value of a model, or null and the reason.
    fn encode_into(&self, model: &R::Model, diagnostics: &mut Diagnostics) -> Value {
        self.encode(model).unwrap_or_else(|errors| {
            diagnostics.extend(errors);
            Value::Null
        })
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
                let (state, identity) = (self.encode_into(&model, diagnostics), self.identities().of(&model, given));
                self.checked().begun(&state, diagnostics);
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
        &self.declared().0
    }

    fn ty(&self) -> &Type {
        &self.declared().1
    }

    fn validate(&self, config: Value, write_only_allowed: bool) -> Diagnostics {
        let mut found = schema::validate(&self.schema().block, &config, write_only_allowed);
        match from_value(config) {
            Ok(model) => found.extend(R::validate(&model)),
            Err(error) => found.extend(unfit(&found, &error)),
        }
        found
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
            self.checked().plan(asked, &mut response);
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
            let found = match Self::decode(request.state) {
                Ok(model) => R::read(&clients, &mut context, model).await,
                Err(errors) => Err(errors),
            };
            let mut diagnostics = std::mem::take(&mut context.diagnostics);
            let (state, identity) = match found {
                Ok(Some(model)) => {
                    let identity = self.identities().of(&model, request.identity);
                    (self.encode_into(&model, &mut diagnostics), identity)
                }
                Ok(None) => (Value::Null, Value::Null),
                Err(errors) => {
                    diagnostics.extend(errors);
                    (unchanged, request.identity)
                }
            };
            let mut response = ReadResponse { state, private: context.private, identity, diagnostics };
            self.checked().read(&mut response);
            self.identities().checked().read(stored, &mut response);
            response
        })
    }

    fn apply(&self, clients: Arc<R::Clients>, request: ApplyRequest) -> Answer<'_, ApplyResponse> {
        Box::pin(async move {
            let asked = Asked::remember([&request.planned]);
            let planned = Asked::remember([&request.identity]);
            let mut response = self.apply_change(&clients, request).await;
            self.checked().apply(asked, &mut response);
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
        to_value(&from_value::<R::Model>(value)?, self.ty())
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
