//! A resource that owns one rule of a registry that somebody else owns: what `acrnet_registry_ip_rule` and
//! `acrnet_registry_virtual_network_rule` share, which is all but their attributes.
//!
//! From the framework come the models of a [`Kind`]; past one conversion the verbs see [`Fields`] and a [`Rule`]. Nothing else of the registry
//! is touched: an edit adds or removes one rule, and whatever else is there goes back as it came.

mod checks;
mod fields;
mod identity;
mod rule;
mod writing;

#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::sync::Arc;

pub(super) use self::fields::{Fields, Kind, on_existing, registry_id};
pub(super) use self::identity::{Parts, identity_schema};
use self::rule::Rule;
use self::writing::{Outcome, Writing, held};
use super::claims::{Claim, Claimant, Owner};
use super::live::{self, Look};
use super::registration::Stage;
use super::replacement::{announce, announced, forget, mark_left, was_left};
use super::report::{Doing, gone, report};
use super::{Clients, call};
use crate::azure::error::Effect;
use crate::azure::registry::Registry;
use crate::azure::snapshot::Reading;
use crate::azure::write::WriteFailed;
use crate::rules::SubnetRef;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::{Change, Context, Intent, Partial, Resource};
use crate::terraform::schema::Schema;
use crate::terraform::value::Tf;

/// Private data of a plan: it has said that a rule which is there will be taken over.
const ADOPTION_TOLD: &str = "adoption_told";

/// The resource type of a kind of rule.
#[derive(Debug)]
pub struct RegistryRule<K>(PhantomData<fn() -> K>);

impl<K: Kind> Resource for RegistryRule<K> {
    const NAME: &'static str = K::NAME;
    type Clients = Clients;
    type Model = K::Model;
    type Identity = K::Identity;

    fn schema() -> Schema {
        K::schema()
    }

    fn validate(config: &K::Model) -> Diagnostics {
        let config: Fields = config.clone().into();
        config.element.known().map(|text| K::check(text)).unwrap_or_default()
    }

    async fn plan(clients: Option<&Clients>, context: &mut Context, change: &mut Change<K::Model>) {
        let planned: Fields = change.planned.clone().into();
        let prior: Option<Fields> = change.prior.clone().map(Into::into);
        let replaces = begin::<K>(clients, context, prior.as_ref(), &planned);
        let Some(rule) = planned.rule::<K>() else { return };
        // One that was moved or imported and never read has none yet either.
        if prior.as_ref().is_none_or(|prior| prior.id.is_null()) {
            change.planned = Fields { id: Tf::Known(rule.id()), ..planned.clone() }.into();
        }
        let Some(clients) = clients else { return };
        // Another rule: core asks once more, for the new object alone.
        if !change.replace.is_empty() {
            return;
        }
        let arm = clients.arm.config();
        context.diagnostics.extend(checks::offered::<K>(&rule, arm));
        if prior.is_none() {
            context.diagnostics.extend(registration::<K>(clients, context, Stage::Plan, &rule).await);
            if !context.diagnostics.has_error() {
                look_at_existing::<K>(clients, context, &planned, &rule, replaces).await;
            }
        }
        if !context.diagnostics.has_error() {
            let claim = Claim { owner: Owner::Single, rules: rule.rules.clone(), whole: true, settings: Vec::new() };
            let claimant = Claimant::of(&mut context.private);
            context.diagnostics.extend(clients.claims.lay(&rule.registry, claimant, claim));
        }
    }

    async fn plan_destroy(_clients: Option<&Clients>, context: &mut Context, _prior: &K::Model) {
        forget(&mut context.private);
    }

    async fn read(clients: &Clients, context: &mut Context, state: K::Model) -> Result<Option<K::Model>, Diagnostics> {
        let state: Fields = state.into();
        let rule = known_rule::<K>(&state)?;
        if was_left(&context.private) {
            clients.rules.left.keep(&rule.key(), ());
        }
        let imported = state.id.is_null();
        match clients.arm.recent_registry(&rule.registry, &call(context)).await {
            Ok(Reading::Found(registry)) => {
                match held(&clients.temporaries.hidden(&rule.registry, Arc::clone(&registry)), &rule) {
                    Some(false) if imported => Err(checks::nothing_to_import::<K>(&rule, &registry).into()),
                    Some(false) => Ok(None),
                    None if imported => Err(checks::unseen::<K>(&rule).into()),
                    // What an answer does not show is not gone.
                    Some(true) | None => Ok(Some(state.observed(&rule).into())),
                }
            }
            Ok(Reading::Missing(_)) => Ok(None),
            Err(error) => Err(report(Doing::Reading, &rule.id(), &error).into()),
        }
    }

    async fn create(
        clients: &Clients,
        context: &mut Context,
        intent: Intent<K::Model>,
    ) -> Result<K::Model, Partial<K::Model>> {
        let planned: Fields = intent.planned.into();
        let rule = known_rule::<K>(&planned).map_err(Partial::nothing_done)?;
        forget(&mut context.private);
        let told = context.private.read::<bool>(ADOPTION_TOLD) == Some(true);
        context.private.forget(ADOPTION_TOLD);
        // One half of a replacement: the rule is there, and ours.
        let ours = clients.rules.handed_over.take(&rule.key()).is_some();
        let model: K::Model = planned.clone().observed(&rule).into();
        let missing = registration::<K>(clients, context, Stage::Write, &rule).await;
        if missing.has_error() {
            if ours {
                mark_left(&mut context.private);
            }
            return Err(Partial::leaving(ours.then_some(model), missing));
        }
        let writing = Writing::adding(clients, &rule, ours || planned.adopts());
        match writing.run(clients, context).await {
            Outcome::Unseen => Err(Partial::leaving(ours.then_some(model), checks::unseen::<K>(&rule))),
            Outcome::InTheWay => Err(Partial::nothing_done(checks::refused::<K>(&rule))),
            Outcome::Done { existed } => {
                if existed && !ours && !told {
                    context.warn(checks::adopting::<K>(&rule));
                }
                context.note_reached(&model);
                Ok(model)
            }
            Outcome::Failed { failed, existed } => {
                let reached = !existed && may_be_there(&failed, &rule);
                mark_left(&mut context.private);
                let why = report(Doing::AddingRule, &rule.id(), &failed.error);
                Err(Partial::leaving((reached || ours).then_some(model), why))
            }
        }
    }

    async fn update(
        _clients: &Clients,
        context: &mut Context,
        _prior: K::Model,
        intent: Intent<K::Model>,
    ) -> Result<K::Model, Partial<K::Model>> {
        forget(&mut context.private);
        // Only choices for later can change in place; nothing in Azure depends on them.
        Ok(intent.planned)
    }

    async fn delete(clients: &Clients, context: &mut Context, prior: K::Model) -> Result<(), Diagnostics> {
        let rule = known_rule::<K>(&prior.into())?;
        if announced(&context.private, &rule.key()) {
            clients.rules.handed_over.keep(&rule.key(), ());
            return Ok(());
        }
        // What was claimed anew in this run, by a new object or by a rule set, is spared.
        match Writing::removing(clients, &rule).run(clients, context).await {
            Outcome::Done { .. } => Ok(()),
            Outcome::Failed { failed, .. } if gone(&failed.error) => Ok(()),
            Outcome::Failed { failed, .. } => Err(report(Doing::RemovingRule, &rule.id(), &failed.error).into()),
            Outcome::Unseen | Outcome::InTheWay => Err(checks::unseen::<K>(&rule).into()),
        }
    }

    fn import(id: &str) -> Result<K::Model, Diagnostics> {
        Rule::parse::<K>(id).map(|rule| Fields::begun(rule).into())
    }

    fn identity(model: &K::Model) -> Option<K::Identity> {
        Parts::of::<K>(&model.clone().into()).map(Into::into)
    }

    fn import_identity(identity: K::Identity) -> Result<K::Model, Diagnostics> {
        let parts: Parts = identity.into();
        parts.rule::<K>().map(|rule| Fields::begun(rule).into())
    }
}

/// Notes what the plan is about. Says whether the planned create is one half of a replacement of the same rule.
fn begin<K: Kind>(clients: Option<&Clients>, context: &mut Context, prior: Option<&Fields>, planned: &Fields) -> bool {
    let Some(rule) = prior.unwrap_or(planned).rule::<K>() else {
        forget(&mut context.private);
        return false;
    };
    if prior.is_some() {
        announce(&mut context.private, &rule.key());
        return false;
    }
    let key = rule.key();
    let known =
        |clients: &Clients| clients.rules.left.of(&key).is_some() || clients.rules.handed_over.of(&key).is_some();
    let replaces = announced(&context.private, &key) || clients.is_some_and(known);
    announce(&mut context.private, &key);
    replaces
}

fn known_rule<K: Kind>(fields: &Fields) -> Result<Rule, Diagnostics> {
    fields.rule::<K>().ok_or_else(|| checks::no_rule::<K>().into())
}

/// Whether a failed write has left the rule, or may have: what a reading did not show may come after it.
fn may_be_there(failed: &WriteFailed<Registry>, rule: &Rule) -> bool {
    let shown = failed.seen.as_ref().map(|seen| held(seen, rule) == Some(true));
    failed.error.may_still_come() || shown.unwrap_or(failed.error.effect == Effect::Unknown)
}

/// What keeps the subscription of the rule's subnet, if it is for one, from using registries.
async fn registration<K: Kind>(clients: &Clients, context: &Context, stage: Stage, rule: &Rule) -> Diagnostics {
    let subnets = rule.rules.subnets.iter().map(SubnetRef::as_str);
    clients.registrations.missing(&clients.arm, &call(context), stage, subnets, K::ELEMENT).await
}

/// Looks at the registry and at the rule's subnet: whether they are there and fit, whether the rule is there already, and will have an effect.
async fn look_at_existing<K: Kind>(
    clients: &Clients,
    context: &mut Context,
    planned: &Fields,
    rule: &Rule,
    replaces: bool,
) {
    match live::registry(clients, &call(context), &rule.registry, Look::Read).await {
        Ok(Some(registry)) => {
            if !replaces && held(&registry, rule) == Some(true) {
                if planned.adopts() {
                    context.private.keep(ADOPTION_TOLD, &true);
                    context.warn(checks::adopting::<K>(rule));
                } else {
                    context.diagnostics.push(checks::refused::<K>(rule));
                }
            }
            let claimed = clients.claims.of(&rule.registry);
            context.diagnostics.extend(checks::surroundings::<K>(
                rule,
                &registry,
                clients.claims.has_rule_set(&rule.registry),
            ));
            context.diagnostics.extend(checks::without_room::<K>(rule, &registry, &claimed, &clients.limits));
        }
        Ok(None) => {}
        Err(missing) => context.diagnostics.push(missing),
    }
    let subnets = rule.rules.subnets.iter().filter_map(|subnet| subnet.as_str().parse().ok()).collect();
    context.diagnostics.extend(live::subnets(clients, &call(context), subnets, K::ELEMENT).await);
}
