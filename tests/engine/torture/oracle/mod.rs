//! Says what must hold, from the history of what was stored, the log of what was asked, and what each command was to do.
//!
//! Independent: nothing here comes from the provider or from the simulator but the documents that were stored and the requests that came.
//!
//! * [`writes`]: each single write of a registry is one that its command may make, and carries nothing that is not managed;
//! * [`subnets`]: each write of a subnet changes the registry endpoint at most, and only if it is the command's to change;
//! * [`ends`]: what is there after a command that succeeded, in the end, and after everything is destroyed.
//!
//! That nothing of others is lost in the end follows from the first two: whatever changes, some write changes it.

mod content;
mod ends;
mod subnets;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use acrnet::simulator::{By, Change, Record};

pub(super) use self::content::{Content, Rule, Subnet};
pub(super) use self::ends::{after_all, after_destroy, after_success, endpoints};

use crate::azure::REGISTRY;
use crate::torture::hcl;
use crate::torture::story::{Config, Net, OnDestroy, Verb};

/// Milliseconds within which a write follows its reading. What somebody else changes in between can be undone: registries have no etag
/// (docs/design/writers.md, "What remains").
const WINDOW_MS: u64 = 1500;

/// What a command was to do, and how it went.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// What its requests carry in `User-Agent`.
    pub(super) label: String,
    pub(super) team: usize,
    pub(super) verb: Verb,
    pub(super) config: Config,
    /// The number of the last change when it had ended.
    pub(super) ended: u64,
    pub(super) succeeded: bool,
    /// Whether it, or its provider, was ended in a way that lets nobody note what was done.
    pub(super) killed: bool,
    /// Whether others were changing the registry meanwhile.
    pub(super) disturbed: bool,
}

/// All that is known of a run so far.
pub(super) struct Evidence {
    /// The registry before everything.
    pub(super) registry: Value,
    /// The subnets, likewise.
    pub(super) subnets: Vec<(Net, Value)>,
    pub(super) changes: Vec<Change>,
    pub(super) log: Vec<Record>,
    pub(super) commands: Vec<Command>,
    /// Whether Azure's clock has jumped, so that its times say little.
    pub(super) jumped: bool,
}

/// What the oracle found.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) violations: Vec<String>,
    /// Writes that undid what others had changed after the writer's reading; nobody can exclude them.
    pub(super) collisions: usize,
}

/// What a team has wanted up to a command, that included.
struct Past<'e> {
    commands: Vec<&'e Command>,
}

/// Judges every write of a run.
pub(super) fn judge(evidence: &Evidence) -> Verdict {
    let mut verdict = Verdict::default();
    writes::judge(evidence, &mut verdict);
    subnets::judge(evidence, &mut verdict);
    verdict
}

impl Evidence {
    /// The command that a request belongs to.
    fn command_of(&self, record: &Record) -> Option<&Command> {
        let agent = record.headers.get("user-agent")?.as_str()?;
        let label = agent.rsplit_once("torture/")?.1;
        self.commands.iter().find(|command| command.label == label)
    }

    /// Each change of something, with what was there before; `first` is what was there at first.
    fn steps<'e>(&'e self, id: &str, first: &'e Value) -> Vec<(&'e Value, &'e Value, &'e Change)> {
        let mut before = first;
        let mut steps = Vec::new();
        for change in self.changes.iter().filter(|change| change.id.eq_ignore_ascii_case(id)) {
            if let Some(after) = &change.document {
                steps.push((before, after, change));
                before = after;
            }
        }
        steps
    }

    /// The registry after the change of that number.
    pub(super) fn registry_at(&self, number: u64) -> Content {
        let steps = self.steps(REGISTRY, &self.registry);
        let last = steps.iter().rev().find(|(_, _, change)| change.number <= number);
        Content::of(last.map_or(&self.registry, |step| step.1))
    }

    /// Every state of the registry up to that number.
    fn registries_until(&self, number: u64) -> Vec<Content> {
        let steps = self.steps(REGISTRY, &self.registry);
        let until = steps.iter().filter(|(_, _, change)| change.number <= number);
        std::iter::once(Content::of(&self.registry)).chain(until.map(|(_, after, _)| Content::of(after))).collect()
    }

    /// The request behind a change.
    fn request(&self, change: &Change) -> Option<&Record> {
        let By::Request(seq) = change.by else { return None };
        self.log.iter().find(|record| record.seq == seq)
    }

    fn past(&self, command: &Command) -> Past<'_> {
        let last = self.commands.iter().position(|own| own.label == command.label).unwrap_or(self.commands.len());
        let commands = self.commands.iter().take(last + 1).filter(|own| own.team == command.team);
        Past { commands: commands.collect() }
    }
}

impl Past<'_> {
    fn configs(&self) -> impl Iterator<Item = &Config> {
        self.commands.iter().map(|command| &command.config)
    }

    /// The rules that were ever listed.
    fn listed(&self) -> BTreeSet<Rule> {
        self.configs().flat_map(Config::rules).collect()
    }

    /// Whether a rule set may be in the state that owns all rules.
    fn owned_all(&self) -> bool {
        self.configs().filter_map(|config| config.set.as_ref()).any(|set| !set.additive)
    }

    /// Whether a rule set in the state may leave that when it is destroyed.
    fn leaves(&self, what: OnDestroy) -> bool {
        self.configs().filter_map(|config| config.set.as_ref()).any(|set| set.on_destroy == what)
    }
}

impl Command {
    /// Whether it may destroy a rule set.
    fn drops_set(&self) -> bool {
        self.verb == Verb::Destroy || self.verb == Verb::Apply && self.config.set.is_none()
    }
}

impl Config {
    /// All of its rules.
    pub(super) fn rules(&self) -> BTreeSet<Rule> {
        self.set_rules().into_iter().chain(rules(&self.ips, &self.subnets)).collect()
    }

    /// Those of its rule set.
    fn set_rules(&self) -> BTreeSet<Rule> {
        self.set.iter().flat_map(|set| rules(&set.ips, &set.subnets)).collect()
    }

    /// Whether its rule set owns all rules.
    fn owns_all(&self) -> bool {
        self.set.as_ref().is_some_and(|set| !set.additive)
    }
}

fn rules(ips: &[&str], subnets: &[Net]) -> BTreeSet<Rule> {
    ips.iter().map(|text| Rule::ip(text)).chain(subnets.iter().map(|net| Rule::subnet(&hcl::id(*net)))).collect()
}
