//! Whole commands of Terraform: the same one on what the provider manages, and on what stands beside it as a measure.
//!
//! They take turns, so that whatever else the machine does meets all of them.

use crate::Outcome;
use crate::arguments::Programs;
use crate::azure::{Azure, Conditions};
use crate::estate::Estate;
use crate::results::{Calls, CommandFigure, Measured};
use crate::run::Sample;
use crate::statistics::Summary;
use crate::subject::Subject;
use crate::workspace::Workspace;

/// Where registries are many enough to lie in many groups.
const SPREAD_FROM: usize = 100;
const GROUPS: usize = 50;
const SINGLE_RULES: usize = 100;

/// Where figures go as soon as they are there.
type Found<'a> = &'a mut dyn FnMut(Vec<CommandFigure>) -> Outcome<()>;

/// Measures all of it.
pub(crate) fn measure(programs: &Programs, counts: &[usize], runs: usize, found: Found<'_>) -> Outcome<()> {
    let azure = Azure::start(&programs.simulator)?;
    for &count in counts {
        let together = Contest::prepare(programs, &azure, Subject::rule_sets(Estate::together(count), "one group"))?;
        for work in [Work::Plan, Work::Create, Work::Change, Work::Destroy] {
            found(together.measure(work, runs)?)?;
        }
        if count >= SPREAD_FROM {
            let estate = Estate { registries: count, subscriptions: 1, groups: GROUPS };
            let spread = Contest::prepare(programs, &azure, Subject::rule_sets(estate, &format!("{GROUPS} groups")))?;
            found(spread.measure(Work::Plan, runs)?)?;
        }
    }
    single_rules(programs, &azure, runs, found)
}

/// Many rules, each a resource of its own, on one registry.
fn single_rules(programs: &Programs, azure: &Azure, runs: usize, found: Found<'_>) -> Outcome<()> {
    let contest = Contest::prepare(programs, azure, Subject::single_rules(SINGLE_RULES))?;
    for work in [Work::Plan, Work::Create, Work::Destroy] {
        found(contest.measure(work, runs)?)?;
    }
    Ok(())
}

/// What a command is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// A plan in which nothing changes: a refresh.
    Plan,
    /// An apply that makes everything.
    Create,
    /// An apply that changes one rule of each registry.
    Change,
    /// What it says.
    Destroy,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Create => "create",
            Self::Change => "change",
            Self::Destroy => "destroy",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Plan => &["plan", "-input=false"],
            Self::Create | Self::Change => &["apply", "-input=false", "-auto-approve"],
            Self::Destroy => &["destroy", "-input=false", "-auto-approve"],
        }
    }

    /// What Terraform says when that is what it did.
    fn proof(self, count: usize) -> String {
        match self {
            Self::Plan => "No changes.".to_owned(),
            Self::Create => format!("Resources: {count} added, 0 changed, 0 destroyed."),
            Self::Change => format!("Resources: 0 added, {count} changed, 0 destroyed."),
            Self::Destroy => format!("Destroy complete! Resources: {count} destroyed."),
        }
    }
}

/// Who takes turns, each with its settled state, and the worlds to begin with.
struct Contest<'a> {
    azure: &'a Azure,
    subject: Subject,
    floor: Side,
    /// Terraform's own objects with the same values.
    same_values: Option<Side>,
    /// A provider that does nothing, with the same objects.
    limit: Option<Side>,
    provider: Side,
    /// Azure before anything was applied.
    open: String,
    /// Azure after.
    restricted: String,
}

struct Side {
    workspace: Workspace,
    settled: Vec<u8>,
}

impl Side {
    /// Applies once, for real; every run begins with a copy of what came of it.
    fn prepare(programs: &Programs, configuration: &str) -> Outcome<Self> {
        let workspace = Workspace::new(programs, configuration)?;
        workspace.terraform(Work::Create.arguments())?;
        Ok(Self { settled: workspace.state()?, workspace })
    }

    fn run(&self, work: Work, count: usize) -> Outcome<Sample> {
        self.workspace.put_state((work != Work::Create).then_some(&self.settled))?;
        self.workspace.set(&format!("changed = {}\n", work == Work::Change))?;
        let (sample, said) = self.workspace.terraform(work.arguments())?;
        let proof = work.proof(count);
        if said.contains(&proof) { Ok(sample) } else { Err(format!("{proof:?} was expected of:\n{said}").into()) }
    }
}

impl<'a> Contest<'a> {
    fn prepare(programs: &Programs, azure: &'a Azure, subject: Subject) -> Outcome<Self> {
        eprintln!("preparing {} {}, {}", subject.count, subject.name, subject.spread);
        azure.begin(&subject.estate.seed(false).to_string(), Conditions::AtOnce)?;
        let open = azure.world()?;
        let floor = Side::prepare(programs, &subject.floor())?;
        let beside = |configuration: Option<String>| {
            configuration.map(|configuration| Side::prepare(programs, &configuration)).transpose()
        };
        let (same_values, limit) = (beside(subject.same_values())?, beside(subject.limit())?);
        let provider = Side::prepare(programs, &subject.configuration(azure.url()))?;
        let restricted = azure.world()?;
        Ok(Self { azure, subject, floor, same_values, limit, provider, open, restricted })
    }

    /// One figure for each of the conditions, over the same floor.
    fn measure(&self, work: Work, runs: usize) -> Outcome<Vec<CommandFigure>> {
        let (mut floor, mut same_values, mut limit) = (Series::default(), Series::default(), Series::default());
        let mut sides = [(Conditions::AtOnce, Series::default()), (Conditions::Reads, Series::default())];
        for run in 1..=runs {
            eprintln!("  {} of {}, run {run} of {runs}", work.name(), self.subject.count);
            floor.samples.push(self.floor.run(work, self.subject.count)?);
            for (side, series) in [(&self.same_values, &mut same_values), (&self.limit, &mut limit)] {
                if let Some(side) = side {
                    series.samples.push(side.run(work, self.subject.count)?);
                }
            }
            for (conditions, series) in &mut sides {
                self.run(work, *conditions, series)?;
            }
        }
        let figure = |(conditions, series): &(Conditions, Series)| {
            Some(CommandFigure {
                subject: self.subject.name.to_owned(),
                work: work.name().to_owned(),
                count: self.subject.count,
                spread: self.subject.spread.clone(),
                conditions: conditions.name().to_owned(),
                floor: floor.measured()?,
                same_values: same_values.measured(),
                limit: limit.measured(),
                provider: series.measured()?,
            })
        };
        Ok(sides.iter().filter_map(figure).collect())
    }

    fn run(&self, work: Work, conditions: Conditions, series: &mut Series) -> Outcome<()> {
        let world = if work == Work::Create { &self.open } else { &self.restricted };
        self.azure.begin(world, conditions)?;
        let before = self.azure.cpu();
        series.samples.push(self.provider.run(work, self.subject.count)?);
        let used = self.azure.cpu().zip(before).map(|(after, before)| after - before);
        series.simulator_cpu.extend(used);
        let calls = self.azure.calls()?;
        if calls.total() >= series.calls.total() {
            series.calls = calls;
        }
        Ok(())
    }
}

/// The runs of one side.
#[derive(Default)]
struct Series {
    samples: Vec<Sample>,
    simulator_cpu: Vec<f64>,
    calls: Calls,
}

impl Series {
    fn measured(&self) -> Option<Measured> {
        let samples = &self.samples;
        Some(Measured {
            seconds: Summary::of(samples.iter().map(|sample| sample.seconds))?,
            core_cpu: Summary::of(samples.iter().filter_map(|sample| sample.core_cpu)),
            provider_cpu: Summary::of(samples.iter().filter_map(|sample| sample.provider_cpu)),
            provider_memory: samples.iter().filter_map(|sample| sample.provider_memory).max(),
            simulator_cpu: Summary::of(self.simulator_cpu.iter().copied()),
            calls: self.calls.clone(),
        })
    }
}
