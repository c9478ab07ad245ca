//! What a type of any kind declares: its schema, and the struct that mirrors it. Here values become models and back.

use std::marker::PhantomData;
use std::sync::OnceLock;

use super::Model;
use super::checked::Checked;
use super::form::outgoing;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::{self, Schema};
use crate::terraform::value::{Type, Value, ValueError, from_value, to_value};

/// The schema of one type and its model `M`. Built when it is first needed: most processes of a run use one or two types.
pub(super) struct Declared<M> {
    name: &'static str,
    schema: fn() -> Schema,
    built: OnceLock<(Schema, Type)>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Declared<M> {
    pub(super) fn new(name: &'static str, schema: fn() -> Schema) -> Self {
        Self { name, schema, built: OnceLock::new(), model: PhantomData }
    }

    fn built(&self) -> &(Schema, Type) {
        self.built.get_or_init(|| {
            let schema = (self.schema)();
            let ty = schema.ty();
            (schema, ty)
        })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.built().0
    }

    pub(super) fn ty(&self) -> &Type {
        &self.built().1
    }

    /// Core's rules about its values.
    pub(super) fn checked(&self) -> Checked<'_> {
        Checked { name: self.name, block: &self.schema().block, ty: self.ty() }
    }

    /// Findings on a configuration: those of the schema, then, with these before it, the type's own.
    pub(super) fn validate(
        &self,
        config: Value,
        write_only_allowed: bool,
        own: impl FnOnce(&M, &Diagnostics) -> Diagnostics,
    ) -> Diagnostics {
        let mut found = schema::validate(&self.schema().block, &config, write_only_allowed);
        match from_value(config) {
            Ok(model) => found.extend(own(&model, &found)),
            Err(error) => found.extend(unfit(&found, &error)),
        }
        found
    }

    pub(super) fn decode(&self, value: Value) -> Result<M, Diagnostics> {
        from_value(value).map_err(|error| model_mismatch(self.name, &error).into())
    }

    pub(super) fn encode(&self, model: &M) -> Result<Value, Diagnostics> {
        let value = to_value(model, self.ty()).map_err(|error| model_mismatch(self.name, &error))?;
        Ok(outgoing(&self.schema().block, value))
    }

    /// The value of a model, or null and the reason.
    pub(super) fn encode_into(&self, model: &M, diagnostics: &mut Diagnostics) -> Value {
        self.encode(model).unwrap_or_else(|errors| {
            diagnostics.extend(errors);
            Value::Null
        })
    }

    /// A value of the type, made into the model and back: the same, if the two fit.
    pub(super) fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        to_value(&from_value::<M>(value)?, self.ty())
    }
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
fn unfit(found: &Diagnostics, error: &ValueError) -> Option<Diagnostic> {
    let said = found.iter().any(|diagnostic| diagnostic.path.as_ref() == Some(&error.path));
    (!said).then(|| Diagnostic::error("Invalid value", format!("{}.", error.reason)).at(error.path.clone()))
}
