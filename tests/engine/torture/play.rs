//! Plays a story: real Terraform, a state for each team, one Azure. Then calm returns, and everyone applies until nothing is left to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acrnet::simulator::By;

use crate::azure::REGISTRY;
use crate::run::Run;
use crate::support::{RULES, Workspace};
use crate::torture::company::Company;
use crate::torture::hcl;
use crate::torture::oracle::{self, Command, Content, Evidence, Rule, Subnet};
use crate::torture::stage::Stage;
use crate::torture::story::{Config, Farewell, Lack, Net, Play, Step, Story, Trouble, Verb};
use crate::torture::tally::Tally;
use crate::torture::weather;

/// More applies than it may take.
const MANY_APPLIES: usize = 4;
const NETS: [Net; 4] = [Net::App, Net::Build, Net::Ready, Net::Built];

/// How a run went.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) violations: Vec<String>,
    /// What was run, and what came of it.
    pub(super) events: Vec<String>,
    pub(super) tally: Tally,
}

/// A run that goes on.
pub(super) struct Player<'s> {
    story: &'s Story,
    pub(super) stage: Stage,
    pub(super) workspaces: Vec<Workspace>,
    evidence: Evidence,
    pub(super) outcome: Outcome,
}

/// Plays all of it.
pub(super) fn play(story: &Story) -> Outcome {
    let mut player = Player::of(story);
    let began = Instant::now();
    for step in &story.steps {
        step.before.iter().for_each(|change| player.outside(change));
        player.perform(step);
    }
    let last = player.calmed();
    if player.converges(&last) {
        player.judge_calm(&last, false);
        player.farewell(&last);
    }
    player.look();
    let verdict = oracle::judge(&player.evidence);
    player.outcome.violations.extend(verdict.violations);
    player.outcome.tally.collisions += verdict.collisions;
    player.count();
    player.outcome.tally.time += began.elapsed();
    player.outcome
}

impl<'s> Player<'s> {
    fn of(story: &'s Story) -> Self {
        let stage = Stage::of(story.seed, &story.place);
        let workspaces = (0..story.teams).map(|_| Workspace::with(Arc::clone(&stage.azure))).collect();
        let evidence = Evidence {
            registry: stage.azure.registry(),
            subnets: NETS.map(|net| (net, stage.azure.subnet(&hcl::id(net)))).to_vec(),
            changes: Vec::new(),
            log: Vec::new(),
            commands: Vec::new(),
            jumped: false,
        };
        let mut outcome = Outcome::default();
        outcome.tally.runs = 1;
        Self { story, stage, workspaces, evidence, outcome }
    }

    fn outside(&mut self, change: &crate::torture::story::Outside) {
        self.stage.outside(change);
        self.outcome.tally.met("outside change", 1);
    }

    /// The commands of one step, at once.
    fn perform(&mut self, step: &Step) {
        let trouble = &step.trouble;
        let mut plays = step.plays.clone();
        if matches!(trouble.lack, Some(Lack::Files(_))) {
            // Who cannot open a connection tries again for minutes.
            plays[0].config.max_retries = Some(1);
        }
        let mut commands: Vec<Command> = plays.iter().map(|play| self.announced(play)).collect();
        trouble.spells.iter().for_each(|spell| self.stage.azure.fault(weather::fault(spell)));
        self.stage.expect(trouble.cues.clone());
        for (play, command) in plays.iter().zip(&commands) {
            self.write(play, &command.label);
        }
        let company = Company::start(self, &plays, trouble.lack);
        let (runs, killed) = company.accompany(self);
        let happened = self.stage.calm();
        // Signals count where they are taken.
        for what in happened.iter().filter(|what| **what != "signal") {
            self.outcome.tally.met(what, 1);
        }
        self.evidence.jumped |= happened.contains(&"clock jump");
        if !self.stage.rest() {
            self.violates("a call never took effect");
        }
        let ended = self.last_change();
        let by_others = happened.contains(&"outside change") || commands.len() > 1;
        for (index, (command, run)) in commands.iter_mut().zip(&runs).enumerate() {
            command.ended = ended;
            command.succeeded = run.code == Some(0) || command.verb == Verb::Plan && run.code == Some(2);
            command.killed = index == 0 && killed;
            command.disturbed = by_others;
            let errors: Vec<String> = run.errors().into_iter().map(|error| error.summary).collect();
            self.outcome
                .events
                .push(format!("{} {:?}: {:?} {errors:?} {happened:?}", command.label, command.verb, run.code));
            self.outcome.tally.command(command.verb);
            self.judge_run(command, run);
        }
        self.evidence.commands.extend(commands.clone());
        self.look();
        let found = commands.iter().flat_map(|command| oracle::after_success(&self.evidence, command));
        let found: Vec<String> = found.collect();
        self.outcome.violations.extend(found);
    }

    fn announced(&self, play: &Play) -> Command {
        let name = if play.team == 0 { "a" } else { "b" };
        let number = self.evidence.commands.iter().filter(|command| command.team == play.team).count() + 1;
        Command {
            label: format!("{name}{number}"),
            team: play.team,
            verb: play.verb,
            config: play.config.clone(),
            ended: 0,
            succeeded: false,
            killed: false,
            disturbed: false,
        }
    }

    /// Writes the configuration, and has the command's requests carry its name.
    fn write(&mut self, play: &Play, label: &str) {
        let tokens = self.story.place.tokens;
        let workspace = &mut self.workspaces[play.team];
        workspace.set("AZURE_HTTP_USER_AGENT", &format!("torture/{label}"));
        let (resources, settings) = (hcl::resources(&play.config), hcl::settings(&play.config));
        if tokens {
            let url = workspace.azure.simulator().url().to_owned();
            workspace.write_all(&hcl::with_tokens(&url, &settings, &resources));
        } else {
            workspace.write_with(&settings, &resources);
        }
    }

    /// What holds after any command, whatever came of it.
    fn judge_run(&mut self, command: &Command, run: &Run) {
        let text = format!("{}{}", run.stdout, run.stderr);
        for sign in ["panicked", "inconsistent result", "inconsistent final plan", "bug in the provider", "crash"] {
            if text.contains(sign) && !command.killed {
                self.violates(&format!("{} says {sign:?}: {text}", command.label));
            }
        }
        if !command.succeeded && !command.killed && run.code == Some(1) && run.errors().is_empty() {
            self.violates(&format!("{} failed without a word", command.label));
        }
        if self.workspaces[command.team].addresses().is_none() {
            self.violates(&format!("the state after {} cannot be read", command.label));
        }
    }

    /// What everyone wants in the end. Where somebody was killed, what was made and not noted is to be taken over, as the error would say.
    fn calmed(&self) -> Vec<Config> {
        let was_killed =
            |team: usize| self.evidence.commands.iter().any(|command| command.team == team && command.killed);
        let last = self.story.last.iter().enumerate();
        last.map(|(team, config)| if was_killed(team) { config.clone().adopting() } else { config.clone() }).collect()
    }

    /// Applies in calm until nothing is left to do; says whether it came to that.
    fn converges(&mut self, last: &[Config]) -> bool {
        for applies in 1..=MANY_APPLIES {
            if !self.calmly(last, Verb::Apply) {
                return false;
            }
            let empty = (0..last.len()).all(|team| self.workspaces[team].plan().success());
            if empty {
                self.outcome.tally.applies(applies);
                if applies > 1 {
                    self.violates(&format!("it took {applies} applies"));
                }
                return true;
            }
            let plans: Vec<String> = self.workspaces.iter().map(|workspace| workspace.plan().stdout).collect();
            self.outcome.events.push(format!("after {applies} applies the plan is {}", plans.join("\n")));
        }
        self.violates("no number of applies is enough");
        false
    }

    /// All teams, at once, with nothing in the way; says whether all succeeded.
    fn calmly(&mut self, last: &[Config], verb: Verb) -> bool {
        let play = |(team, config): (usize, &Config)| Play { team, verb, config: config.clone() };
        let plays: Vec<Play> = last.iter().enumerate().map(play).collect();
        let count = plays.len();
        self.perform(&Step { plays, before: Vec::new(), trouble: Trouble::default() });
        let failed = self.evidence.commands.iter().rev().take(count).filter(|command| !command.succeeded);
        let failed: Vec<String> = failed.map(|command| command.label.clone()).collect();
        if !failed.is_empty() {
            self.violates(&format!("in calm, {} failed ({verb:?})", failed.join(" and ")));
        }
        failed.is_empty()
    }

    /// Destroys everything, where the story says so.
    fn farewell(&mut self, last: &[Config]) {
        let before = Content::of(&self.stage.azure.registry());
        match &self.story.farewell {
            Farewell::Stays => return,
            Farewell::Calm => {}
            Farewell::Disturbed(trouble) => {
                let play = Play { team: 0, verb: Verb::Destroy, config: last[0].clone() };
                self.perform(&Step { plays: vec![play], before: Vec::new(), trouble: trouble.clone() });
            }
        }
        if self.calmly(last, Verb::Destroy) {
            let found = oracle::after_destroy(&self.evidence, last, &before);
            self.outcome.violations.extend(found);
            self.judge_calm(last, true);
            for workspace in &self.workspaces {
                let left = workspace.addresses().unwrap_or_default();
                if !left.is_empty() {
                    self.outcome.violations.push(format!("after the destroy the state holds {left:?}"));
                }
            }
        }
    }

    /// What must be there in calm, in Azure and in the states.
    fn judge_calm(&mut self, last: &[Config], destroyed: bool) {
        let azure = &self.stage.azure;
        let serves = |net: Net| Subnet::of(&azure.subnet(&hcl::id(net))).serves;
        let mut found = oracle::endpoints(&self.evidence, last, serves, destroyed);
        if !destroyed {
            found.extend(oracle::after_all(&self.evidence, last));
            for (workspace, config) in self.workspaces.iter().zip(last) {
                found.extend(unlike(workspace, config));
            }
        }
        self.outcome.violations.extend(found);
    }

    /// Takes in what has happened.
    fn look(&mut self) {
        self.evidence.changes = self.stage.simulator().history();
        self.evidence.log = self.stage.simulator().requests();
    }

    fn last_change(&self) -> u64 {
        self.stage.simulator().history().last().map_or(0, |change| change.number)
    }

    pub(super) fn violates(&mut self, what: &str) {
        self.outcome.violations.push(what.to_owned());
    }

    /// Counts what was asked, and which faults were met.
    fn count(&mut self) {
        let changed: BTreeSet<u64> = self
            .evidence
            .changes
            .iter()
            .filter_map(|change| if let By::Request(seq) = change.by { Some(seq) } else { None })
            .collect();
        for record in &self.evidence.log {
            self.outcome.tally.calls += 1;
            self.outcome.tally.writes +=
                usize::from(changed.contains(&record.seq) && record.path.eq_ignore_ascii_case(REGISTRY));
            if let Some(fault) = weather::met(record, changed.contains(&record.seq)) {
                self.outcome.tally.met(&fault, 1);
            }
        }
    }
}

/// What the state of a workspace says otherwise than its configuration.
fn unlike(workspace: &Workspace, config: &Config) -> Option<String> {
    let object = workspace.state(RULES);
    let set = match (&config.set, &object) {
        (None, None) => return None,
        (Some(set), Some(object)) if !object.tainted => (set, object),
        _ => return Some(format!("the state holds another rule set than {:?}: {object:?}", config.set)),
    };
    let (set, object) = set;
    let held = object.attributes["ip_rules"].as_array().cloned().unwrap_or_default();
    let held: BTreeSet<Rule> = held.iter().filter_map(|text| text.as_str()).map(Rule::ip).collect();
    let listed: BTreeSet<Rule> = set.ips.iter().map(|text| Rule::ip(text)).collect();
    (held != listed).then(|| format!("the state holds {held:?}, and the configuration {listed:?}"))
}

impl Config {
    /// The same, taking over what it finds.
    fn adopting(mut self) -> Self {
        self.fail = false;
        self.set.iter_mut().for_each(|set| set.fail = false);
        self
    }
}

/// So long may a command take, retries and all, on a busy machine.
pub(super) const BOUND: Duration = Duration::from_secs(150);
