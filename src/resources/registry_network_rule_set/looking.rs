//! What a plan of a rule set learns of Azure, and says of it.
//!
//! What is to be made is looked at; what is there already was read by the refresh, and a plan without a refresh asks for nothing. Only what a
//! change would write can be an error here: a rule set that stays as it is stops no plan.

use std::collections::BTreeSet;

use super::checks;
use super::model::{Mode, Model, wholly_known};
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::registry::Registry;
use crate::resources::live::{self, Look};
use crate::resources::{Clients, call};
use crate::rules::Rules;
use crate::terraform::diagnostic::Severity;
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
    let mut full = checks::limits(&change.config, others, &clients.limits);
    if !writes(change) {
        full = full.into_iter().filter(|found| found.severity != Severity::Error).collect();
    }
    context.diagnostics.extend(full);
}

/// Whether a change may send something, as far as its plan can tell. Choices for later (`on_destroy`, `timeouts`) are in the state alone.
fn writes(change: &Change<Model>) -> bool {
    let planned = &change.planned;
    change.prior.as_ref().is_none_or(|prior| {
        let content =
            |model: &Model| (model.default_action.clone(), model.known_rules(), model.mode(), model.scalars());
        let open = !wholly_known(&planned.ip_rules) || !wholly_known(&planned.virtual_network_subnet_ids);
        open || content(prior) != content(planned)
    })
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
        taking_over(context, change, (id, present));
    }
    let planned = &change.planned;
    // Where it neither adopts nor shares, a registry that denies is refused.
    if change.prior.is_none() && !replaces && (planned.adopts() || planned.mode() == Mode::Additive) {
        context.diagnostics.extend(checks::opening(id, planned, present));
    }
    if !writes(change) {
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
    // What decides about others may be unknown itself.
    if planned.rules_mode.is_unknown() || planned.on_existing.is_unknown() {
        return false;
    }
    let begins = change.prior.as_ref().is_none_or(Model::may_leave_others);
    begins && planned.mode() == Mode::Authoritative
}

/// Says what taking over a registry that holds something means.
fn taking_over(context: &mut Context, change: &Change<Model>, (id, present): (&RegistryId, &Registry)) {
    let planned = &change.planned;
    let owned = change.prior.as_ref().map(Model::known_rules);
    let Some(others) = checks::in_the_way(planned, present, owned.as_ref()) else { return };
    if planned.adopts() {
        context.diagnostics.extend(checks::adopting(id, &others, planned));
    } else {
        context.diagnostics.push(checks::refused(id, &others, present));
    }
}
