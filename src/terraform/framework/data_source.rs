//! The trait that a data source implements, and its form without type parameters.

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::checked::Asked;
use super::declared::Declared;
use super::erased::Answer;
use super::form::outgoing;
use super::plan::outline;
use super::timeouts::Operation;
use super::{Context, DataResponse, Model, Private, timeouts};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::Schema;
use crate::terraform::value::{Type, Value, ValueError};

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
    Box::new(Erased::<D> { declared: Declared::new(D::NAME, D::schema) })
}

struct Erased<D: DataSource> {
    declared: Declared<D::Model>,
}

impl<D: DataSource> ErasedDataSource<D::Clients> for Erased<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn schema(&self) -> &Schema {
        self.declared.schema()
    }

    fn ty(&self) -> &Type {
        self.declared.ty()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        self.declared.validate(
            config,
            true,
            |model, found| {
                if found.has_error() { Diagnostics::new() } else { D::validate(model) }
            },
        )
    }

    fn read(&self, clients: Arc<D::Clients>, stop: CancellationToken, config: Value) -> Answer<'_, DataResponse> {
        Box::pin(async move {
            let timeout = timeouts::of(&config, Operation::Read);
            let asked = Asked::remember([&config]);
            let mut context = Context::new(timeout, stop, Private::default(), super::context::Reached::default());
            let model = match self.declared.decode(config) {
                Ok(model) => model,
                Err(diagnostics) => return DataResponse { diagnostics, ..DataResponse::default() },
            };
            let result = D::read(&clients, &mut context, model).await;
            let mut diagnostics = std::mem::take(&mut context.diagnostics);
            let state = match result {
                Ok(model) => self.declared.encode_into(&model, &mut diagnostics),
                Err(errors) => {
                    diagnostics.extend(errors);
                    Value::Null
                }
            };
            self.declared.checked().found(asked, &state, &mut diagnostics);
            DataResponse { state, diagnostics, deferred: None }
        })
    }

    fn outline(&self, config: Value) -> DataResponse {
        let block = &self.schema().block;
        let asked = Asked::remember([&config]);
        let state = outgoing(block, outline(block, &Value::Null, &config, config.clone()).planned);
        let mut diagnostics = Diagnostics::new();
        self.declared.checked().outlined(asked, &state, &mut diagnostics);
        DataResponse { state, diagnostics, deferred: None }
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.declared.through_model(value)
    }
}
