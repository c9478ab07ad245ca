//! One write of a rule set, and how it ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::checks;
use super::content::{Lists, patch, rule_set, scalars};
use super::model::{Mode, Model, Scalars, Wanted};
use super::restoring::Restoring;
use super::state::{completed, observed};
use crate::azure::error::Effect;
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use crate::azure::write::{Updated, WriteFailed};
use crate::resources::report::{Doing, report};
use crate::resources::{Clients, call, live};
use crate::rules::{Edit, EditError, Limits, Rules};
use crate::terraform::diagnostic::{Diagnostic, Severity};
use crate::terraform::framework::Context;
use crate::terraform::value::Path;

/// One write: the edit, and what forbids it.
pub(super) struct Writing {
    registry: RegistryId,
    edit: Edit,
    scalars: Scalars,
    lists: Lists,
    /// Whether rules that leave may have gone over to other resources. An authoritative rule set removes whatever it does not list.
    spares: bool,
    /// The rule set that goes, which another may follow.
    goes: Option<Model>,
    /// What was ours before.
    owned: Option<Rules>,
    /// Whether it begins to own rules and may not take those of others.
    asks: bool,
    /// What the registry must bear; nothing where it is only given back.
    limits: Option<Within>,
    refusal: Mutex<Option<Diagnostic>>,
}

/// A plan and how many rules the registry may hold after it.
struct Within {
    planned: Model,
    prior: Option<Model>,
    limits: Limits,
}

impl Writing {
    /// What leads from `prior`, if there is one, to what is wanted.
    pub(super) fn from(prior: Option<&Model>, wanted: &Wanted, scalars: Scalars) -> Self {
        let ensured = |before: &Rules| Edit::additive(Some(wanted.default_action), wanted.rules.clone(), before);
        let edit = match (wanted.mode, prior) {
            (Mode::Authoritative, _) => Edit::authoritative(wanted.default_action, wanted.rules.clone()),
            (Mode::Additive, Some(prior)) if prior.mode() == Mode::Additive => ensured(&prior.known_rules()),
            // What an authoritative rule set held may be anybody's: nothing of it is removed.
            (Mode::Additive, _) => ensured(&Rules::default()),
        };
        let begins = prior.is_none_or(Model::may_leave_others);
        let asks = begins && wanted.mode == Mode::Authoritative && !wanted.adopt;
        Self {
            registry: wanted.registry.clone(),
            edit,
            scalars,
            lists: Lists::of(wanted.mode),
            spares: wanted.mode == Mode::Additive,
            goes: None,
            owned: prior.map(Model::known_rules),
            asks,
            limits: None,
            refusal: Mutex::default(),
        }
    }

    /// The same, if the registry can bear it: a plan that did not know the registry could not tell.
    pub(super) fn within(self, planned: &Model, prior: Option<&Model>, limits: Limits) -> Self {
        let within = Within { planned: planned.clone(), prior: prior.cloned(), limits };
        Self { limits: Some(within), ..self }
    }

    /// What a destroy of `prior` writes.
    pub(super) fn restoring(registry: RegistryId, prior: &Model, restoring: Restoring) -> Self {
        let Restoring { edit, scalars, lists } = restoring;
        let owned = Some(prior.known_rules());
        let (goes, refusal) = (Some(prior.clone()), Mutex::default());
        Self { registry, edit, scalars, lists, spares: true, goes, owned, asks: false, limits: None, refusal }
    }

    pub(super) async fn run(self, clients: &Clients, context: &Context) -> Outcome {
        let writing = Arc::new(self);
        let (registry, temporaries) = (&writing.registry, &clients.temporaries);
        temporaries.about_to_write(registry, &writing.edit);
        let edit = writing.edit(clients);
        let result = clients.arm.update_registry(registry, &call(context), edit).await;
        // What was there before is told apart from what is there for this run before that is ours for good.
        let lasting = |reading: &Registry| temporaries.without(registry, reading);
        match (lock(&writing.refusal).take(), result) {
            (Some(refusal), _) => {
                temporaries.not_written(registry, &writing.edit);
                Outcome::Refused(refusal)
            }
            (None, Ok(updated)) => {
                let before = lasting(&updated.before);
                let claimed = if writing.spares { clients.claims.of(registry) } else { Rules::default() };
                temporaries.written(registry, &writing.edit, &claimed);
                Outcome::Written(Updated { before, after: lasting(&updated.after), wrote: updated.wrote })
            }
            (None, Err(failed)) => {
                temporaries.not_written(registry, &writing.edit);
                let (before, seen) = (failed.before.as_ref().map(lasting), failed.seen.as_ref().map(lasting));
                Outcome::Failed(WriteFailed { before, seen, ..failed }, registry.clone())
            }
        }
    }

    /// Who owns all rules is alone; who adds to those of others is one of many.
    fn edit(self: &Arc<Self>, clients: &Clients) -> RegistryEdit {
        let spared = {
            let (claims, temporaries) = (Arc::clone(&clients.claims), Arc::clone(&clients.temporaries));
            let (registry, spares) = (self.registry.clone(), self.spares);
            move || {
                let held = temporaries.held(&registry);
                if spares { held.with(&claims.of(&registry)) } else { held }
            }
        };
        let (looking, seen, temporaries) = (Arc::clone(self), spared.clone(), Arc::clone(&clients.temporaries));
        let (writing, made) = (Arc::clone(self), Arc::clone(&clients.made_rule_sets));
        // Asked each time: a rule set may have been made while the end of this one waited for its turn.
        let change = move |current: &Registry| match made.of(writing.registry.as_str()) {
            Some(successor) if writing.goes.is_some() => writing.patch_beside(current, &spared(), &successor),
            _ => writing.patch(current, &spared()),
        };
        let edit = match self.lists {
            Lists::Both => RegistryEdit::alone(change),
            Lists::Changed => RegistryEdit::in_company(change),
        };
        edit.looking(move |current| looking.look(&temporaries.without(&looking.registry, current), &seen()))
    }

    /// Refuses a registry that must not be touched, unless nothing would be. Shown every reading while nothing of this may have been written: others
    /// may come between one and the next. What was refused once stays refused.
    pub(super) fn look(&self, current: &Registry, spared: &Rules) {
        let touches = !matches!(self.change(current, spared), Ok(None));
        if touches && let Some(refusal) = self.refusal(current) {
            lock(&self.refusal).get_or_insert(refusal);
        }
    }

    /// What to send, given what is there; nothing, and a refusal, if it must not be touched.
    pub(super) fn patch(&self, current: &Registry, spared: &Rules) -> Option<RegistryPatch> {
        if lock(&self.refusal).is_some() {
            return None;
        }
        self.change(current, spared).unwrap_or_else(|refusal| {
            *lock(&self.refusal) = Some(refusal);
            None
        })
    }

    /// What to send where another rule set follows the one that goes.
    pub(super) fn patch_beside(&self, current: &Registry, spared: &Rules, successor: &Model) -> Option<RegistryPatch> {
        let goes = self.goes.as_ref()?;
        let beside = Restoring::beside(goes.mode(), &goes.known_rules(), successor)?;
        let leaving = Self::restoring(self.registry.clone(), goes, beside);
        let patch = leaving.patch(current, spared);
        if let Some(refusal) = lock(&leaving.refusal).take() {
            lock(&self.refusal).get_or_insert(refusal);
        }
        patch
    }

    fn change(&self, current: &Registry, spared: &Rules) -> Result<Option<RegistryPatch>, Diagnostic> {
        let present = rule_set(current);
        // Leaving them out of the write would leave them on the registry, without a word.
        if present.subnets.is_none() && self.owned.as_ref().is_some_and(|owned| !owned.subnets.is_empty()) {
            return Err(unknown_subnets(EditError::UnknownSubnets));
        }
        patch(current, &self.edit.sparing(spared, &present), &self.scalars, self.lists).map_err(unknown_subnets)
    }

    fn refusal(&self, current: &Registry) -> Option<Diagnostic> {
        let within = self.limits.as_ref()?;
        if let Some(unfit) = within.unfit(&self.registry, current) {
            return Some(unfit);
        }
        let others = checks::in_the_way(&within.planned, current, self.owned.as_ref()).filter(|_| self.asks)?;
        Some(checks::refused(&self.registry, &others, current))
    }
}

impl Within {
    fn unfit(&self, registry: &RegistryId, current: &Registry) -> Option<Diagnostic> {
        let too_many = || {
            let others = checks::others_beside(&self.planned, self.prior.as_ref(), current);
            let found = checks::limits(&self.planned, others, &self.limits);
            found.into_iter().find(|found| found.severity == Severity::Error)
        };
        live::not_premium(registry, current).or_else(too_many)
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

    /// What goes into the state; for a failure what was reached, unless that is nothing new.
    pub(super) fn into_state(
        self,
        context: &Context,
        prior: Option<&Model>,
        planned: Model,
    ) -> Result<Model, Box<Unfinished>> {
        match self {
            Self::Refused(refusal) => Err(Box::new(Unfinished { reached: None, diagnostic: refusal })),
            Self::Written(updated) => {
                let model = completed(planned, &updated.after);
                context.note_reached(&model);
                Ok(model)
            }
            Self::Failed(failed, registry) => {
                let doing = if prior.is_some() { Doing::Updating } else { Doing::Creating };
                let diagnostic = report(doing, registry.as_str(), &failed.error);
                Err(Box::new(Unfinished { reached: left_behind(&failed, prior, planned), diagnostic }))
            }
        }
    }
}

/// A write that did not reach its goal.
pub(super) struct Unfinished {
    /// What is there now, unless that is nothing new.
    pub reached: Option<Model>,
    /// Why.
    pub diagnostic: Diagnostic,
}

/// What a failed write has left: nothing new, what a read afterwards showed, or, when even that
/// failed or may have overtaken the write, what may be there. Who owned all rules before owns them whatever comes.
fn left_behind(failed: &WriteFailed<Registry>, prior: Option<&Model>, planned: Model) -> Option<Model> {
    let all = Mode::Authoritative;
    let owned_all = prior.is_some_and(|prior| (prior.mode(), planned.mode()) == (all, all));
    let in_company = planned.mode() == Mode::Additive && failed.error.effect == Effect::Unknown;
    let attempted = |registry: &Registry| still_ours(completed(planned, registry), prior);
    match (&failed.seen, &failed.before) {
        // What others have changed meanwhile is theirs: who wrote nothing owns nothing new.
        _ if failed.error.effect == Effect::None => None,
        (Some(seen), _) if failed.error.may_still_come() && !owned_all => Some(attempted(seen)),
        (Some(seen), Some(before)) if unchanged(before, seen) => None,
        // Another writer that had read before may bring back what we have removed, or what had been there for a moment.
        (Some(seen), _) if in_company => Some(attempted(seen)),
        (Some(seen), _) => Some(observed(seen, attempted(seen))),
        (None, Some(before)) if failed.error.effect == Effect::Unknown => Some(attempted(before)),
        (None, _) => None,
    }
}

/// Additive rules that were to go may still be there, and then are still ours.
fn still_ours(mut attempted: Model, prior: Option<&Model>) -> Model {
    if let Some(prior) = prior.filter(|prior| (prior.mode(), attempted.mode()) == (Mode::Additive, Mode::Additive)) {
        let (mut rules, before) = (attempted.known_rules(), prior.known_rules());
        rules.ip_rules.extend(before.ip_rules);
        rules.subnets.extend(before.subnets);
        attempted.set_rules(&rules);
    }
    attempted
}

fn unchanged(before: &Registry, seen: &Registry) -> bool {
    rule_set(before) == rule_set(seen) && scalars(before) == scalars(seen)
}

#[cfg(test)]
mod tests;
