//! `acrnet_registry_network_rule_set`: the default action and the rules of one registry.

mod checks;
mod content;
mod model;
mod schema;
mod state;
mod writing;

#[cfg(test)]
mod tests;

use self::content::{Lists, Previous, patch};
use self::model::{Mode, Model, OnDestroy, Scalars, Wanted};
use self::state::observed;
use self::writing::{Outcome, Owned, Writing};
use super::registration::Stage;
use super::replacement;
use super::report::{Doing, gone, report};
use super::{Clients, call};
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::rules::{DefaultAction, Edit, Rules, SubnetRef};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::{Change, Context, Intent, Partial, Resource};
use crate::terraform::schema::Schema;
use crate::terraform::value::Tf;

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
        match (&change.prior, &planned.registry_id) {
            (None, Tf::Known(registry)) => {
                replacement::announce(&mut context.private, registry);
                planned.id = Tf::Known(registry.clone());
            }
            (Some(prior), _) if (prior.mode(), planned.mode()) == (Mode::Authoritative, Mode::Additive) => {
                context.diagnostics.extend(checks::released(prior, planned));
            }
            _ => {}
        }
        let Some(clients) = clients else { return };
        context.diagnostics.extend(checks::limits(&change.config, &clients.limits));
        context.diagnostics.extend(checks::virtual_network_rules(&change.config, clients.arm.config()));
        if takes_over(clients, change) && !context.diagnostics.has_error() {
            look_at_existing(clients, context, change).await;
        }
        let begins = checks::subnets_to_begin_with(change);
        let missing = registrations(clients, context, Stage::Plan, begins.iter().map(SubnetRef::as_str)).await;
        context.diagnostics.extend(missing);
    }

    async fn plan_destroy(clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        replacement::forget(&mut context.private);
        let made =
            |registry: &RegistryId| clients.and_then(|clients| clients.rule_sets.made_by_another(registry.as_str()));
        if prior.registry().as_ref().and_then(made).is_some() {
            return;
        }
        let previous = context.private.read::<Previous>(Previous::KEY);
        context.diagnostics.extend(checks::destroying(prior, previous.as_ref()));
    }

    async fn read(clients: &Clients, context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        let registry = known_registry(&state)?;
        clients.rule_sets.own(registry.as_str());
        match clients.arm.registry(&registry, &call(context)).await {
            Ok(Some(found)) => Ok(Some(observed(&found, state))),
            Ok(None) => Ok(None),
            Err(error) => Err(report(Doing::Reading, &registry.to_string(), &error).into()),
        }
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        may_write(clients, context, &wanted).await.map_err(Partial::nothing_done)?;
        let registry = wanted.registry.as_str();
        let released = clients.rule_sets.released(registry);
        replacement::forget(&mut context.private);
        let listed_before = released.as_ref().map(|released| released.listed.clone()).unwrap_or_default();
        let edit = match wanted.mode {
            Mode::Authoritative => Edit::authoritative(wanted.default_action, wanted.rules.clone()),
            Mode::Additive => Edit::additive(Some(wanted.default_action), wanted.rules.clone(), &listed_before),
        };
        let asks = released.is_none() && !wanted.adopt;
        let writing = Writing::new(&wanted, edit, intent.config.scalars(), asks.then_some(Owned::Nothing));
        let outcome = writing.run(clients, context).await;
        if let Some(before) = outcome.before() {
            context.private.keep(
                Previous::KEY,
                &released.and_then(|released| released.previous).unwrap_or_else(|| Previous::of(before)),
            );
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        if let Outcome::Written(_) = outcome {
            clients.rule_sets.made(registry, wanted.rules.clone());
        }
        outcome.into_state(context, None, intent.planned)
    }

    async fn update(
        clients: &Clients,
        context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        may_write(clients, context, &wanted).await.map_err(Partial::nothing_done)?;
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
        let begins_to_own = (prior.mode(), wanted.mode) == (Mode::Additive, Mode::Authoritative);
        let asks = (begins_to_own && !wanted.adopt).then(|| Owned::Rules(prior.known_rules()));
        let outcome = Writing::new(&wanted, edit, intent.config.scalars(), asks).run(clients, context).await;
        if outcome.before().is_some() {
            context.private.keep(MANAGED, &intent.config.scalars());
        }
        outcome.into_state(context, Some(&prior), intent.planned)
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        let registry = known_registry(&prior)?;
        let previous = context.private.read::<Previous>(Previous::KEY);
        if replacement::announced(&context.private, registry.as_str()) {
            clients.rule_sets.release(registry.as_str(), Released { previous, listed: prior.known_rules() });
            return Ok(());
        }
        let managed = context.private.read::<Scalars>(MANAGED).unwrap_or_default();
        let ours = prior.known_rules();
        let successor = clients.rule_sets.made_by_another(registry.as_str());
        let (edit, scalars) = match (prior.on_destroy(), previous, successor) {
            (OnDestroy::Keep, ..) | (OnDestroy::RestorePrevious, None, None) => return Ok(()),
            // Another rule set of this run has just taken the registry: what it says stands.
            (_, _, Some(successor)) => (Edit::removal(None, ours.without(&successor)), Scalars::default()),
            (OnDestroy::RestoreDefault, _, None) => (restore_default(&prior, ours), Scalars::default()),
            (OnDestroy::RestorePrevious, Some(previous), None) => {
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

/// What a delete that is half of a replacement leaves for the create.
#[derive(Clone, Debug)]
pub(super) struct Released {
    previous: Option<Previous>,
    listed: Rules,
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

/// Looks, right before a write, whether the subscriptions of all subnets in it may use registries: Azure checks every rule at each write.
async fn may_write(clients: &Clients, context: &Context, wanted: &Wanted) -> Result<(), Diagnostics> {
    let subnets = wanted.rules.subnets.iter().map(SubnetRef::as_str);
    let missing = registrations(clients, context, Stage::Write, subnets).await;
    if missing.has_error() { Err(missing) } else { Ok(()) }
}

async fn registrations<'i>(
    clients: &Clients,
    context: &Context,
    stage: Stage,
    subnets: impl Iterator<Item = &'i str>,
) -> Diagnostics {
    let attribute = "virtual_network_subnet_ids";
    clients.registrations.missing(&clients.arm, &call(context), stage, subnets, attribute).await
}

/// Whether the change begins to own rules that were not in the state: only then may others be lost.
fn takes_over(clients: &Clients, change: &Change<Model>) -> bool {
    let planned = &change.planned;
    let begins = match (&change.prior, planned.registry()) {
        (Some(prior), _) => prior.mode() == Mode::Additive,
        (None, Some(registry)) => !clients.rule_sets.owns(registry.as_str()),
        (None, None) => false,
    };
    begins && planned.mode() == Mode::Authoritative
}

/// Reads the registry, if it is there already, and says what taking over means.
async fn look_at_existing(clients: &Clients, context: &mut Context, change: &Change<Model>) {
    let Ok(wanted) = Wanted::try_from(&change.planned) else { return };
    let owned = change.prior.as_ref().map(Model::known_rules);
    match clients.arm.registry(&wanted.registry, &call(context)).await {
        Ok(Some(present)) => {
            if let Some(others) = checks::in_the_way(&wanted, &present, owned.as_ref()) {
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
