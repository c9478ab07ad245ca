//! One write of a rule set, and how it ended.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::checks;
use super::content::{Lists, patch, rule_set, scalars};
use super::model::{Mode, Model, Scalars, Wanted};
use super::state::{completed, observed};
use crate::azure::error::Effect;
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryPatch};
use crate::azure::write::{Updated, WriteFailed};
use crate::resources::report::{Doing, report};
use crate::resources::{Clients, call};
use crate::rules::{Edit, EditError, Rules};
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::framework::{Context, Partial};
use crate::terraform::value::Path;

/// What was ours of a registry before the write.
pub(super) enum Owned {
    Nothing,
    Rules(Rules),
}

/// One write: the edit, and what forbids it.
pub(super) struct Writing<'w> {
    wanted: &'w Wanted,
    edit: Edit,
    scalars: Scalars,
    /// Where the write begins to own rules, and may not take those of others.
    asks: Option<Owned>,
    first: Mutex<bool>,
    refusal: Mutex<Option<Diagnostic>>,
}

impl<'w> Writing<'w> {
    pub(super) fn new(wanted: &'w Wanted, edit: Edit, scalars: Scalars, asks: Option<Owned>) -> Self {
        Self { wanted, edit, scalars, asks, first: Mutex::new(true), refusal: Mutex::default() }
    }

    pub(super) async fn run(self, clients: &Clients, context: &Context) -> Outcome {
        let registry = &self.wanted.registry;
        let result = clients.arm.update_registry(registry, &call(context), &|current| self.patch(current)).await;
        match (lock(&self.refusal).take(), result) {
            (Some(refusal), _) => Outcome::Refused(refusal),
            (None, Ok(updated)) => Outcome::Written(updated),
            (None, Err(failed)) => Outcome::Failed(failed, registry.clone()),
        }
    }

    /// What to send, given what is there; nothing, and a refusal, if it must not be touched. Runs again
    /// after each fresh read: only the first one can show what others had there before us.
    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        let first = std::mem::replace(&mut *lock(&self.first), false);
        let refusal = if first { self.refusal(current) } else { None };
        let lists = if self.wanted.mode == Mode::Authoritative { Lists::Both } else { Lists::Changed };
        let outcome = match refusal {
            Some(refusal) => Err(refusal),
            None => patch(current, &self.edit, &self.scalars, lists).map_err(unknown_subnets),
        };
        outcome.unwrap_or_else(|refusal| {
            *lock(&self.refusal) = Some(refusal);
            None
        })
    }

    fn refusal(&self, current: &Registry) -> Option<Diagnostic> {
        let owned = match self.asks.as_ref()? {
            Owned::Nothing => None,
            Owned::Rules(rules) => Some(rules),
        };
        let others = checks::in_the_way(self.wanted, current, owned)?;
        Some(checks::refused(&self.wanted.registry, &others, current))
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unknown_subnets(error: EditError) -> Diagnostic {
    Diagnostic::error("Virtual network rules cannot be written", format!("{error}."))
        .at(Path::attribute("virtual_network_subnet_ids"))
}

/// How a write ended.
pub(super) enum Outcome {
    Refused(Diagnostic),
    Written(Updated<Registry>),
    Failed(WriteFailed<Registry>, RegistryId),
}

impl Outcome {
    /// What the registry held before, if it is known and something may have been written.
    pub(super) fn before(&self) -> Option<&Registry> {
        match self {
            Self::Refused(_) => None,
            Self::Written(updated) => Some(&updated.before),
            Self::Failed(failed, _) => failed.before.as_ref(),
        }
    }

    /// What goes into the state. `prior` is absent for a create.
    pub(super) fn into_state(
        self,
        context: &Context,
        prior: Option<&Model>,
        planned: Model,
    ) -> Result<Model, Partial<Model>> {
        match self {
            Self::Refused(refusal) => Err(Partial::nothing_done(refusal)),
            Self::Written(updated) => {
                let model = completed(planned, &updated.after);
                context.note_reached(&model);
                Ok(model)
            }
            Self::Failed(failed, registry) => {
                let doing = if prior.is_some() { Doing::Updating } else { Doing::Creating };
                let diagnostic = report(doing, registry.as_str(), &failed.error);
                Err(left_behind(&failed, planned, diagnostic))
            }
        }
    }
}

/// What a failed write has left: nothing new; what a read afterwards showed; or, when even that
/// failed, what may be there.
fn left_behind(failed: &WriteFailed<Registry>, planned: Model, diagnostic: Diagnostic) -> Partial<Model> {
    let may_have_changed = failed.error.effect == Effect::Unknown;
    match (&failed.seen, &failed.before) {
        (Some(seen), Some(before)) if unchanged(before, seen) => Partial::nothing_done(diagnostic),
        (Some(seen), _) => Partial::reached(observed(seen, completed(planned, seen)), diagnostic),
        (None, Some(before)) if may_have_changed => Partial::reached(completed(planned, before), diagnostic),
        (None, _) => Partial::nothing_done(diagnostic),
    }
}

fn unchanged(before: &Registry, seen: &Registry) -> bool {
    rule_set(before) == rule_set(seen) && scalars(before) == scalars(seen)
}
