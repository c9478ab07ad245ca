//! `acrnet_registry_network_rule_set`: the default action and the rules of one registry.

mod checks;
mod content;
mod model;
mod schema;

use std::sync::{Mutex, PoisonError};

use self::checks::Existing;
use self::content::{Lists, Previous, patch, rule_set, rules};
use self::model::{Mode, OnDestroy, Scalars, Wanted};
use super::replacement::{announce, announced, forget, mark_left, was_left};
use super::report::{Doing, gone, report};
use super::{Clients, call};
use crate::azure::error::{ArmError, Effect};
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryPatch};
use crate::azure::write::{Updated, WriteFailed};
use crate::rules::{DefaultAction, Edit, EditError, Rules};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::{Change, Context, Intent, Partial, Resource};
use crate::terraform::schema::Schema;
use crate::terraform::value::{Path, Tf};

pub use model::Model;

/// The resource type.
#[derive(Debug)]
pub struct RegistryNetworkRuleSet;

impl Resource for RegistryNetworkRuleSet {
    const NAME: &'static str = "acrnet_registry_network_rule_set";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        schema::schema()
    }

    fn validate(config: &Model) -> Diagnostics {
        checks::content(config)
    }

    async fn plan(clients: Option<&Clients>, context: &mut Context, change: &mut Change<Model>) {
        let replaces = begin(clients, context, change);
        let planned = &change.planned;
        if let Some(prior) = &change.prior
            && (prior.mode(), planned.mode()) == (Mode::Authoritative, Mode::Additive)
        {
            context.diagnostics.extend(checks::released(prior, planned));
        }
        let Some(clients) = clients else { return };
        context.diagnostics.extend(checks::limits(&change.config, &clients.limits));
        context.diagnostics.extend(checks::virtual_network_rules(&change.config, clients.arm.config()));
        if takes_over(change) && !replaces && !context.diagnostics.has_error() {
            look_at_existing(clients, context, change).await;
        }
    }

    async fn plan_destroy(_clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        forget(&mut context.private);
        let previous = context.private.read::<Previous>(Previous::KEY);
        context.diagnostics.extend(checks::destroying(prior, previous.as_ref()));
    }

    async fn read(clients: &Clients, context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        let registry = known_registry(&state)?;
        if was_left(&context.private) {
            let previous = context.private.read::<Previous>(Previous::KEY);
            clients.rule_sets.left.keep(registry.as_str(), Held { model: state.clone(), previous });
        }
        match clients.arm.registry(&registry, &call(context)).await {
            Ok(Some(found)) => Ok(Some(observed(&found, state))),
            Ok(None) => Ok(None),
            Err(error) => Err(report(Doing::Reading, &registry.to_string(), &error).into()),
        }
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        forget(&mut context.private);
        // One half of a replacement goes on from what is there, like an update.
        let held = clients.rule_sets.handed_over.take(wanted.registry.as_str());
        let (prior, previous) = held.map(|held| (held.model, held.previous)).unzip();
        let writing = Writing::from(prior.as_ref(), &wanted, intent.config.scalars());
        let outcome = writing.run(clients, context, &wanted.registry).await;
        if let Some(previous) = previous.flatten().or_else(|| outcome.before().map(Previous::of)) {
            context.private.keep(Previous::KEY, &previous);
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        let result = outcome.into_state(context, prior.as_ref(), intent.planned).map_err(|(reached, diagnostic)| {
            mark_left(&mut context.private, true);
            match reached.or(prior) {
                Some(model) => Partial::reached(model, diagnostic),
                None => Partial::nothing_done(diagnostic),
            }
        });
        if let Ok(model) = &result {
            clients.rule_sets.made.keep(wanted.registry.as_str(), Held { model: model.clone(), previous: None });
        }
        result
    }

    async fn update(
        clients: &Clients,
        context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        forget(&mut context.private);
        let writing = Writing::from(Some(&prior), &wanted, intent.config.scalars());
        let outcome = writing.run(clients, context, &wanted.registry).await;
        if outcome.before().is_some() {
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        outcome.into_state(context, Some(&prior), intent.planned).map_err(|(reached, diagnostic)| match reached {
            Some(model) => Partial::reached(model, diagnostic),
            None => Partial::nothing_done(diagnostic),
        })
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        let registry = known_registry(&prior)?;
        let previous = context.private.read::<Previous>(Previous::KEY);
        if announced(&context.private, registry.as_str()) {
            clients.rule_sets.handed_over.keep(registry.as_str(), Held { model: prior, previous });
            return Ok(());
        }
        let made = clients.rule_sets.made.of(registry.as_str());
        let managed = context.private.read::<Scalars>(MANAGED).unwrap_or_default();
        let Some(Restoring { edit, scalars, lists }) = Restoring::of(&prior, made, previous, &managed) else {
            return Ok(());
        };
        let edits = |current: &Registry| patch(current, &edit, &scalars, lists).unwrap_or_default();
        match clients.arm.update_registry(&registry, &call(context), &edits).await {
            Ok(_) => Ok(()),
            Err(failed) if gone(&failed.error) => Ok(()),
            Err(failed) => Err(report(Doing::Restoring, &registry.to_string(), &failed.error).into()),
        }
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        match id.parse::<RegistryId>() {
            Ok(registry) => Ok(Model {
                id: Tf::Known(registry.to_string()),
                registry_id: Tf::Known(registry.to_string()),
                ..Model::default()
            }),
            Err(error) => Err(Diagnostic::error("Not the id of a registry", error.to_string()).into()),
        }
    }
}

/// Private data: which settings beside the rules are managed, with the values last written.
const MANAGED: &str = "managed";

/// What one call of a run tells another about a rule set.
#[derive(Clone, Debug)]
pub(in crate::resources) struct Held {
    /// Its state.
    model: Model,
    /// What was there before its create.
    previous: Option<Previous>,
}

/// The first step of a plan: what follows from the id alone. Says whether the planned create is one half of a replacement.
fn begin(clients: Option<&Clients>, context: &mut Context, change: &mut Change<Model>) -> bool {
    if let Some(prior) = &change.prior {
        if let Tf::Known(registry) = &prior.registry_id {
            announce(&mut context.private, registry);
        }
        return false;
    }
    let Tf::Known(registry) = &change.planned.registry_id else {
        forget(&mut context.private);
        return false;
    };
    let left = clients.and_then(|clients| clients.rule_sets.left.of(registry));
    let handed_over = clients.is_some_and(|clients| clients.rule_sets.handed_over.of(registry).is_some());
    let replaces = handed_over || left.is_some() || announced(&context.private, registry);
    if let Some(previous) = left.and_then(|left| left.previous) {
        context.private.keep(Previous::KEY, &previous);
    }
    announce(&mut context.private, registry);
    change.planned.id = Tf::Known(registry.clone());
    replaces
}

/// What a delete writes.
struct Restoring {
    edit: Edit,
    scalars: Scalars,
    lists: Lists,
}

impl Restoring {
    /// `None` when nothing is to be written. `made` is a rule set that was made on the same registry in the same run.
    fn of(prior: &Model, made: Option<Held>, previous: Option<Previous>, managed: &Scalars) -> Option<Self> {
        let ours = prior.known_rules();
        let lists = if prior.mode() == Mode::Authoritative { Lists::Both } else { Lists::Changed };
        let (edit, scalars) = match (prior.on_destroy(), previous, made) {
            (OnDestroy::Keep, ..) | (OnDestroy::RestorePrevious, None, _) => return None,
            (_, _, Some(made)) => return Self::beside(prior.mode(), &ours, &made.model),
            (OnDestroy::RestoreDefault, ..) => (restore_default(prior, ours), Scalars::default()),
            (OnDestroy::RestorePrevious, Some(previous), _) => {
                (restore_previous(prior, ours, &previous), previous.scalars(managed))
            }
        };
        Some(Self { edit, scalars, lists })
    }

    /// The registry is the new rule set's: only our rules that it does not list are still to go.
    fn beside(mode: Mode, ours: &Rules, made: &Model) -> Option<Self> {
        if (mode, made.mode()) == (Mode::Authoritative, Mode::Authoritative) {
            return None;
        }
        let edit = Edit::removal(None, ours.without(&made.known_rules()));
        Some(Self { edit, scalars: Scalars::default(), lists: Lists::Changed })
    }
}

fn restore_default(prior: &Model, ours: Rules) -> Edit {
    match prior.mode() {
        Mode::Authoritative => Edit::authoritative(DefaultAction::Allow, Rules::default()),
        Mode::Additive => Edit::removal(Some(DefaultAction::Allow), ours),
    }
}

/// Rules that were there before and were only listed again are not ours to remove.
fn restore_previous(prior: &Model, ours: Rules, previous: &Previous) -> Edit {
    match prior.mode() {
        Mode::Authoritative => Edit::authoritative(previous.default_action(), previous.rules()),
        Mode::Additive => Edit::removal(Some(previous.default_action()), ours.without(&previous.rules())),
    }
}

fn known_registry(state: &Model) -> Result<RegistryId, Diagnostics> {
    state.registry().ok_or_else(|| {
        Diagnostic::error(
            "The state holds no registry id",
            "Remove the object with `terraform state rm` and import it again.",
        )
        .into()
    })
}

/// Whether the change begins to own rules that were not in the state: only then may others be lost.
fn takes_over(change: &Change<Model>) -> bool {
    let planned = &change.planned;
    let begins = change.prior.as_ref().is_none_or(|prior| prior.mode() == Mode::Additive);
    begins && planned.mode() == Mode::Authoritative
}

/// Reads the registry, if it is there already, and says what taking over means.
async fn look_at_existing(clients: &Clients, context: &mut Context, change: &Change<Model>) {
    let Ok(wanted) = Wanted::try_from(&change.planned) else { return };
    match clients.arm.registry(&wanted.registry, &call(context)).await {
        Ok(Some(present)) => {
            if let Existing::Occupied(others) = checks::existing(&wanted, change.prior.as_ref(), &present) {
                if wanted.adopt {
                    context.diagnostics.extend(checks::adopting(&wanted.registry, &others));
                } else {
                    context.diagnostics.push(checks::refused(&wanted.registry, &others, &present));
                }
            }
        }
        // A registry that is not there may be made by this very run; the create looks again.
        Ok(None) => {}
        Err(error) => {
            tracing::debug!(%error, "the registry could not be read during plan; its content is checked at apply")
        }
    }
}

/// The model of what a registry holds, in the spelling of the state.
fn observed(registry: &Registry, mut state: Model) -> Model {
    let present = rule_set(registry);
    let listed = state.known_rules();
    let mut held = rules(&present.spelled_as(&listed));
    if present.subnets.is_none() {
        held.subnets.clone_from(&listed.subnets);
    }
    if state.mode() == Mode::Additive {
        held.ip_rules.retain(|rule| listed.ip_rules.contains(rule));
        held.subnets.retain(|subnet| listed.subnets.contains(subnet));
    }
    state.set_rules(&held);
    state.default_action = Tf::Known(present.default_action.as_str().to_owned());
    state.rules_mode = or_default(state.rules_mode, "authoritative");
    state.on_existing = or_default(state.on_existing, "fail");
    state.on_destroy = or_default(state.on_destroy, "restore_default");
    let scalars = content::scalars(registry);
    state.public_network_access_enabled = Tf::from_option(scalars.public_network_access_enabled);
    state.network_rule_bypass_option = Tf::from_option(scalars.network_rule_bypass_option);
    state.network_rule_bypass_for_tasks_enabled = Tf::from_option(scalars.network_rule_bypass_for_tasks_enabled);
    state.login_server = Tf::from_option(registry.login_server().map(str::to_owned));
    state
}

/// An imported object has no choices yet; those of the schema are the user's unless configuration says otherwise.
fn or_default(choice: Tf<String>, default: &str) -> Tf<String> {
    if choice.is_null() { Tf::Known(default.to_owned()) } else { choice }
}

/// One write: the edit, and what forbids it.
struct Writing<'w> {
    wanted: &'w Wanted,
    edit: Edit,
    scalars: Scalars,
    lists: Lists,
    prior: Option<&'w Model>,
    /// Whether rules of others are not to be written over.
    refuses: bool,
    refusal: Mutex<Option<Diagnostic>>,
    began: Mutex<bool>,
}

impl<'w> Writing<'w> {
    /// What leads from `prior`, if there is one, to what is wanted.
    fn from(prior: Option<&'w Model>, wanted: &'w Wanted, scalars: Scalars) -> Self {
        let ensured = |before: &Rules| Edit::additive(Some(wanted.default_action), wanted.rules.clone(), before);
        let edit = match (wanted.mode, prior) {
            (Mode::Authoritative, _) => Edit::authoritative(wanted.default_action, wanted.rules.clone()),
            (Mode::Additive, Some(prior)) if prior.mode() == Mode::Additive => ensured(&prior.known_rules()),
            // What an authoritative rule set held may be anybody's: nothing of it is removed.
            (Mode::Additive, _) => ensured(&Rules::default()),
        };
        let begins = prior.is_none_or(|prior| prior.mode() == Mode::Additive);
        let refuses = begins && wanted.mode == Mode::Authoritative && !wanted.adopt;
        let lists = if wanted.mode == Mode::Authoritative { Lists::Both } else { Lists::Changed };
        Self { wanted, edit, scalars, lists, prior, refuses, refusal: Mutex::default(), began: Mutex::default() }
    }

    /// What to send, given what is there; nothing, and a refusal, if it must not be touched. Runs again
    /// after each fresh read: only the first one can show what others had there before us.
    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        let first = !std::mem::replace(&mut *self.began.lock().unwrap_or_else(PoisonError::into_inner), true);
        let refusal = if first { self.refusal(current) } else { None };
        let outcome = match refusal {
            Some(refusal) => Err(refusal),
            None => patch(current, &self.edit, &self.scalars, self.lists).map_err(|error| unknown_subnets(&error)),
        };
        outcome.unwrap_or_else(|refusal| {
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
            None
        })
    }

    fn refusal(&self, current: &Registry) -> Option<Diagnostic> {
        if !self.refuses {
            return None;
        }
        match checks::existing(self.wanted, self.prior, current) {
            Existing::Occupied(others) => Some(checks::refused(&self.wanted.registry, &others, current)),
            Existing::Free => None,
        }
    }

    async fn run(self, clients: &Clients, context: &Context, registry: &RegistryId) -> Outcome {
        let result = clients.arm.update_registry(registry, &call(context), &|current| self.patch(current)).await;
        let refusal = self.refusal.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (refusal, result) {
            (Some(refusal), _) => Outcome::Refused(refusal),
            (None, Ok(updated)) => Outcome::Written(updated),
            (None, Err(failed)) => Outcome::Failed(failed, registry.clone()),
        }
    }
}

fn unknown_subnets(error: &EditError) -> Diagnostic {
    Diagnostic::error("Virtual network rules cannot be written", format!("{error}."))
        .at(Path::attribute("virtual_network_subnet_ids"))
}

/// How a write ended.
enum Outcome {
    Refused(Diagnostic),
    Written(Updated<Registry>),
    Failed(WriteFailed<Registry>, RegistryId),
}

impl Outcome {
    /// What the registry held before, if it is known and something may have been written.
    fn before(&self) -> Option<&Registry> {
        match self {
            Self::Refused(_) => None,
            Self::Written(updated) => Some(&updated.before),
            Self::Failed(failed, _) => failed.before.as_ref(),
        }
    }

    /// What goes into the state; for a failure what was reached, unless that is nothing new.
    fn into_state(
        self,
        context: &Context,
        prior: Option<&Model>,
        planned: Model,
    ) -> Result<Model, (Option<Model>, Diagnostic)> {
        match self {
            Self::Refused(refusal) => Err((None, refusal)),
            Self::Written(updated) => {
                let model = completed(planned, &updated.after);
                context.note_reached(&model);
                Ok(model)
            }
            Self::Failed(failed, registry) => {
                let doing = if prior.is_some() { Doing::Updating } else { Doing::Creating };
                let diagnostic = report(doing, &registry.to_string(), &failed.error);
                Err((left_behind(&failed, prior, planned), diagnostic))
            }
        }
    }
}

/// The planned model with what only the registry could tell. Everything that was planned stays as planned.
fn completed(planned: Model, registry: &Registry) -> Model {
    let present = observed(registry, planned.clone());
    let settled = |planned: Tf<String>, present: Tf<String>| if planned.is_unknown() { present } else { planned };
    let settled_bool = |planned: Tf<bool>, present: Tf<bool>| if planned.is_unknown() { present } else { planned };
    Model {
        public_network_access_enabled: settled_bool(
            planned.public_network_access_enabled,
            present.public_network_access_enabled,
        ),
        network_rule_bypass_option: settled(planned.network_rule_bypass_option, present.network_rule_bypass_option),
        network_rule_bypass_for_tasks_enabled: settled_bool(
            planned.network_rule_bypass_for_tasks_enabled,
            present.network_rule_bypass_for_tasks_enabled,
        ),
        login_server: settled(planned.login_server, present.login_server),
        id: settled(planned.id, planned.registry_id.clone()),
        ..planned
    }
}

/// What a failed write has left: nothing new, what a read afterwards showed, or, when even that
/// failed, what may be there.
fn left_behind(failed: &WriteFailed<Registry>, prior: Option<&Model>, planned: Model) -> Option<Model> {
    let attempted = |registry: &Registry| still_ours(completed(planned, registry), prior);
    match (&failed.seen, &failed.before) {
        (Some(seen), Some(before)) if unchanged(before, seen) => None,
        (Some(seen), _) => Some(observed(seen, attempted(seen))),
        (None, Some(before)) if may_have_changed(&failed.error) => Some(attempted(before)),
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
    rule_set(before) == rule_set(seen) && content::scalars(before) == content::scalars(seen)
}

fn may_have_changed(error: &ArmError) -> bool {
    error.effect == Effect::Unknown
}
