//! What is said of restoring default access: in the plan, on the way, and when it failed.

use crate::azure::error::Effect;
use crate::azure::registry::Registry;
use crate::azure::write::WriteFailed;
use crate::resources::default_access::{BroughtBack, Restoration, Taken};
use crate::resources::report::{Doing, listed, report};
use crate::rules::Rules;
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::value::Path;

/// What would go, each rule by its text: this list is all that is left of them. `None` when there is nothing to do. `open` says that whether rules
/// stay is not known yet.
pub(super) fn planned(restoration: &Restoration, taken: &Taken, open: bool) -> Option<Diagnostic> {
    if taken.is_nothing() {
        return None;
    }
    let name = restoration.registry.name();
    let gone = counted(&taken.rules);
    let (summary, mut detail) = match (taken.opens, taken.rules.is_empty()) {
        (true, true) => (
            format!("Registry {name} will be opened to all networks"),
            format!("The action sets its default action to Allow. {}", staying(&taken.kept)),
        ),
        (true, false) => (
            format!("Registry {name} will be opened to all networks, and {gone} removed"),
            format!(
                "The action sets its default action to Allow and removes these rules, whoever made them:{}",
                listed(&taken.rules)
            ),
        ),
        (false, _) => (
            format!("The network rules of registry {name} will be removed: {gone}"),
            format!(
                "Its default action is Allow already, so that they have no effect now. The action removes them, whoever made them:{}",
                listed(&taken.rules)
            ),
        ),
    };
    if open && !taken.rules.is_empty() {
        detail.push_str("\n\nkeep_rules is not known yet: if it turns out to be true, the rules stay.");
    } else if taken.opens && !taken.rules.is_empty() {
        detail.push_str("\n\nWith keep_rules = true they stay, without effect until the default action is Deny again.");
    }
    Some(at_registry(Diagnostic::warning(summary, detail)))
}

fn staying(kept: &Rules) -> String {
    if kept.is_empty() {
        return "It holds no rules.".to_owned();
    }
    format!("Its rules ({}) stay, without effect until the default action is Deny again.", counted(kept))
}

/// A registry that stays closed all the same.
pub(super) fn private(restoration: &Restoration, taken: &Taken) -> Option<Diagnostic> {
    let name = restoration.registry.name();
    let detail = format!(
        "Its public network access is disabled, which this action does not change: only private endpoints lead to it, whatever its default action \
         is. To enable it, set public_network_access_enabled = true where the registry is managed, or run\n\n  az acr update --name {name} \
         --public-network-enabled true"
    );
    let warning = || Diagnostic::warning(format!("Registry {name} stays closed to public networks"), detail);
    taken.is_private.then(|| at_registry(warning()))
}

/// What the answer does not show cannot be removed.
pub(super) fn unseen(restoration: &Restoration, left: &Taken) -> Option<Diagnostic> {
    let name = restoration.registry.name();
    let warning = || {
        Diagnostic::warning(
            format!("Virtual network rules of registry {name} may be left"),
            "The API version in use does not show them, so that they were not touched. They have no effect while the default action is Allow. Leave \
             registry_api_version out of the provider block for a version that carries them.",
        )
    };
    (!restoration.keep_rules && !left.shows_subnets).then(|| at_registry(warning()))
}

/// What resources of the same configuration make of it.
pub(super) fn brought_back(restoration: &Restoration, back: &BroughtBack) -> Diagnostic {
    let name = restoration.registry.name();
    let what = match (back.closes, back.rules.is_empty()) {
        (true, true) => "A rule set of this configuration has default_action = \"Deny\".".to_owned(),
        (true, false) => format!(
            "A rule set of this configuration has default_action = \"Deny\", and its resources own these rules:{}",
            listed(&back.rules)
        ),
        (false, _) => format!("Resources of this configuration own these rules:{}", listed(&back.rules)),
    };
    let detail = format!(
        "{what}\n\nThe next plan shows that as changed outside of Terraform, and applying it brings it back. For good, change the configuration \
         instead."
    );
    at_registry(Diagnostic::warning(format!("The next apply undoes what was restored on registry {name}"), detail))
}

/// Before the first reading.
pub(super) fn looking(restoration: &Restoration) -> String {
    format!("Looking at the network rules of registry {}", restoration.registry.name())
}

/// Right before the write.
pub(super) fn doing(restoration: &Restoration, taken: &Taken) -> String {
    let name = restoration.registry.name();
    let opening =
        if taken.opens { format!("Setting the default action of registry {name} to Allow") } else { String::new() };
    match (taken.opens, taken.rules.is_empty()) {
        (true, true) => opening,
        (true, false) => format!("{opening} and removing {}:{}", counted(&taken.rules), listed(&taken.rules)),
        (false, _) => format!("Removing from registry {name} {}:{}", counted(&taken.rules), listed(&taken.rules)),
    }
}

/// Once it is proven to be stored.
pub(super) fn done(restoration: &Restoration, taken: &Taken) -> String {
    let name = restoration.registry.name();
    match (taken.is_nothing(), taken.rules.is_empty()) {
        (true, _) if restoration.keep_rules => {
            format!("Registry {name} lets all networks in already: nothing was written")
        }
        (true, _) => format!("Registry {name} lets all networks in and holds no rules already: nothing was written"),
        (false, true) => format!("Registry {name} lets all networks in"),
        (false, false) => format!("Registry {name} lets all networks in; {} removed", counted(&taken.rules)),
    }
}

/// What failed, and what is there now.
pub(super) fn failed(restoration: &Restoration, failed: &WriteFailed<Registry>) -> Diagnostic {
    let mut diagnostic = report(Doing::Restoring, restoration.registry.as_str(), &failed.error);
    diagnostic.detail = format!("{}\n\n{}", what_is_there(restoration, failed), diagnostic.detail);
    at_registry(diagnostic)
}

fn what_is_there(restoration: &Restoration, failed: &WriteFailed<Registry>) -> String {
    if failed.error.effect == Effect::None {
        return "Nothing was changed.".to_owned();
    }
    let Some(seen) = &failed.seen else {
        return "Whether it was carried out is not known, and the registry could not be read afterwards.".to_owned();
    };
    let left = restoration.takes(seen);
    let yet = if failed.error.may_still_come() { " Azure may carry it out yet." } else { "" };
    let action = if left.opens { "Deny" } else { "Allow" };
    match (left.is_nothing(), left.rules.is_empty()) {
        (true, _) => "A look afterwards shows that it was carried out all the same.".to_owned(),
        (false, true) => format!("A look afterwards showed the default action {action}.{yet}"),
        (false, false) => {
            format!("A look afterwards showed the default action {action}, and {}.{yet}", counted(&left.rules))
        }
    }
}

fn at_registry(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.at(Path::attribute("registry_id"))
}

/// `2 IP rules and 1 virtual network rule`.
fn counted(rules: &Rules) -> String {
    let count = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        many => Some(format!("{many} {what}s")),
    };
    let counts = [count(rules.ip_rules.len(), "IP rule"), count(rules.subnets.len(), "virtual network rule")];
    counts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests;
