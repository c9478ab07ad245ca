//! `acrnet_registry_network_rule_set`: the default action and the rules of one registry.

mod checks;
mod content;
mod halves;
mod looking;
mod model;
mod moved;
mod restoring;
mod schema;
mod state;
mod writing;

#[cfg(test)]
mod tests;

pub(super) use self::content::{Lists, patch, rule_set, rules};
pub(super) use self::halves::Halves;
pub(super) use self::model::{Model, Scalars};
pub(crate) use self::state::{is_restricted, listed};

use self::content::Previous;
use self::halves::{Held, Makes};
use self::model::{Mode, Wanted, wholly_known};
use self::restoring::Restoring;
use self::state::observed;
use self::writing::{Outcome, Writing};
use super::claims::{Claim, Claimant, Owner};
use super::registration::Stage;
use super::replacement::{announce, announced, forget, mark_left, was_left};
use super::report::{Doing, gone, report};
use super::{Clients, RegistryIdentity, call};
use crate::azure::id::RegistryId;
use crate::azure::snapshot::Reading;
use crate::rules::SubnetRef;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::{Change, Context, Intent, MoveSource, Partial, Private, Resource};
use crate::terraform::schema::Schema;
use crate::terraform::value::Tf;

/// The resource type.
#[derive(Debug)]
pub struct RegistryNetworkRuleSet;

impl Resource for RegistryNetworkRuleSet {
    const NAME: &'static str = "acrnet_registry_network_rule_set";
    type Clients = Clients;
    type Model = Model;
    type Identity = RegistryIdentity;

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
        context.diagnostics.extend(checks::virtual_network_rules(&change.config, clients.arm.config()));
        context.diagnostics.extend(checks::settings(&change.config, clients.arm.config()));
        looking::at_registry(clients, context, change, replaces).await;
        looking::at_subnets(clients, context, change).await;
        let begins = checks::subnets_to_begin_with(change);
        let missing = registrations(clients, context, Stage::Plan, begins.iter().map(SubnetRef::as_str)).await;
        context.diagnostics.extend(missing);
        if !context.diagnostics.has_error() {
            let found = claim(clients, &mut context.private, &change.planned, &change.config);
            context.diagnostics.extend(found);
        }
    }

    async fn plan_destroy(clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        forget_plan(&mut context.private);
        let made = |registry: RegistryId| clients.and_then(|clients| clients.made_rule_sets.of(registry.as_str()));
        if prior.registry().and_then(made).is_some() {
            return;
        }
        let previous = context.private.read::<Previous>(Previous::KEY);
        let managed = Scalars::managed(&context.private);
        context.diagnostics.extend(checks::destroying(prior, previous.as_ref(), &managed));
    }

    async fn read(clients: &Clients, context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        let registry = known_registry(&state)?;
        if was_left(&context.private) {
            let previous = context.private.read::<Previous>(Previous::KEY);
            clients.rule_sets.leave(&registry, Held { model: state.clone(), previous });
        }
        match clients.arm.recent_registry(&registry, &call(context)).await {
            Ok(Reading::Found(found)) => Ok(Some(observed(&clients.temporaries.hidden(&registry, found), state))),
            Ok(Reading::Missing(_)) => Ok(None),
            Err(error) => Err(report(Doing::Reading, &registry.to_string(), &error).into()),
        }
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let wanted = Wanted::try_from(&intent.planned).map_err(Partial::nothing_done)?;
        forget_plan(&mut context.private);
        // One half of a replacement goes on from what is there, like an update.
        let held = clients.rule_sets.take(&wanted.registry, &intent.planned);
        let (prior, previous) = held.map(|held| (held.model, held.previous)).unzip();
        let previous: Option<Previous> = previous.flatten();
        if let Err(missing) = may_write(clients, context, &wanted).await {
            // The half of a replacement that was deleted is still there, and knows what was there before it.
            if prior.is_some() {
                // A tainted object comes without its private data; any other knows what was managed.
                if Scalars::managed(&context.private).is_empty() {
                    intent.config.scalars().keep_managed(&mut context.private);
                }
                mark_left(&mut context.private);
            }
            if let Some(previous) = &previous {
                context.private.keep(Previous::KEY, previous);
            }
            return Err(Partial::leaving(prior, missing));
        }
        let writing = Writing::from(prior.as_ref(), &wanted, intent.config.scalars()).within(
            &intent.planned,
            prior.as_ref(),
            clients.limits,
        );
        let outcome = writing.run(clients, context).await;
        if let Some(previous) = previous.or_else(|| outcome.before().map(Previous::of)) {
            context.private.keep(Previous::KEY, &previous);
            intent.config.scalars().keep_managed(&mut context.private);
        }
        let result = outcome.into_state(context, prior.as_ref(), intent.planned).map_err(|unfinished| {
            mark_left(&mut context.private);
            Partial::leaving(unfinished.reached.or(prior), unfinished.diagnostic)
        });
        if let Ok(model) = &result {
            clients.made_rule_sets.keep(wanted.registry.as_str(), model.clone());
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
        forget_plan(&mut context.private);
        may_write(clients, context, &wanted).await.map_err(Partial::nothing_done)?;
        let writing = Writing::from(Some(&prior), &wanted, intent.config.scalars()).within(
            &intent.planned,
            Some(&prior),
            clients.limits,
        );
        let outcome = writing.run(clients, context).await;
        if outcome.before().is_some() {
            intent.config.scalars().keep_managed(&mut context.private);
        }
        outcome
            .into_state(context, Some(&prior), intent.planned)
            .map_err(|unfinished| Partial::leaving(unfinished.reached, unfinished.diagnostic))
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        let registry = known_registry(&prior)?;
        let previous = context.private.read::<Previous>(Previous::KEY);
        if announced(&context.private, registry.as_str()) {
            let makes = Makes::noted(&context.private).unwrap_or_else(|| Makes::of(&prior));
            clients.rule_sets.hand_over(&registry, makes, Held { model: prior, previous });
            return Ok(());
        }
        let made = clients.made_rule_sets.of(registry.as_str());
        let managed = Scalars::managed(&context.private);
        let Some(restoring) = Restoring::of(&prior, made.as_ref(), previous, &managed) else {
            return Ok(());
        };
        match Writing::restoring(registry.clone(), &prior, restoring).run(clients, context).await {
            Outcome::Written(_) => Ok(()),
            Outcome::Refused(refusal) => Err(refusal.into()),
            Outcome::Failed(failed, _) if gone(&failed.error) => Ok(()),
            Outcome::Failed(failed, _) => Err(report(Doing::Restoring, registry.as_str(), &failed.error).into()),
        }
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        match id.parse::<RegistryId>() {
            Ok(registry) => Ok(Model::begun(&registry)),
            Err(error) => Err(Diagnostic::error("Not the id of a registry", error.to_string()).into()),
        }
    }

    fn identity(model: &Model) -> Option<RegistryIdentity> {
        model.registry().as_ref().map(RegistryIdentity::of)
    }

    fn import_identity(identity: RegistryIdentity) -> Result<Model, Diagnostics> {
        match identity.id() {
            Ok(registry) => Ok(Model::begun(&registry)),
            Err(error) => Err(Diagnostic::error("Not the identity of a registry", error.to_string()).into()),
        }
    }

    fn moved(source: &MoveSource, warnings: &mut Diagnostics) -> Option<Result<Model, Diagnostics>> {
        moved::moved(source, warnings)
    }
}

/// The first step of a plan: what follows from the id alone. Says whether the planned create is one half of a replacement.
fn begin(clients: Option<&Clients>, context: &mut Context, change: &mut Change<Model>) -> bool {
    Makes::of(&change.planned).note(&mut context.private);
    if let Some(prior) = &change.prior {
        if let Tf::Known(registry) = &prior.registry_id {
            announce(&mut context.private, registry);
        }
        return false;
    }
    let Tf::Known(registry) = &change.planned.registry_id else {
        forget_plan(&mut context.private);
        return false;
    };
    let known = clients.zip(change.planned.registry());
    let left = known.as_ref().and_then(|(clients, id)| clients.rule_sets.left(id, &change.planned));
    let handed_over = known.is_some_and(|(clients, id)| clients.rule_sets.waits_for(&id, &change.planned));
    let replaces = handed_over || left.is_some() || announced(&context.private, registry);
    if let Some(previous) = left.and_then(|left| left.previous) {
        context.private.keep(Previous::KEY, &previous);
    }
    announce(&mut context.private, registry);
    change.planned.id = Tf::Known(registry.clone());
    replaces
}

/// Removes the notes of a plan: from a plan of a destroy, and from what is stored.
fn forget_plan(private: &mut Private) {
    forget(private);
    Makes::forget(private);
}

/// Claims the rules and settings of a planned rule set, and says whose else they are.
fn claim(clients: &Clients, private: &mut Private, planned: &Model, config: &Model) -> Diagnostics {
    let Some(registry) = planned.registry() else { return Diagnostics::new() };
    let owner = match planned.mode() {
        Mode::Authoritative => Owner::Authoritative,
        Mode::Additive => Owner::Additive,
    };
    let whole = wholly_known(&planned.ip_rules) && wholly_known(&planned.virtual_network_subnet_ids);
    let claim = Claim { owner, rules: planned.known_rules(), whole, settings: config.settings() };
    clients.claims.lay(&registry, Claimant::of(private), claim)
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
