//! The trait that a managed resource type implements.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Context;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::Schema;
use crate::terraform::value::Path;

/// The struct that mirrors a schema: one field per attribute and block, [`Tf`](crate::terraform::value::Tf)
/// around everything that can be null or unknown. Its default has nothing set.
pub trait Model: Serialize + DeserializeOwned + Clone + Default + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Default + Send + Sync + 'static> Model for T {}

/// One managed resource type: what it looks like, and what its verbs do.
///
/// There is no instance: what lives as long as the provider is configured is in `Clients`.
pub trait Resource: Send + Sync + 'static {
    /// The full type name, `prefix_noun`.
    const NAME: &'static str;
    /// What a configured provider hands to its types.
    type Clients: Send + Sync + 'static;
    /// The struct that mirrors [`Resource::schema`].
    type Model: Model;

    /// Attributes, blocks, checks, defaults.
    fn schema() -> Schema;

    /// Checks that span attributes. Called with configuration only, before the provider is
    /// configured; unknown values must be passed over.
    fn validate(_config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Completes the plan of a create or update: sets what is known already, adds replacements,
    /// warns. `clients` is absent while the provider's own configuration is unknown. An error in the
    /// context's diagnostics stops the plan.
    fn plan(
        _clients: Option<&Self::Clients>,
        _context: &mut Context,
        _change: &mut Change<Self::Model>,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Looks at a planned destroy, to warn or refuse.
    fn plan_destroy(
        _clients: Option<&Self::Clients>,
        _context: &mut Context,
        _prior: &Self::Model,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// The object as it is now; `None` when it is gone.
    fn read(
        clients: &Self::Clients,
        context: &mut Context,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Makes the object. Begins from nothing: what exists afterwards is only what is returned.
    fn create(
        clients: &Self::Clients,
        context: &mut Context,
        intent: Intent<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Partial<Self::Model>>> + Send;

    /// Changes the object in place. Begins from `prior`.
    fn update(
        clients: &Self::Clients,
        context: &mut Context,
        prior: Self::Model,
        intent: Intent<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Partial<Self::Model>>> + Send;

    /// Removes the object. On an error it stays in the state.
    fn delete(
        clients: &Self::Clients,
        context: &mut Context,
        prior: Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// The little that an import string says; Terraform reads the rest at once.
    ///
    /// # Errors
    ///
    /// What is wrong with the string.
    fn import(id: &str) -> Result<Self::Model, Diagnostics>;

    /// Brings state of an older schema version to the present form.
    ///
    /// # Errors
    ///
    /// Why that is not possible.
    fn upgrade(version: i64, _state: Json) -> Result<Json, Diagnostics> {
        Err(Diagnostics::from(crate::terraform::diagnostic::Diagnostic::error(
            "Stored state of an unknown version",
            format!("The state was written under version {version} of the schema, from which no upgrade is known."),
        )))
    }

    /// Takes over an object of another type (a `moved` block); Terraform reads the rest at once. What gets lost on the way goes into
    /// `warnings`. `None`: not from that type.
    #[must_use]
    fn moved(_source: &MoveSource, _warnings: &mut Diagnostics) -> Option<Result<Self::Model, Diagnostics>> {
        None
    }
}

/// A planned create or update, while the resource looks at it.
#[derive(Debug)]
pub struct Change<M> {
    /// What the user wrote; unknown where it depends on something not made yet.
    pub config: M,
    /// What is there, unless it is to be made.
    pub prior: Option<M>,
    /// What will be there. May be refined where configuration leaves a choice.
    pub planned: M,
    /// Attributes whose change needs a new object.
    pub replace: Vec<Path>,
}

/// What a create or update is to reach.
#[derive(Clone, Debug)]
pub struct Intent<M> {
    /// What shall be there. Unknown is what the provider finds out by doing it.
    pub planned: M,
    /// What the user wrote: tells a value that is wanted from one that merely was there, and carries
    /// the write-only arguments.
    pub config: M,
}

/// How a create or update ended that did not reach its goal: each failure must say what was left behind.
///
/// There is no conversion from an error: `?` on a bare error does not compile in a create.
#[derive(Debug)]
pub struct Partial<M> {
    pub(super) reached: Option<Box<M>>,
    pub(super) diagnostics: Diagnostics,
}

impl<M> Partial<M> {
    /// Nothing was changed remotely: a create leaves no state, an update the prior one.
    pub fn nothing_done(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { reached: None, diagnostics: diagnostics.into() }
    }

    /// This much is there now. After a create Terraform marks it as tainted.
    pub fn reached(model: M, diagnostics: impl Into<Diagnostics>) -> Self {
        Self { reached: Some(Box::new(model)), diagnostics: diagnostics.into() }
    }

    /// What is there now, if anything is: [`Partial::reached`] or [`Partial::nothing_done`].
    pub fn leaving(model: Option<M>, diagnostics: impl Into<Diagnostics>) -> Self {
        Self { reached: model.map(Box::new), diagnostics: diagnostics.into() }
    }
}

/// An object of another type, offered by a `moved` block.
#[derive(Clone, Debug)]
pub struct MoveSource {
    /// The provider it belongs to, `registry.terraform.io/namespace/name`.
    pub provider: String,
    /// Its type there.
    pub type_name: String,
    /// The version of that type's schema.
    pub schema_version: i64,
    /// Its state as stored.
    pub state: Json,
}
