//! The trait that an action implements, and its form without type parameters.
//!
//! An action does something once, when a run asks for it (Terraform 1.14): it has arguments and no state, and tells how far it is while it goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, error::TrySendError};
use tokio_util::sync::CancellationToken;

use super::context::Reached;
use super::declared::Declared;
use super::timeouts::{self, Operation};
use super::{Answer, Context, Model, Private};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::Schema;
use crate::terraform::value::{Type, Value, ValueError};

/// One action type.
pub trait Action: Send + Sync + 'static {
    /// The full type name, `prefix_verb_noun`.
    const NAME: &'static str;
    /// How long an invocation may take when its argument `timeout`, if it has one, says nothing.
    const TIMEOUT: Duration = Duration::from_secs(30 * 60);
    /// What a configured provider hands to its types.
    type Clients: Send + Sync + 'static;
    /// The struct that mirrors [`Action::schema`].
    type Model: Model;

    /// The arguments. Nothing is computed: an action has no result.
    fn schema() -> Schema;

    /// Checks that span arguments; unknown values must be passed over.
    fn validate(_config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Says during plan what an invocation would mean. Values may be unknown still; there are no clients while the provider's configuration is not
    /// known. What stands in the way is an error; nothing may be changed.
    fn plan(
        _clients: Option<&Self::Clients>,
        _context: &mut Context,
        _config: &Self::Model,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Does it, with a configuration that is wholly known. Ends soon once `context.stop` is cancelled; what is already being written comes to its
    /// end, also when the host has hung up.
    fn invoke(
        clients: &Self::Clients,
        context: &mut Context,
        progress: &Progress,
        config: Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// What an invocation tells: any number of steps, and at last, exactly once, how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionEvent {
    /// How far it is, in a sentence for the user.
    Progress(String),
    /// The end. With an error in it the action has failed, and what depends on it does not go on.
    Completed(Diagnostics),
}

/// The events of one invocation, as they come.
pub type ActionEvents = Receiver<ActionEvent>;

/// How many events wait for a host that is slow to take them.
pub(super) const WAITING: usize = 256;

/// Where an action says how far it is: users see it while the action goes on.
#[derive(Debug)]
pub struct Progress(Sender<ActionEvent>);

impl Progress {
    /// Into these events.
    #[must_use]
    pub fn to(events: Sender<ActionEvent>) -> Self {
        Self(events)
    }

    /// Says a sentence, and does not wait for anyone to hear it: the work comes first. What a host leaves lying for too long is only in the log.
    pub fn say(&self, message: impl Into<String>) {
        let message = message.into();
        tracing::debug!(%message, "progress");
        if let Err(TrySendError::Full(lost)) = self.0.try_send(ActionEvent::Progress(message)) {
            tracing::warn!(?lost, "the host does not take what the action says");
        }
    }

    /// Ends when the host has hung up: who only waits and writes nothing can stop then.
    pub async fn abandoned(&self) {
        self.0.closed().await;
    }
}

/// An action, with values instead of its model.
pub trait ErasedAction<C>: Send + Sync {
    /// The full type name.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> &Schema;
    /// The type of its values.
    fn ty(&self) -> &Type;
    /// Findings on a configuration.
    fn validate(&self, config: Value) -> Diagnostics;
    /// What an invocation would mean. What is wrong with the configuration is said here too: a plan may be the first to know it.
    fn plan(&self, clients: Option<Arc<C>>, stop: CancellationToken, config: Value) -> Answer<'_, Diagnostics>;
    /// Does it. Progress is told on the way; what comes back is how it ended.
    fn invoke<'a>(
        &'a self,
        clients: Arc<C>,
        stop: CancellationToken,
        progress: &'a Progress,
        config: Value,
    ) -> Answer<'a, Diagnostics>;
    /// A value of [`ErasedAction::ty`], made into the model and back: the same, if the two fit.
    ///
    /// # Errors
    ///
    /// Where they do not.
    fn through_model(&self, value: Value) -> Result<Value, ValueError>;
}

/// Registers an action type.
#[must_use]
pub fn action<A: Action>() -> Box<dyn ErasedAction<A::Clients>> {
    Box::new(Erased::<A> { declared: Declared::new(A::NAME, A::schema) })
}

struct Erased<A: Action> {
    declared: Declared<A::Model>,
}

impl<A: Action> Erased<A> {
    /// The model of a configuration in which nothing is wrong, and what is to be said of it all the same.
    fn accepted(&self, config: Value) -> Result<(A::Model, Diagnostics), Diagnostics> {
        let found = self.validate(config.clone());
        if found.has_error() {
            return Err(found);
        }
        Ok((self.declared.decode(config)?, found))
    }
}

impl<A: Action> ErasedAction<A::Clients> for Erased<A> {
    fn name(&self) -> &'static str {
        A::NAME
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
                if found.has_error() { Diagnostics::new() } else { A::validate(model) }
            },
        )
    }

    fn plan(
        &self,
        clients: Option<Arc<A::Clients>>,
        stop: CancellationToken,
        config: Value,
    ) -> Answer<'_, Diagnostics> {
        Box::pin(async move {
            let mut context = surroundings(Operation::Read.default_timeout(), stop);
            match self.accepted(config) {
                Ok((model, found)) => {
                    context.diagnostics.extend(found);
                    A::plan(clients.as_deref(), &mut context, &model).await;
                    context.diagnostics
                }
                Err(errors) => errors,
            }
        })
    }

    fn invoke<'a>(
        &'a self,
        clients: Arc<A::Clients>,
        stop: CancellationToken,
        progress: &'a Progress,
        config: Value,
    ) -> Answer<'a, Diagnostics> {
        Box::pin(async move {
            if !config.is_wholly_known() {
                return not_known(A::NAME).into();
            }
            let mut context = surroundings(timeout(&config).unwrap_or(A::TIMEOUT), stop);
            let (model, found) = match self.accepted(config) {
                Ok(accepted) => accepted,
                Err(errors) => return errors,
            };
            context.diagnostics.extend(found);
            let result = A::invoke(&clients, &mut context, progress, model).await;
            context.diagnostics.extend(result.err().unwrap_or_default());
            context.diagnostics
        })
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.declared.through_model(value)
    }
}

fn surroundings(timeout: Duration, stop: CancellationToken) -> Context {
    Context::new(timeout, stop, Private::default(), Reached::default())
}

/// What the argument `timeout` says.
fn timeout(config: &Value) -> Option<Duration> {
    config.entry("timeout").and_then(Value::as_str).and_then(|text| timeouts::parse(text).ok())
}

fn not_known(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The arguments of {name} are not known"),
        "Terraform asked for an action with values that it has not decided yet. Nothing was done. This is a bug in Terraform.",
    )
}
