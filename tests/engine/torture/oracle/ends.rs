//! What must be there when a command has succeeded, when all is calm, and when everything is destroyed.

use std::collections::BTreeSet;

use super::content::{Content, Rule};
use super::{Command, Evidence, Past};
use crate::torture::story::{Config, Net, OnDestroy, Verb};

/// After an apply that succeeded while nobody else was at it: what it says is there.
pub(in crate::torture) fn after_success(evidence: &Evidence, command: &Command) -> Vec<String> {
    if command.verb != Verb::Apply || !command.succeeded || command.disturbed {
        return Vec::new();
    }
    let content = evidence.registry_at(command.ended);
    let says = |what: String| format!("{} succeeded, and {what}", command.label);
    wrong(&content, &command.config).into_iter().map(says).collect()
}

/// In the end: what everyone wants is there, and of what they wanted before nothing that the configurations do not name.
pub(in crate::torture) fn after_all(evidence: &Evidence, last: &[Config]) -> Vec<String> {
    let content = evidence.registry_at(u64::MAX);
    let mut found: Vec<String> = last.iter().flat_map(|config| wrong(&content, config)).collect();
    let wanted: BTreeSet<Rule> = last.iter().flat_map(Config::rules).collect();
    for team in 0..last.len() {
        let left = leftovers(evidence, team, &content).into_iter().filter(|rule| !wanted.contains(rule));
        found.extend(left.map(|rule| format!("{rule:?} is left over")));
    }
    found
}

/// After everything was destroyed: what `on_destroy` says. `before` is what was there in the calm before.
pub(in crate::torture) fn after_destroy(evidence: &Evidence, last: &[Config], before: &Content) -> Vec<String> {
    let content = evidence.registry_at(u64::MAX);
    let mut found = Vec::new();
    for (team, config) in last.iter().enumerate() {
        let kept = match &config.set {
            Some(set) if set.on_destroy == OnDestroy::Keep => config.set_rules(),
            Some(set) if set.on_destroy == OnDestroy::Previous => {
                earlier(evidence).flat_map(|earlier| earlier.rules).collect()
            }
            _ => BTreeSet::new(),
        };
        let left = leftovers(evidence, team, &content).into_iter().filter(|rule| !kept.contains(rule));
        found.extend(left.map(|rule| format!("{rule:?} is left after the destroy")));
        let Some(set) = &config.set else { continue };
        let earlier: Vec<Content> = earlier(evidence).collect();
        let right = match (set.on_destroy, set.additive) {
            (OnDestroy::Default, true) => !content.deny,
            (OnDestroy::Default, false) => !content.deny && content.rules.is_empty(),
            (OnDestroy::Previous, true) => earlier.iter().any(|earlier| earlier.deny == content.deny),
            (OnDestroy::Previous, false) => {
                earlier.iter().any(|earlier| (earlier.deny, &earlier.rules) == (content.deny, &content.rules))
            }
            (OnDestroy::Keep, _) => content.deny == before.deny && config.set_rules().is_subset(&content.rules),
        };
        if !right {
            found.push(format!("{:?} left {content:?}", set.on_destroy));
        }
    }
    if last.iter().all(|config| config.set.is_none()) && content.deny != before.deny {
        found.push("the default action is another than before the destroy".to_owned());
    }
    found
}

/// The endpoints of the subnets that are there and should not be, or the other way round, after `destroyed` or before.
pub(in crate::torture) fn endpoints(
    evidence: &Evidence,
    last: &[Config],
    serves: impl Fn(Net) -> bool,
    destroyed: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for (team, config) in last.iter().enumerate() {
        let past = Past { commands: evidence.commands.iter().filter(|command| command.team == team).collect() };
        for endpoint in &config.endpoints {
            let net = endpoint.net;
            let of_net = |command: &&&Command| command.config.endpoints.iter().any(|own| own.net == net);
            let adopted = net.is_ready() || past.commands.iter().filter(of_net).any(|command| command.killed);
            let there = serves(net);
            // Choices of earlier applies count for an endpoint that is adopted.
            let stays = match endpoint.remove {
                Some(remove) => Some(!remove),
                None if past
                    .configs()
                    .flat_map(|config| &config.endpoints)
                    .any(|own| own.net == net && own.remove.is_some()) =>
                {
                    None
                }
                None if adopted && !net.is_ready() => None,
                None => Some(adopted),
            };
            let right = if destroyed { stays.is_none_or(|stays| stays == there) } else { there };
            if !right {
                found.push(format!(
                    "the registry endpoint of {net:?} is {}",
                    if there { "still there" } else { "missing" }
                ));
            }
        }
    }
    found
}

/// What of a configuration is not so.
fn wrong(content: &Content, config: &Config) -> Vec<String> {
    let wanted = config.rules();
    let mut found: Vec<String> = wanted.difference(&content.rules).map(|rule| format!("{rule:?} is missing")).collect();
    let Some(set) = &config.set else { return found };
    if !set.additive {
        found.extend(content.rules.difference(&wanted).map(|rule| format!("{rule:?} is there, and not listed")));
    }
    let settings = [
        ("default action", set.deny == content.deny),
        ("public network access", set.public.is_none_or(|public| public == content.public)),
        ("bypass option", set.bypass.is_none_or(|bypass| bypass == content.bypass)),
        ("bypass for tasks", set.tasks.is_none_or(|tasks| tasks == content.tasks)),
    ];
    found.extend(settings.iter().filter(|(_, right)| !right).map(|(name, _)| format!("the {name} is another")));
    found
}

/// Rules of a team that are there and that nobody can have lost track of: no command that listed them was killed, and none let them stay.
fn leftovers(evidence: &Evidence, team: usize, content: &Content) -> BTreeSet<Rule> {
    let commands: Vec<&Command> = evidence.commands.iter().filter(|command| command.team == team).collect();
    let mut known = BTreeSet::new();
    let mut lost = BTreeSet::new();
    for (number, command) in commands.iter().enumerate() {
        let past = Past { commands: commands[..=number].to_vec() };
        known.extend(command.config.rules());
        let lets_stay = command.drops_set() && (past.leaves(OnDestroy::Keep) || past.leaves(OnDestroy::Previous));
        if command.killed || lets_stay {
            lost.extend(past.listed());
        }
        if command.succeeded && command.verb == Verb::Apply {
            // What was found is ours again.
            lost.retain(|rule| !command.config.rules().contains(rule));
        }
    }
    known.into_iter().filter(|rule| content.rules.contains(rule) && !lost.contains(rule)).collect()
}

/// Every state that the registry was in.
fn earlier(evidence: &Evidence) -> impl Iterator<Item = Content> {
    evidence.registries_until(u64::MAX).into_iter()
}
