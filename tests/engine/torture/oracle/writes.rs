//! Each write of the registry, judged by itself: what it changed, and what it carried.

use std::collections::BTreeSet;

use acrnet::simulator::{Change, Record};

use super::content::{Client, Content, Rule, clients, lets_in};
use super::{Command, Evidence, Past, Verdict, WINDOW_MS};
use crate::azure::REGISTRY;
use crate::torture::story::{OnDestroy, Set, Verb};

/// What a write changed and should not have.
#[derive(Debug)]
struct Grievance {
    what: String,
    /// Whose change by others, between reading and write, excuses it.
    facet: Facet,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Facet {
    Rule(Rule),
    Client(Client),
    Action,
    /// Nothing excuses it: a PATCH that does not carry a member cannot undo it.
    Nothing,
}

/// One write of a command.
struct Write<'e> {
    evidence: &'e Evidence,
    command: &'e Command,
    past: Past<'e>,
    before: Content,
    after: Content,
    change: &'e Change,
    record: &'e Record,
}

pub(super) fn judge(evidence: &Evidence, verdict: &mut Verdict) {
    for record in &evidence.log {
        if let Some(command) = evidence.command_of(record) {
            verdict.violations.extend(carried(evidence, command, record));
        }
    }
    for (before, after, change) in evidence.steps(REGISTRY, &evidence.registry) {
        let Some(record) = evidence.request(change) else { continue };
        let Some(command) = evidence.command_of(record) else {
            verdict.violations.push(format!("nobody knows who made change {} of the registry", change.number));
            continue;
        };
        let past = evidence.past(command);
        let (before, after) = (Content::of(before), Content::of(after));
        let write = Write { evidence, command, past, before, after, change, record };
        write.judge(verdict);
    }
}

/// What a request carries beyond what is managed, and requests that nobody was to make.
fn carried(evidence: &Evidence, command: &Command, record: &Record) -> Vec<String> {
    let says = |what: String| format!("{} (request {}): {what}", command.label, record.seq);
    let path = record.path.to_lowercase();
    match record.method.as_str() {
        "GET" | "POST" => return Vec::new(),
        "PUT" if path.contains("/subnets/") => return Vec::new(),
        "PATCH" if path == REGISTRY.to_lowercase() => {}
        other => return vec![says(format!("{other} {} is no request of this provider", record.path))],
    }
    let past = evidence.past(command);
    let members = |value: &serde_json::Value| -> BTreeSet<String> {
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let mut may: BTreeSet<String> = BTreeSet::from(["networkRuleSet".to_owned()]);
    let managed = |has: fn(&Set) -> bool| {
        let now = command.verb == Verb::Apply && command.config.set.as_ref().is_some_and(has);
        let once = past.configs().filter_map(|config| config.set.as_ref()).any(has);
        now || command.drops_set() && once && past.leaves(OnDestroy::Previous)
    };
    may.extend(managed(|set| set.public.is_some()).then(|| "publicNetworkAccess".to_owned()));
    may.extend(managed(|set| set.bypass.is_some()).then(|| "networkRuleBypassOptions".to_owned()));
    may.extend(managed(|set| set.tasks.is_some()).then(|| "networkRuleBypassAllowedForTasks".to_owned()));
    let lists = ["defaultAction", "ipRules", "virtualNetworkRules"].map(str::to_owned);
    let levels = [
        (&record.body, BTreeSet::from(["properties".to_owned()])),
        (&record.body["properties"], may),
        (&record.body["properties"]["networkRuleSet"], BTreeSet::from(lists)),
    ];
    let unmanaged = levels.iter().flat_map(|(value, may)| members(value).difference(may).cloned().collect::<Vec<_>>());
    unmanaged.map(|member| says(format!("a PATCH carries {member}, which is not managed"))).collect()
}

impl Write<'_> {
    fn judge(&self, verdict: &mut Verdict) {
        let mut grievances = self.beside_rules();
        // What Azure did not store is not the writer's doing.
        if self.record.fault.as_deref() != Some("not_stored") {
            grievances.extend(self.rules_and_action());
            grievances.extend(self.cut());
        }
        for grievance in grievances {
            if self.is_excused(&grievance.facet) {
                verdict.collisions += 1;
            } else {
                let (label, verb) = (&self.command.label, self.command.verb);
                let number = self.change.number;
                verdict.violations.push(format!("{label} ({verb:?}), change {number}: {}", grievance.what));
            }
        }
    }

    /// Settings beside the rules, and everything else of the registry.
    fn beside_rules(&self) -> Vec<Grievance> {
        let (before, after) = (&self.before, &self.after);
        let set = self.command.config.set.as_ref().filter(|_| self.command.verb == Verb::Apply);
        let earlier = || self.evidence.registries_until(self.change.number - 1);
        let restores = self.command.drops_set() && self.past.leaves(OnDestroy::Previous);
        let mut found = Vec::new();
        let mut check = |name: &str, changed: bool, wanted: bool, restored: &dyn Fn(&Content) -> bool| {
            if changed && !wanted && !(restores && earlier().iter().any(restored)) {
                found.push(Grievance {
                    what: format!("{name} changed, and nobody asked for it"),
                    facet: Facet::Nothing,
                });
            }
        };
        let wants = |value: Option<bool>, now: bool| value == Some(now);
        check(
            "public network access",
            before.public != after.public,
            wants(set.and_then(|set| set.public), after.public),
            &|content| content.public == after.public,
        );
        check(
            "the bypass option",
            before.bypass != after.bypass,
            set.and_then(|set| set.bypass) == Some(after.bypass.as_str()),
            &|content| content.bypass == after.bypass,
        );
        check(
            "the bypass for tasks",
            before.tasks != after.tasks,
            wants(set.and_then(|set| set.tasks), after.tasks),
            &|content| content.tasks == after.tasks,
        );
        check("something that is not ours", before.rest != after.rest, false, &|_| false);
        found
    }

    fn rules_and_action(&self) -> Vec<Grievance> {
        let (before, after) = (&self.before, &self.after);
        let mut found = Vec::new();
        for rule in before.rules.difference(&after.rules).filter(|rule| !self.may_remove(rule)) {
            found.push(Grievance { what: format!("{rule:?} was removed"), facet: Facet::Rule(rule.clone()) });
        }
        for rule in after.rules.difference(&before.rules).filter(|rule| !self.may_add(rule)) {
            found.push(Grievance { what: format!("{rule:?} was added"), facet: Facet::Rule(rule.clone()) });
        }
        if before.deny != after.deny && !self.may_turn(after.deny) {
            let what = if after.deny { "the registry was closed" } else { "the registry was opened" };
            found.push(Grievance { what: what.to_owned(), facet: Facet::Action });
        }
        found
    }

    fn may_remove(&self, rule: &Rule) -> bool {
        let (config, past) = (&self.command.config, &self.past);
        let all = past.owned_all() && (past.leaves(OnDestroy::Default) || past.leaves(OnDestroy::Previous));
        match self.command.verb {
            Verb::Plan => false,
            Verb::Destroy => all || past.listed().contains(rule) && !self.is_kept(rule),
            Verb::Apply if config.owns_all() => !config.rules().contains(rule),
            Verb::Apply => {
                let dropped = config.set.is_none() && all;
                !config.rules().contains(rule) && (dropped || past.listed().contains(rule))
            }
        }
    }

    /// Whether a destroy leaves it: the rule set lists it, and all so far would keep it.
    fn is_kept(&self, rule: &Rule) -> bool {
        let keeps = !self.past.leaves(OnDestroy::Default) && !self.past.leaves(OnDestroy::Previous);
        keeps && self.command.config.set_rules().contains(rule)
    }

    fn may_add(&self, rule: &Rule) -> bool {
        let restores = || {
            let earlier = self.evidence.registries_until(self.change.number - 1);
            self.past.leaves(OnDestroy::Previous) && earlier.iter().any(|content| content.rules.contains(rule))
        };
        match self.command.verb {
            Verb::Plan => false,
            Verb::Destroy => self.past.owned_all() && restores(),
            Verb::Apply => {
                let dropped = self.command.config.set.is_none() && self.past.owned_all();
                self.command.config.rules().contains(rule) || dropped && restores()
            }
        }
    }

    fn may_turn(&self, deny: bool) -> bool {
        let wanted = self.command.config.set.as_ref().filter(|_| self.command.verb == Verb::Apply);
        let had_set = self.past.configs().any(|config| config.set.is_some());
        let earlier = || self.evidence.registries_until(self.change.number - 1);
        let restores = self.past.leaves(OnDestroy::Default) && !deny
            || self.past.leaves(OnDestroy::Previous) && earlier().iter().any(|content| content.deny == deny);
        wanted.is_some_and(|set| set.deny == deny) || self.command.drops_set() && had_set && restores
    }

    /// Clients that were let in, are to be let in when the command is through, and are not meanwhile.
    fn cut(&self) -> Vec<Grievance> {
        let (before, after) = (&self.before, &self.after);
        if before.deny != after.deny && !self.may_turn(after.deny) {
            // Whoever is cut by that is cut by the default action, which is judged.
            return Vec::new();
        }
        let (target, deny) = self.target();
        let restores = self.command.drops_set() && self.past.leaves(OnDestroy::Previous) && !after.public;
        let public = !restores && self.command.config.set.as_ref().and_then(|set| set.public).unwrap_or(true);
        let all = clients(before.rules.iter().chain(&after.rules).chain(&target));
        let stays = |client: &Client| !deny || lets_in(&target, client);
        let cut = |client: &Client| before.lets_in(client) && public && stays(client) && !after.lets_in(client);
        let told = |client: Client| Grievance { what: format!("{client:?} was cut"), facet: Facet::Client(client) };
        all.into_iter().filter(cut).map(told).collect()
    }

    /// The rules that are to be there when the command is through, less single ones that are still to come, and whether it denies then.
    fn target(&self) -> (BTreeSet<Rule>, bool) {
        let (config, before, listed) = (&self.command.config, &self.before, self.past.listed());
        let others = before.rules.difference(&listed).cloned();
        match (self.command.verb, &config.set) {
            (Verb::Apply, Some(set)) => {
                let singles = before.rules.intersection(&config.rules()).cloned().collect::<Vec<_>>();
                let own = config.set_rules();
                let others: Vec<Rule> = if set.additive { others.collect() } else { Vec::new() };
                (own.into_iter().chain(singles).chain(others).collect(), set.deny)
            }
            (Verb::Apply, None) => {
                (others.chain(before.rules.intersection(&config.rules()).cloned()).collect(), before.deny)
            }
            (Verb::Destroy, _) if self.past.owned_all() => (BTreeSet::new(), true),
            (Verb::Destroy, _) if self.past.leaves(OnDestroy::Previous) => (others.collect(), true),
            _ => (others.collect(), before.deny),
        }
    }

    /// Whether somebody else changed that after a reading from which this write can have been made.
    fn is_excused(&self, facet: &Facet) -> bool {
        let steps = self.evidence.steps(REGISTRY, &self.evidence.registry);
        let by_others = steps.iter().rev().filter(|(_, _, change)| change.number < self.change.number).find(
            |(before, after, change)| {
                let own = self.evidence.request(change).and_then(|record| self.evidence.command_of(record));
                let theirs = own.is_none_or(|command| command.label != self.command.label);
                theirs && facet.differs(&Content::of(before), &Content::of(after))
            },
        );
        let Some((_, _, theirs)) = by_others else { return false };
        self.evidence.log.iter().any(|reading| {
            let ours = self.evidence.command_of(reading).is_some_and(|command| command.label == self.command.label);
            let age = self.record.effect_ms.zip(reading.effect_ms).and_then(|(stored, read)| stored.checked_sub(read));
            ours && reading.method == "GET"
                && reading.path.eq_ignore_ascii_case(REGISTRY)
                && reading.stored < theirs.number
                // Azure's clock, by which this is counted, may have jumped in between.
                && age.is_some_and(|age| age <= WINDOW_MS || self.evidence.jumped)
        })
    }
}

impl Facet {
    fn differs(&self, before: &Content, after: &Content) -> bool {
        match self {
            Self::Rule(rule) => before.rules.contains(rule) != after.rules.contains(rule),
            // A rule that comes to an open registry counts once it is closed.
            Self::Client(client) => {
                before.lets_in(client) != after.lets_in(client)
                    || lets_in(&before.rules, client) != lets_in(&after.rules, client)
            }
            Self::Action => before.deny != after.deny,
            Self::Nothing => false,
        }
    }
}
