//! What tells one object of a type from another for ever: stored by Terraform beside the state, and another way to import.
//!
//! An identity follows from the object's model, so that no verb of a resource has to hand it on; this module works it out after each of
//! them, and keeps the spelling that is stored while it says the same.

use std::marker::PhantomData;

use serde_json::Value as Json;

use super::checked::CheckedIdentity;
use super::declared::model_mismatch;
use super::{Model, Resource};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::IdentitySchema;
use crate::terraform::value::{Type, Value, ValueError, from_value, json, to_value};

/// The identity of a resource type: one field per attribute of [`Identity::schema`], plain where an import must say it, an `Option`
/// where it may be left out. There are no unknown values in it.
pub trait Identity: Model + PartialEq {
    /// Its attributes.
    fn schema() -> IdentitySchema;

    /// Whether both are of one object, in another spelling perhaps: then the one that is stored stays.
    fn says_the_same(&self, other: &Self) -> bool {
        self == other
    }

    /// Brings an identity stored under an older schema version to the present form.
    ///
    /// # Errors
    ///
    /// Why that is not possible.
    fn upgrade(version: i64, _identity: Json) -> Result<Json, Diagnostics> {
        Err(Diagnostics::from(Diagnostic::error(
            "Stored identity of an unknown version",
            format!("It was written under version {version} of the identity's schema, from which no upgrade is known."),
        )))
    }
}

/// The identities of one resource type, in values.
pub(super) struct Identities<R> {
    schema: IdentitySchema,
    ty: Type,
    kind: PhantomData<fn() -> R>,
}

impl<R: Resource> Identities<R> {
    pub(super) fn new() -> Self {
        let schema = R::Identity::schema();
        let ty = schema.ty();
        Self { schema, ty, kind: PhantomData }
    }

    pub(super) fn schema(&self) -> &IdentitySchema {
        &self.schema
    }

    pub(super) fn ty(&self) -> &Type {
        &self.ty
    }

    /// Core's rules about them.
    pub(super) fn checked(&self) -> CheckedIdentity<'_> {
        CheckedIdentity { name: R::NAME, ty: &self.ty }
    }

    /// The identity of an object, in the spelling of `stored` where that says the same. Null while it cannot be told.
    pub(super) fn of(&self, model: &R::Model, stored: Value) -> Value {
        let Some(identity) = R::identity(model) else { return Value::Null };
        let says_the_same = |stored: R::Identity| stored.says_the_same(&identity);
        if from_value(stored.clone()).is_ok_and(says_the_same) {
            return stored;
        }
        to_value(&identity, &self.ty).unwrap_or_default()
    }

    /// The same of a state, or of what of a state there is.
    pub(super) fn of_state(&self, state: &Value, stored: Value) -> Value {
        if state.is_null() {
            return Value::Null;
        }
        from_value(state.clone()).map_or(Value::Null, |model| self.of(&model, stored))
    }

    /// What a stored identity is under the present schema.
    pub(super) fn upgrade(&self, version: i64, stored: Json) -> (Value, Diagnostics) {
        let current = if version == self.schema.version { Ok(stored) } else { R::Identity::upgrade(version, stored) };
        match current.map(|identity| json::decode(&identity, &self.ty)) {
            Ok(Ok(identity)) => (identity, Diagnostics::new()),
            Ok(Err(error)) => {
                let detail = format!(
                    "The stored identity does not have the form that version {version} of its schema says: {error}. If the state \
                     was edited by hand, undo that, or remove the object with `terraform state rm` and import it again."
                );
                (Value::Null, Diagnostic::error(format!("Unreadable identity of {}", R::NAME), detail).into())
            }
            Err(errors) => (Value::Null, errors),
        }
    }

    /// The beginning of the object that an `import` block names by its identity.
    pub(super) fn import(&self, identity: Value) -> Result<R::Model, Diagnostics> {
        let mut missing = Diagnostics::new();
        for attribute in &self.schema.attributes {
            let given = identity.entry(&attribute.name).unwrap_or(&Value::Null);
            if !given.is_wholly_known() {
                missing.push(Diagnostic::error(
                    format!("The identity to import {} by is not known yet", R::NAME),
                    format!(
                        "`{}` depends on something that is made in this run. Write it out, or import by id.",
                        attribute.name
                    ),
                ));
            } else if attribute.required_for_import && given.is_null() {
                missing.push(Diagnostic::error(
                    format!("The identity to import {} by is not whole", R::NAME),
                    format!("`{}` is required and was not given.", attribute.name),
                ));
            }
        }
        if missing.has_error() {
            return Err(missing);
        }
        R::import_identity(from_value(identity).map_err(|error| model_mismatch(R::NAME, &error))?)
    }

    /// A value of the identity's type, made into the struct and back.
    pub(super) fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        to_value(&from_value::<R::Identity>(value)?, &self.ty)
    }
}
