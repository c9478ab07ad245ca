//! `acrnet_registry_network_rule_set`: the default action and the rules of one registry.

mod checks;
mod content;
mod model;
mod schema;

use std::sync::{Mutex, PoisonError};

use self::checks::Existing;
use self::content::{Lists, Previous, patch, rule_set, rules};
use self::model::{Mode, OnDestroy, Scalars, Wanted};
use super::replacement::Replacements;
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
        let planned = &mut change.planned;
        if let (None, Tf::Known(registry)) = (&change.prior, &planned.registry_id) {
            Replacements::announce(&mut context.private, registry);
            planned.id = Tf::Known(registry.clone());
        }
        if let Some(prior) = &change.prior
            && (prior.mode(), planned.mode()) == (Mode::Authoritative, Mode::Additive)
        {
            context.diagnostics.extend(checks::released(prior, planned));
        }
        let Some(clients) = clients else { return };
        context.diagnostics.extend(checks::limits(&change.config, &clients.limits));
        context.diagnostics.extend(checks::virtual_network_rules(&change.config, clients.arm.config()));
        if takes_over(change) && !context.diagnostics.has_error() {
            look_at_existing(clients, context, &change.planned).await;
        }
    }

    async fn plan_destroy(_clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        Replacements::forget(&mut context.private);
        let previous = context.private.read::<Previous>(Previous::KEY);
        context.diagnostics.extend(checks::destroying(prior, previous.as_ref()));
    }

    async fn read(clients: &Clients, context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        let registry = known_registry(&state)?;
        match clients.arm.registry(&registry, &call(context)).await {
            Ok(Some(found)) => Ok(Some(observed(&found, state))),
            Ok(None) => Ok(None),
            Err(error) => Err(report(Doing::Reading, &registry.to_string(), &error).into()),
        }
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        let handed_over = clients.replacements.take_over(wanted.registry.as_str());
        Replacements::forget(&mut context.private);
        let edit = match wanted.mode {
            Mode::Authoritative => Edit::authoritative(wanted.default_action, wanted.rules.clone()),
            Mode::Additive => Edit::additive(Some(wanted.default_action), wanted.rules.clone(), &Rules::default()),
        };
        let checked = handed_over.is_none() && !wanted.adopt;
        let writing = Writing::new(&wanted, edit, intent.config.scalars()).refusing_existing(checked);
        let previous = handed_over.and_then(|json| serde_json::from_value::<Previous>(json).ok());
        let outcome = writing.run(clients, context, &wanted.registry).await;
        if let Some(before) = outcome.before() {
            context.private.keep(Previous::KEY, &previous.unwrap_or_else(|| Previous::of(before)));
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        outcome.into_state(context, None, intent)
    }

    async fn update(
        clients: &Clients,
        context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        let edit = match (prior.mode(), wanted.mode) {
            (_, Mode::Authoritative) => Edit::authoritative(wanted.default_action, wanted.rules.clone()),
            // What an authoritative rule set held may be anybody's: nothing of it is removed.
            (Mode::Authoritative, Mode::Additive) => {
                Edit::additive(Some(wanted.default_action), wanted.rules.clone(), &Rules::default())
            }
            (Mode::Additive, Mode::Additive) => {
                Edit::additive(Some(wanted.default_action), wanted.rules.clone(), &prior.known_rules())
            }
        };
        let takes_over = (prior.mode(), wanted.mode) == (Mode::Additive, Mode::Authoritative) && !wanted.adopt;
        let writing = Writing::new(&wanted, edit, intent.config.scalars()).refusing_others_than(takes_over, &prior);
        let outcome = writing.run(clients, context, &wanted.registry).await;
        if outcome.before().is_some() {
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        outcome.into_state(context, Some(prior), intent)
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        let registry = known_registry(&prior)?;
        let previous = context.private.read::<Previous>(Previous::KEY);
        if Replacements::announced(&context.private, registry.as_str()) {
            let remembered = serde_json::to_value(&previous).unwrap_or_default();
            clients.replacements.hand_over(registry.as_str(), remembered);
            return Ok(());
        }
        let managed = context.private.read::<Scalars>(MANAGED).unwrap_or_default();
        let ours = prior.known_rules();
        let (edit, scalars) = match (prior.on_destroy(), previous) {
            (OnDestroy::Keep, _) | (OnDestroy::RestorePrevious, None) => return Ok(()),
            (OnDestroy::RestoreDefault, _) => (restore_default(&prior, ours), Scalars::default()),
            (OnDestroy::RestorePrevious, Some(previous)) => {
                (restore_previous(&prior, &ours, &previous), previous.scalars(&managed))
            }
        };
        let lists = if prior.mode() == Mode::Authoritative { Lists::Both } else { Lists::Changed };
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

fn restore_default(prior: &Model, ours: Rules) -> Edit {
    match prior.mode() {
        Mode::Authoritative => Edit::authoritative(DefaultAction::Allow, Rules::default()),
        Mode::Additive => Edit::removal(Some(DefaultAction::Allow), ours),
    }
}

/// Rules that were there before and were only listed again are not ours to remove.
fn restore_previous(prior: &Model, ours: &Rules, previous: &Previous) -> Edit {
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
async fn look_at_existing(clients: &Clients, context: &mut Context, planned: &Model) {
    let Ok(wanted) = Wanted::try_from(planned) else { return };
    match clients.arm.registry(&wanted.registry, &call(context)).await {
        Ok(Some(present)) => {
            if let Existing::Occupied(others) = checks::existing(&wanted, &present) {
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
            tracing::debug!(%error, "the registry could not be read during plan; its content is checked at apply");
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
    refuses: Option<Rules>,
    refusal: Mutex<Option<Diagnostic>>,
    began: Mutex<bool>,
}

impl<'w> Writing<'w> {
    fn new(wanted: &'w Wanted, edit: Edit, scalars: Scalars) -> Self {
        let lists = if wanted.mode == Mode::Authoritative { Lists::Both } else { Lists::Changed };
        Self { wanted, edit, scalars, lists, refuses: None, refusal: Mutex::default(), began: Mutex::default() }
    }

    /// Refuses to write over rules that are not ours.
    fn refusing_existing(mut self, refuses: bool) -> Self {
        self.refuses = refuses.then(Rules::default);
        self
    }

    /// The same, where those of `prior` are ours already.
    fn refusing_others_than(mut self, refuses: bool, prior: &Model) -> Self {
        self.refuses = refuses.then(|| prior.known_rules());
        self
    }

    /// What to send, given what is there; nothing, and a refusal, if it must not be touched. Runs again
    /// after each fresh read: only the first one can show what others had there before us.
    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        let first = !std::mem::replace(&mut *self.began.lock().unwrap_or_else(PoisonError::into_inner), true);
        let refusal = if first { self.refusal(current) } else { None };
        let outcome = match refusal {
            Some(refusal) => Err(refusal),
            None => patch(current, &self.edit, &self.scalars, self.lists).map_err(unknown_subnets),
        };
        outcome.unwrap_or_else(|refusal| {
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
            None
        })
    }

    fn refusal(&self, current: &Registry) -> Option<Diagnostic> {
        let ours = self.refuses.as_ref()?;
        match checks::existing(self.wanted, current) {
            Existing::Occupied(others) => {
                let others = others.without(ours);
                let refused = !others.is_empty() || ours.is_empty();
                refused.then(|| checks::refused(&self.wanted.registry, &others, current))
            }
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

fn unknown_subnets(error: EditError) -> Diagnostic {
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

    /// What goes into the state. `prior` is absent for a create.
    fn into_state(
        self,
        context: &Context,
        prior: Option<Model>,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let Intent { planned, .. } = intent;
        match self {
            Self::Refused(refusal) => Err(Partial::nothing_done(refusal)),
            Self::Written(updated) => {
                let model = completed(planned, &updated.after);
                context.note_reached(&model);
                Ok(model)
            }
            Self::Failed(failed, registry) => {
                let doing = if prior.is_some() { Doing::Updating } else { Doing::Creating };
                let diagnostic = report(doing, &registry.to_string(), &failed.error);
                Err(left_behind(&failed, prior, planned, diagnostic))
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
fn left_behind(
    failed: &WriteFailed<Registry>,
    prior: Option<Model>,
    planned: Model,
    diagnostic: Diagnostic,
) -> Partial<Model> {
    let base = prior.unwrap_or_else(|| planned.clone());
    match (&failed.seen, &failed.before) {
        (Some(seen), Some(before)) if unchanged(before, seen) => Partial::nothing_done(diagnostic),
        (Some(seen), _) => Partial::reached(observed(seen, completed(planned, seen)), diagnostic),
        (None, _) if !may_have_changed(&failed.error) => Partial::nothing_done(diagnostic),
        (None, Some(before)) => Partial::reached(completed(planned, before), diagnostic),
        (None, None) => {
            drop(base);
            Partial::nothing_done(diagnostic)
        }
    }
}

fn unchanged(before: &Registry, seen: &Registry) -> bool {
    rule_set(before) == rule_set(seen) && content::scalars(before) == content::scalars(seen)
}

fn may_have_changed(error: &ArmError) -> bool {
    error.effect == Effect::Unknown
}
