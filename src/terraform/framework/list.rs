//! The trait that a list of a managed resource type implements (`terraform query`, Terraform 1.14), and its form without type parameters.
//!
//! What is found goes out one by one, as the host takes it: a list is asked for no more than it is read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::checked::{Checked, CheckedIdentity};
use super::context::Reached;
use super::declared::{Declared, model_mismatch};
use super::erased::Answer;
use super::form::outgoing;
use super::{Context, ErasedResource, Model, Private, Resource};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::schema::Schema;
use crate::terraform::value::{Type, Value, ValueError, to_value};

/// How long a list may take, the waits for its reader included. A `list` block has no `timeouts` of its own.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Finds the objects of a managed resource type that exist, whoever made them.
pub trait List: Send + Sync + 'static {
    /// The type; the list has its name.
    type Resource: Resource;
    /// The struct that mirrors [`List::schema`].
    type Model: Model;

    /// What can be written into the `config` block of a `list` block.
    fn schema() -> Schema;

    /// Checks that span attributes; unknown values must be passed over.
    fn validate(_config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Tells what there is, in any order. Configuration is wholly known here.
    fn list(
        clients: &<Self::Resource as Resource>::Clients,
        context: &mut Context,
        config: Self::Model,
        listing: &mut Listing<'_, <Self::Resource as Resource>::Model>,
    ) -> impl Future<Output = Result<(), Ended>> + Send;
}

/// Why a list ends before it has told all.
#[derive(Debug)]
pub enum Ended {
    /// The host takes no more. Nobody hears of it.
    Enough,
    /// Something is to be said. After an error Terraform takes the whole list for failed: what concerns one object is a warning.
    Failed(Diagnostics),
}

impl From<Diagnostics> for Ended {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Failed(diagnostics)
    }
}

impl From<Diagnostic> for Ended {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed(diagnostic.into())
    }
}

/// Where a list tells what it finds.
pub struct Listing<'l, M> {
    shape: &'l (dyn Shape<M> + 'l),
    with_objects: bool,
    /// How many the host still takes; `None` for any number.
    left: Option<i64>,
    stop: CancellationToken,
    events: mpsc::Sender<ListEvent>,
}

/// One step of a list: an object, something to say, or both.
#[derive(Debug, Default)]
pub struct ListEvent {
    /// Which object; null where there is none.
    pub identity: Value,
    /// How the object is called among others.
    pub display_name: String,
    /// The whole object, if it was asked for.
    pub object: Option<Value>,
    /// What is to be said.
    pub diagnostics: Diagnostics,
}

/// What a host asks of a list.
#[derive(Debug)]
pub struct ListRequest {
    /// The `config` block.
    pub config: Value,
    /// Whether objects are wanted whole.
    pub with_objects: bool,
    /// How many objects are wanted; 0 or less for any number.
    pub limit: i64,
    /// Interruption by the user.
    pub stop: CancellationToken,
    /// Where to tell it. Full while the host does not read, closed when it has hung up.
    pub events: mpsc::Sender<ListEvent>,
}

impl<M: Model> Listing<'_, M> {
    /// Whether objects are wanted whole. Otherwise a model that tells the identity is enough.
    #[must_use]
    pub fn with_objects(&self) -> bool {
        self.with_objects
    }

    /// Tells of an object, and waits until the host takes it.
    ///
    /// # Errors
    ///
    /// When the host takes no more, which may be right after this one.
    pub async fn push(&mut self, model: &M, display_name: impl Into<String> + Send) -> Result<(), Ended> {
        let (identity, object, diagnostics) = self.shape.of(model, self.with_objects)?;
        self.send(ListEvent { identity, display_name: display_name.into(), object, diagnostics }).await?;
        match &mut self.left {
            Some(1) => Err(Ended::Enough),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Says what keeps the list from being complete.
    ///
    /// # Errors
    ///
    /// When the host takes no more.
    pub async fn warn(&mut self, warning: Diagnostic) -> Result<(), Ended> {
        self.send(ListEvent { diagnostics: warning.into(), ..ListEvent::default() }).await
    }

    async fn send(&self, event: ListEvent) -> Result<(), Ended> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(interrupted().into()),
            sent = self.events.send(event) => sent.map_err(|_| Ended::Enough),
        }
    }
}

fn interrupted() -> Diagnostic {
    Diagnostic::error("The list is not complete", "The run was interrupted while objects were listed.")
}

/// Identity, object and findings of a model.
trait Shape<M>: Sync {
    fn of(&self, model: &M, whole: bool) -> Result<(Value, Option<Value>, Diagnostics), Diagnostics>;
}

struct Managed<'r, R: Resource> {
    resource: &'r dyn ErasedResource<R::Clients>,
}

impl<R: Resource> Shape<R::Model> for Managed<'_, R> {
    fn of(&self, model: &R::Model, whole: bool) -> Result<(Value, Option<Value>, Diagnostics), Diagnostics> {
        let (block, ty) = (&self.resource.schema().block, self.resource.ty());
        let object = to_value(model, ty).map_err(|error| Diagnostics::from(model_mismatch(R::NAME, &error)))?;
        let object = outgoing(block, object);
        let Some(identity) = self.resource.identity_of(&object) else {
            return Err(without_identity(R::NAME).into());
        };
        let mut diagnostics = Diagnostics::new();
        let checked = CheckedIdentity { name: R::NAME, ty: self.resource.identity_ty() };
        checked.begun(&object, &identity, &mut diagnostics);
        if whole {
            Checked { name: R::NAME, block, ty }.listed(&object, &mut diagnostics);
        }
        Ok((identity, whole.then_some(object), diagnostics))
    }
}

fn without_identity(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("A list of {name} has found something without an identity"),
        "This is a bug in the provider, please report it.",
    )
}

/// A list, with values instead of its model.
pub trait ErasedList<C>: Send + Sync {
    /// The full name of the type that it lists.
    fn name(&self) -> &'static str;
    /// The schema of its configuration.
    fn schema(&self) -> &Schema;
    /// The type of its configuration.
    fn ty(&self) -> &Type;
    /// Findings on a configuration.
    fn validate(&self, config: Value) -> Diagnostics;
    /// Lists objects of that type, which is its own. What goes wrong is told as an event.
    fn list<'a>(&'a self, clients: Arc<C>, resource: &'a dyn ErasedResource<C>, request: ListRequest)
    -> Answer<'a, ()>;
    /// A value of [`ErasedList::ty`], made into the model and back: the same, if the two fit.
    ///
    /// # Errors
    ///
    /// Where they do not.
    fn through_model(&self, value: Value) -> Result<Value, ValueError>;
}

/// Registers a list.
#[must_use]
pub fn list<L: List>() -> Box<dyn ErasedList<<L::Resource as Resource>::Clients>> {
    Box::new(Erased::<L> { declared: Declared::new(L::Resource::NAME, L::schema) })
}

struct Erased<L: List> {
    declared: Declared<L::Model>,
}

impl<L: List> Erased<L> {
    /// A `config` block that is left out is null, and means one with nothing in it.
    fn written(&self, config: Value) -> Value {
        if config.is_null() { self.declared.schema().block.empty() } else { config }
    }
}

impl<L: List> ErasedList<<L::Resource as Resource>::Clients> for Erased<L> {
    fn name(&self) -> &'static str {
        L::Resource::NAME
    }

    fn schema(&self) -> &Schema {
        self.declared.schema()
    }

    fn ty(&self) -> &Type {
        self.declared.ty()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        let config = self.written(config);
        self.declared.validate(
            config,
            true,
            |model, found| {
                if found.has_error() { Diagnostics::new() } else { L::validate(model) }
            },
        )
    }

    fn list<'a>(
        &'a self,
        clients: Arc<<L::Resource as Resource>::Clients>,
        resource: &'a dyn ErasedResource<<L::Resource as Resource>::Clients>,
        request: ListRequest,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let ListRequest { config, with_objects, limit, stop, events } = request;
            let mut context = Context::new(TIMEOUT, stop.clone(), Private::default(), Reached::default());
            let shape = Managed::<L::Resource> { resource };
            let left = Some(limit).filter(|&limit| limit > 0);
            let mut listing = Listing { shape: &shape, with_objects, left, stop, events: events.clone() };
            let ended = match self.declared.decode(self.written(config)) {
                Ok(model) => L::list(&clients, &mut context, model, &mut listing).await,
                Err(errors) => Err(errors.into()),
            };
            let mut diagnostics = context.diagnostics;
            if let Err(Ended::Failed(errors)) = ended {
                diagnostics.extend(errors);
            }
            if !diagnostics.is_empty() {
                // Who has hung up does not want to know.
                drop(events.send(ListEvent { diagnostics, ..ListEvent::default() }).await);
            }
        })
    }

    fn through_model(&self, value: Value) -> Result<Value, ValueError> {
        self.declared.through_model(value)
    }
}
