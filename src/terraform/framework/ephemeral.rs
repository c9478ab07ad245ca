//! The trait that an ephemeral resource type implements, and its form without type parameters.
//!
//! ```text
//! open ──▶ result, renew_at ──▶ renew, at that time, again and again ──▶ close, once
//! ```
//!
//! Terraform opens in each of its phases that needs the values, closes when nothing needs them any more, and stores nothing. What an
//! open has made is told to `close` by [`Context::private`] alone; who holds it between the calls is [`Opened`].

mod opened;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::checked::Asked;
use super::context::Reached;
use super::declared::Declared;
use super::timeouts::Operation;
use super::{Answer, Context, Deferred, Model, Private, timeouts};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::Schema;
use crate::terraform::value::{Type, Value, ValueError};

pub(super) use opened::{Held, Opened};

/// How long renewing may take. Nobody waits for it.
const RENEWAL: Duration = Duration::from_secs(5 * 60);
/// How long closing may take. The run waits for it, and ends with an error if it fails.
const CLOSING: Duration = Duration::from_secs(10 * 60);

/// One ephemeral resource type.
pub trait Ephemeral: Send + Sync + 'static {
    /// The full type name.
    const NAME: &'static str;
    /// What a configured provider hands to its types.
    type Clients: Send + Sync + 'static;
    /// The struct that mirrors [`Ephemeral::schema`].
    type Model: Model;

    /// Attributes, blocks, checks.
    fn schema() -> Schema;

    /// Checks that span attributes; unknown values must be passed over.
    fn validate(_config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Opens what configuration, wholly known here, asks for. What [`Ephemeral::close`] needs goes into the context's private data.
    ///
    /// Terraform closes only what it has seen opened. So an open that has to be closed notes that
    /// ([`Context::note_reached`]) as soon as there is something to close; when it fails or panics after that, it is closed at once.
    fn open(
        clients: &Self::Clients,
        context: &mut Context,
        config: Self::Model,
    ) -> impl Future<Output = Result<Open<Self::Model>, Diagnostics>> + Send;

    /// Sees to it that what was opened stays open. Gives the time of the next renewal, if there is to be one.
    ///
    /// Terraform shows no error of it and does not renew again after one: what may pass is better a warning and another time.
    /// An interrupt of the user does not cancel it, because the run that winds down still needs what is open.
    fn renew(
        _clients: &Self::Clients,
        _context: &mut Context,
    ) -> impl Future<Output = Result<Option<SystemTime>, Diagnostics>> + Send {
        async { Ok(None) }
    }

    /// Closes what was opened. An interrupt of the user does not cancel it.
    fn close(clients: &Self::Clients, context: &mut Context) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// Something that was opened.
#[derive(Clone, Debug)]
pub struct Open<M> {
    /// Configuration, with what was found out.
    pub result: M,
    /// When it is to be renewed for the first time; never, if it need not be.
    pub renew_at: Option<SystemTime>,
}

/// What is to be opened.
#[derive(Debug)]
pub struct OpenRequest {
    /// What the user wrote.
    pub config: Value,
    /// Interruption by the user.
    pub stop: CancellationToken,
    /// Where the call notes that there is something to close, in case it fails.
    pub(super) reached: Reached,
}

/// What was opened.
#[derive(Debug, Default)]
pub struct OpenResponse {
    /// Null if it could not be.
    pub result: Value,
    /// When to renew.
    pub renew_at: Option<SystemTime>,
    /// For renewals and the close.
    pub private: Private,
    /// Why it is not opened in this run.
    pub deferred: Option<Deferred>,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// A renewal.
#[derive(Debug, Default)]
pub struct RenewResponse {
    /// When to renew next.
    pub renew_at: Option<SystemTime>,
    /// For later renewals and the close.
    pub private: Private,
    /// Findings.
    pub diagnostics: Diagnostics,
}

/// An ephemeral resource type, with values instead of its model.
pub trait ErasedEphemeral<C>: Send + Sync {
    /// The full type name.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> &Schema;
    /// The type of its values.
    fn ty(&self) -> &Type;
    /// Findings on a configuration.
    fn validate(&self, config: Value) -> Diagnostics;
    /// Opens.
    fn open(&self, clients: Arc<C>, request: OpenRequest) -> Answer<'_, OpenResponse>;
    /// Renews, unless the process ends meanwhile.
    fn renew(&self, clients: Arc<C>, private: Private, stop: CancellationToken) -> Answer<'_, RenewResponse>;
    /// Closes, for as long as the process lasts; says what went wrong.
    fn close(&self, clients: Arc<C>, private: Private, stop: CancellationToken) -> Answer<'_, Diagnostics>;
    /// A value of [`ErasedEphemeral::ty`], made into the model and back: the same, if the two fit.
    ///
    /// # Errors
    ///
    /// Where they do not.
    fn through_model(&self, value: Value) -> Result<Value, ValueError>;
}

/// Registers an ephemeral resource type.
#[must_use]
pub fn ephemeral<E: Ephemeral>() -> Box<dyn ErasedEphemeral<E::Clients>> {
    Box::new(Erased::<E> { declared: Declared::new(E::NAME, E::schema) })
}

struct Erased<E: Ephemeral> {
    declared: Declared<E::Model>,
}

impl<E: Ephemeral> Erased<E> {
    async fn opened(&self, clients: &E::Clients, request: OpenRequest) -> OpenResponse {
        let timeout = timeouts::of(&request.config, Operation::Create);
        let asked = Asked::remember([&request.config]);
        let mut context = Context::new(timeout, request.stop, Private::default(), request.reached);
        let model = match self.declared.decode(request.config) {
            Ok(model) => model,
            Err(diagnostics) => return OpenResponse { diagnostics, ..OpenResponse::default() },
        };
        let open = E::open(clients, &mut context, model).await;
        let mut response = OpenResponse { diagnostics: context.diagnostics, ..OpenResponse::default() };
        match open {
            Ok(Open { result, renew_at }) => match self.declared.encode(&result) {
                Ok(value) => {
                    response.result = value;
                    (response.renew_at, response.private) = (renew_at, context.private);
                }
                Err(errors) => response.diagnostics.extend(errors),
            },
            Err(errors) => response.diagnostics.extend(errors),
        }
        self.declared.checked().found(asked, &response.result, &mut response.diagnostics);
        response
    }
}

impl<E: Ephemeral> ErasedEphemeral<E::Clients> for Erased<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn schema(&self) -> &Schema {
        self.declared.schema()
    }

    fn ty(&self) -> &Type {
        self.declared.ty()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        self.declared.validate(config, true, |model, _| E::validate(model))
    }

    fn open(&self, clients: Arc<E::Clients>, request: OpenRequest) -> Answer<'_, OpenResponse> {
        Box::pin(async move { self.opened(&clients, request).await })
    }

    fn renew(&self, clients: Arc<E::Clients>, private: Private, stop: CancellationToken) -> Answer<'_, RenewResponse> {
        Box::pin(async move {
            let mut context = Context::new(RENEWAL, stop, private, Reached::default());
            let renewed = E::renew(&clients, &mut context).await;
            let mut diagnostics = context.diagnostics;
            let renew_at = renewed.unwrap_or_else(|errors| {
                diagnostics.extend(errors);
                None
            });
            RenewResponse { renew_at, private: context.private, diagnostics }
        })
    }

    fn close(&self, clients: Arc<E::Clients>, private: Private, stop: CancellationToken) -> Answer<'_, Diagnostics> {
        Box::pin(async move {
            let mut context = Context::new(CLOSING, stop, private, Reached::default());
            let closed = E::close(&clients, &mut context).await;
            let mut diagnostics = context.diagnostics;
            diagnostics.extend(closed.err().into_iter().flatten());
            diagnostics
        })
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.declared.through_model(value)
    }
}
