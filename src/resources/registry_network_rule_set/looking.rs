//! What a plan of a rule set learns of Azure, and says of it.
//!
//! What is to be made is looked at; what is there already was read by the refresh, and a plan without a refresh asks for nothing. Only what a
//! change would write can be an error here: a rule set that stays as it is stops no plan.

use std::collections::BTreeSet;

use super::checks;
use super::model::{Mode, Model, Wanted};
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::registry::Registry;
use crate::resources::live::{self, Look};
use crate::resources::{Clients, call};
use crate::rules::Rules;
use crate::terraform::framework::{Change, Context};

/// The registry: is it there and fit, what does it hold already, how full will it be. A rule set that `replaces` itself begins to own nothing.
pub(super) async fn at_registry(clients: &Clients, context: &mut Context, change: &Change<Model>, replaces: bool) {
    let look = if change.prior.is_none() { Look::Read } else { Look::Remember };
    let mut others = Rules::default();
    if let Some(id) = change.planned.registry() {
        match live::registry(clients, &call(context), &id, look).await {
            Ok(Some(present)) => others = compare(context, change, (&id, &present), replaces),
            Ok(None) => {}
            Err(missing) => context.diagnostics.push(missing),
        }
    }
    context.diagnostics.extend(checks::limits(&change.config, others, &clients.limits));
}

/// Says what a registry means for the change. Gives the rules of others that will be there beside it.
fn compare(
    context: &mut Context,
    change: &Change<Model>,
    (id, present): (&RegistryId, &Registry),
    replaces: bool,
) -> Rules {
    context.diagnostics.extend(checks::surroundings(&change.config, id, present));
    if takes_over(change) && !replaces {
        taking_over(context, change, present);
    }
    let planned = &change.planned;
    // Where it neither adopts nor shares, a registry that denies is refused.
    if change.prior.is_none() && !replaces && (planned.adopts() || planned.mode() == Mode::Additive) {
        context.diagnostics.extend(checks::opening(id, planned, present));
    }
    if change.prior.as_ref() == Some(&change.planned) {
        return Rules::default();
    }
    context.diagnostics.extend(live::not_premium(id, present));
    checks::others_beside(&change.planned, change.prior.as_ref(), present)
}

/// The subnets that the change begins to list. A list that is too long has to change anyway.
pub(super) async fn at_subnets(clients: &Clients, context: &mut Context, change: &Change<Model>) {
    let begins = checks::subnets_to_begin_with(change);
    let ids: BTreeSet<SubnetId> = begins.iter().filter_map(|subnet| subnet.as_str().parse().ok()).collect();
    if ids.len() <= clients.limits.virtual_network_rules {
        let found = live::subnets(clients, &call(context), ids, "virtual_network_subnet_ids").await;
        context.diagnostics.extend(found);
    }
}

/// Whether the change begins to own rules that were not in the state: only then may others be lost.
fn takes_over(change: &Change<Model>) -> bool {
    let planned = &change.planned;
    let begins = change.prior.as_ref().is_none_or(|prior| prior.mode() == Mode::Additive);
    begins && planned.mode() == Mode::Authoritative
}

/// Says what taking over a registry that holds something means.
fn taking_over(context: &mut Context, change: &Change<Model>, present: &Registry) {
    let Ok(wanted) = Wanted::try_from(&change.planned) else { return };
    let owned = change.prior.as_ref().map(Model::known_rules);
    let Some(others) = checks::in_the_way(&wanted, present, owned.as_ref()) else { return };
    if wanted.adopt {
        context.diagnostics.extend(checks::adopting(&wanted.registry, &others));
    } else {
        context.diagnostics.push(checks::refused(&wanted.registry, &others, present));
    }
}
