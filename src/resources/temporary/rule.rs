//! One temporary rule: put on a registry, looked after, and taken off again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Temporaries;
use crate::azure::call::Call;
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use crate::azure::write::WriteFailed;
use crate::resources::registry_ip_rule::IpRuleKind;
use crate::resources::registry_network_rule_set::{Lists, Scalars, patch, rule_set};
use crate::resources::registry_rule::Kind;
use crate::resources::report::{Doing, gone, report};
use crate::resources::{Clients, live};
use crate::rules::{DefaultAction, Edit, IpRule, Rules};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::Path;

/// How often it is looked for a rule whose write was cut off, before it counts as never carried out.
const LATE_LOOKS: u32 = 10;
/// How long between two of these looks: half a minute in all. A write was seen to take ten seconds.
const LATE_PAUSE: Duration = Duration::from_secs(3);

/// A rule for one address or range on one registry.
#[derive(Clone, Debug)]
pub(crate) struct TemporaryRule {
    registry: RegistryId,
    range: String,
    rule: IpRule,
}

/// A rule that is on its registry now.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Whether it was there before, and stays.
    pub existed: bool,
    /// What is to be said about the registry.
    pub warnings: Diagnostics,
}

impl TemporaryRule {
    /// For that range, as the user spells it.
    pub(crate) fn new(registry: RegistryId, range: &str) -> Self {
        Self { registry, range: range.to_owned(), rule: IpRule::read(range) }
    }

    /// What is wrong or doubtful about a range, at `ip_range`: the same as for a resource of its own.
    pub(crate) fn check(range: &str) -> Diagnostics {
        IpRuleKind::check(range)
    }

    /// Begins to hold the rule. Each time has its own [`TemporaryRule::close`], whatever becomes of it.
    pub(crate) fn hold(&self, clients: &Clients) {
        clients.temporaries.hold(&self.registry, &self.rule);
    }

    /// Puts the rule on the registry, unless it is there. A rule that somebody else had there and that has gone since becomes ours.
    ///
    /// # Errors
    ///
    /// What keeps the rule from the registry: then nothing was written, or it is not known whether it was.
    pub(crate) async fn place(&self, clients: &Clients, call: &Call) -> Result<Placed, Diagnostic> {
        let placing = Arc::new(Placing {
            rule: self.clone(),
            temporaries: Arc::clone(&clients.temporaries),
            ip_rule_limit: clients.limits.ip_rules,
            found: Mutex::default(),
        });
        let (looking, changing) = (Arc::clone(&placing), Arc::clone(&placing));
        let edit = RegistryEdit::in_company(move |current| changing.patch(current));
        let edit = edit.looking(move |current| looking.look(current));
        let result = clients.arm.update_registry(&self.registry, call, edit).await;
        let mut found = placing.found();
        match (found.refusal.take(), result) {
            (Some(refusal), _) => Err(refusal),
            (None, Ok(updated)) => {
                Ok(Placed { existed: found.existed, warnings: self.surroundings(clients, &updated.after) })
            }
            (None, Err(failed)) => {
                if failed.error.may_still_come() {
                    clients.temporaries.may_come(&self.registry, &self.rule);
                }
                Err(report(Doing::AddingRule, &self.id(), &failed.error))
            }
        }
    }

    /// Takes the rule off again, if it is ours and nobody else in this process holds it. What may pass is waited out for as long as the call lasts,
    /// and so is a resource that is about to make it permanent.
    ///
    /// # Errors
    ///
    /// What kept it there, and how to remove it by hand.
    pub(crate) async fn close(&self, clients: &Clients, call: &Call) -> Result<(), Diagnostic> {
        let temporaries = &clients.temporaries;
        temporaries.leave(&self.registry, &self.rule);
        let mut looks = 0;
        loop {
            if call.bound(temporaries.decided(&self.registry, &self.rule)).await.is_err() {
                tracing::warn!(registry = %self.registry, rule = %self.rule.to_canonical(), "left to the resource that is making it");
            }
            if !temporaries.goes(&self.registry, &self.rule) {
                return Ok(());
            }
            let wrote = self.take_off(clients, call).await?;
            let may_come = !wrote && looks < LATE_LOOKS && temporaries.is_late(&self.registry, &self.rule);
            if may_come && call.sleep(LATE_PAUSE).await.is_ok() {
                looks += 1;
            } else if temporaries.removed(&self.registry, &self.rule) {
                return Ok(());
            }
        }
    }

    /// Sees to it that the rule is not there, unless somebody comes for it meanwhile. Says whether anything was written.
    async fn take_off(&self, clients: &Clients, call: &Call) -> Result<bool, Diagnostic> {
        let (rule, temporaries) = (self.clone(), Arc::clone(&clients.temporaries));
        let edit = RegistryEdit::in_company(move |current| {
            // Somebody may have come, or have made it permanent, while the edit waited for its turn.
            let goes = temporaries.goes(&rule.registry, &rule.rule);
            if goes { changed(current, &Edit::removal(None, rule.rules())) } else { None }
        });
        tracing::info!(registry = %self.registry, rule = %self.rule.to_canonical(), "a temporary rule is taken off");
        match clients.arm.insist_on_registry(&self.registry, call, edit).await {
            Ok(updated) => Ok(updated.wrote),
            Err(failed) if !gone(&failed.error) && self.may_be_left(&failed) => Err(self.left(&failed)),
            // Nothing comes late to a registry that is gone; a look after the failure has shown that the rule is.
            Err(_) => Ok(true),
        }
    }

    /// Whether the last look, which comes after whatever may have been written, does not show it gone.
    fn may_be_left(&self, failed: &WriteFailed<Registry>) -> bool {
        failed.seen.as_ref().is_none_or(|seen| rule_set(seen).ip_rules.contains(&self.rule))
    }

    /// Which rule is left where, how to remove it, and what kept it there.
    fn left(&self, failed: &WriteFailed<Registry>) -> Diagnostic {
        let (name, rule, subscription) = (self.registry.name(), self.rule.to_canonical(), self.registry.subscription());
        let stays = if failed.seen.is_some() { "is still" } else { "may still be" };
        let mut found = report(Doing::RemovingRule, &self.id(), &failed.error);
        found.detail = format!(
            "IP rule {rule} {stays} on registry {name} and lets in who comes from there. To remove it by hand:\n\n  az acr network-rule remove \
             --name {name} --ip-address {rule} --subscription {subscription}\n\n{}",
            found.detail
        );
        found
    }

    /// What the registry is like, so that the rule has no effect.
    fn surroundings(&self, clients: &Clients, registry: &Registry) -> Diagnostics {
        let at_registry = |warning: Diagnostic| warning.at(Path::attribute("registry_id"));
        let found = if registry.public_network_access_enabled() == Some(false) {
            Some(live::without_public_access(
                "Leave the temporary rule out, or enable public network access where the registry is managed.",
            ))
        } else {
            let open = rule_set(registry).default_action == DefaultAction::Allow;
            (open && !clients.claims.has_rule_set(&self.registry)).then(|| self.lets_everybody_in())
        };
        found.map(at_registry).into_iter().collect()
    }

    fn lets_everybody_in(&self) -> Diagnostic {
        Diagnostic::warning(
            format!("Registry {} lets every client in", self.registry.name()),
            "Its default action is Allow now, and the temporary rule has no effect unless this run sets it to Deny. It is there all the same, and \
             goes at the end of the run.",
        )
    }

    fn rules(&self) -> Rules {
        Rules { ip_rules: [self.rule.clone()].into(), ..Rules::default() }
    }

    fn id(&self) -> String {
        format!("{}|{}", self.registry, self.range)
    }
}

/// One write of the rule, and what the readings before it showed.
struct Placing {
    rule: TemporaryRule,
    temporaries: Arc<Temporaries>,
    ip_rule_limit: usize,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    existed: bool,
    refusal: Option<Diagnostic>,
}

impl Placing {
    fn look(&self, current: &Registry) {
        let mut found = self.found();
        if found.refusal.is_none() {
            found.refusal = self.refusal(current);
        }
        if found.refusal.is_none() {
            let is_there = rule_set(current).ip_rules.contains(&self.rule.rule);
            found.existed = self.temporaries.see(&self.rule.registry, &self.rule.rule, is_there);
        }
    }

    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        // Closed meanwhile, perhaps: what nobody holds, nobody would take off.
        let is_held = self.temporaries.held(&self.rule.registry).ip_rules.contains(&self.rule.rule);
        if self.found().refusal.is_some() || !is_held {
            return None;
        }
        changed(current, &Edit::additive(None, self.rule.rules(), &Rules::default()))
    }

    /// What keeps the rule from the registry, unless it is there already.
    fn refusal(&self, current: &Registry) -> Option<Diagnostic> {
        let present = rule_set(current).ip_rules;
        if present.contains(&self.rule.rule) {
            return None;
        }
        let (name, limit) = (self.rule.registry.name(), self.ip_rule_limit);
        let full = || {
            let detail = format!(
                "{} would be one too many. Remove a rule, let the runner in by a wider rule that is there for good (the function aggregate_ip_rules makes \
                 the smallest list), or, if Azure takes more by now, raise ip_rule_limit in the provider block.",
                self.rule.range
            );
            let found = Diagnostic::error(
                format!("Registry {name} holds {} IP rules and takes {limit}", present.len()),
                detail,
            );
            (present.len() >= limit).then(|| found.at(Path::attribute("registry_id")))
        };
        live::not_premium(&self.rule.registry, current).or_else(full)
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an edit of IP rules sends; those need no virtual network rules to be known.
fn changed(current: &Registry, edit: &Edit) -> Option<RegistryPatch> {
    patch(current, edit, &Scalars::default(), Lists::Changed).ok().flatten()
}
