//! The trait that a data source implements, and its form without type parameters.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::checked::{Asked, Checked};
use super::erased::{Answer, model_mismatch, unfit};
use super::form::outgoing;
use super::plan::outline;
use super::timeouts::Operation;
use super::{Context, DataResponse, Model, Private, timeouts};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::{self, Schema};
use crate::terraform::value::{Type, Value, ValueError, from_value, to_value};

/// One data source type.
pub trait DataSource: Send + Sync + 'static {
    /// The full type name.
    const NAME: &'static str;
    /// What a configured provider hands to its types.
    type Clients: Send + Sync + 'static;
    /// The struct that mirrors [`DataSource::schema`].
    type Model: Model;

    /// Attributes, blocks, checks.
    fn schema() -> Schema;

    /// Checks that span attributes; unknown values must be passed over.
    fn validate(_config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Reads what configuration, wholly known here, asks for.
    fn read(
        clients: &Self::Clients,
        context: &mut Context,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// A data source, with values instead of its model.
pub trait ErasedDataSource<C>: Send + Sync {
    /// The full type name.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> &Schema;
    /// The type of its values.
    fn ty(&self) -> &Type;
    /// Findings on a configuration.
    fn validate(&self, config: Value) -> Diagnostics;
    /// The value read, null if it could not be, and what is to be said.
    fn read(&self, clients: Arc<C>, stop: CancellationToken, config: Value) -> Answer<'_, DataResponse>;
    /// What can be said before it is read: what is configured, and unknown for what will be found.
    fn outline(&self, config: Value) -> DataResponse;
    /// A value of [`ErasedDataSource::ty`], made into the model and back: the same, if the two fit.
    ///
    /// # Errors
    ///
    /// Where they do not.
    fn through_model(&self, value: Value) -> Result<Value, ValueError>;
}

/// Registers a data source type.
#[must_use]
pub fn data_source<D: DataSource>() -> Box<dyn ErasedDataSource<D::Clients>> {
    Box::new(Erased::<D> { declared: OnceLock::new(), kind: PhantomData })
}

struct Erased<D> {
    declared: OnceLock<(Schema, Type)>,
    kind: PhantomData<fn() -> D>,
}

impl<D: DataSource> Erased<D> {
    fn declared(&self) -> &(Schema, Type) {
        self.declared.get_or_init(|| {
            let schema = D::schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }

    fn checked(&self) -> Checked<'_> {
        let (schema, ty) = self.declared();
        Checked { name: D::NAME, block: &schema.block, ty }
    }
}

impl<D: DataSource> ErasedDataSource<D::Clients> for Erased<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn schema(&self) -> &Schema {
        &self.declared().0
    }

    fn ty(&self) -> &Type {
        &self.declared().1
    }

    fn validate(&self, config: Value) -> Diagnostics {
        let mut found = schema::validate(&self.schema().block, &config, true);
        match from_value::<D::Model>(config) {
            Ok(model) if !found.has_error() => found.extend(D::validate(&model)),
            Ok(_) => {}
            Err(error) => found.extend(unfit(&found, &error)),
        }
        found
    }

    fn read(&self, clients: Arc<D::Clients>, stop: CancellationToken, config: Value) -> Answer<'_, DataResponse> {
        Box::pin(async move {
            let timeout = timeouts::of(&config, Operation::Read);
            let asked = Asked::remember([&config]);
            let mut context = Context::new(timeout, stop, Private::default(), super::context::Reached::default());
            let model = match from_value::<D::Model>(config) {
                Ok(model) => model,
                Err(error) => {
                    let diagnostics = model_mismatch(D::NAME, &error).into();
                    return DataResponse { diagnostics, ..DataResponse::default() };
                }
            };
            let result = D::read(&clients, &mut context, model).await;
            let mut diagnostics = std::mem::take(&mut context.diagnostics);
            let state = match result.map(|model| to_value(&model, self.ty())) {
                Ok(Ok(value)) => outgoing(&self.schema().block, value),
                Ok(Err(error)) => {
                    diagnostics.push(model_mismatch(D::NAME, &error));
                    Value::Null
                }
                Err(errors) => {
                    diagnostics.extend(errors);
                    Value::Null
                }
            };
            self.checked().found(asked, &state, &mut diagnostics);
            DataResponse { state, diagnostics, deferred: None }
        })
    }

    fn outline(&self, config: Value) -> DataResponse {
        let block = &self.schema().block;
        let asked = Asked::remember([&config]);
        let state = outgoing(block, outline(block, &Value::Null, &config, config.clone()).planned);
        let mut diagnostics = Diagnostics::new();
        self.checked().outlined(asked, &state, &mut diagnostics);
        DataResponse { state, diagnostics, deferred: None }
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        to_value(&from_value::<D::Model>(value)?, self.ty())
    }
}
