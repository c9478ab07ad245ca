//! Everything that is measured, as it stands in the JSON file: written by the sections, read by tables, chart and page.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::statistics::Summary;

/// One taking of figures. A section that was not asked for is empty.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) commands: Vec<CommandFigure>,
    pub(crate) startup: Option<Startup>,
    pub(crate) growth: Vec<GrowthFigure>,
    pub(crate) micro: Vec<Curve>,
    pub(crate) beyond: Option<Beyond>,
}

/// Where and with what the figures were taken.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// `2026-11-23T01:52:00Z`.
    pub(crate) taken: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: Option<u64>,
    pub(crate) system: String,
    pub(crate) terraform: String,
    /// Version and commit of the provider.
    pub(crate) provider: String,
    /// What else the machine did: the load of the minute before the first run.
    pub(crate) load_before: Option<f64>,
    pub(crate) runs: usize,
}

/// One command of Terraform on one estate under one set of conditions.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CommandFigure {
    /// `rule sets` or `single rules`.
    pub(crate) subject: String,
    /// `plan`, `create`, `change`, `destroy`.
    pub(crate) work: String,
    pub(crate) count: usize,
    /// `one group`, `50 groups`, `one registry`.
    pub(crate) spread: String,
    /// `at once` or `50 ms, read bucket`.
    pub(crate) conditions: String,
    /// As many `terraform_data`, the same command, in the same minutes.
    pub(crate) floor: Measured,
    /// As many `terraform_data` that carry the values of the objects; absent where nobody carried them.
    #[serde(default)]
    pub(crate) same_values: Option<Measured>,
    /// As many objects of the same shape, of a provider that does nothing; likewise.
    #[serde(default)]
    pub(crate) limit: Option<Measured>,
    pub(crate) provider: Measured,
}

impl Machine {
    /// Whether figures taken here may stand beside those taken there.
    fn is_like(&self, other: &Self) -> bool {
        let of = |machine: &Self| {
            let Self { processor, cores, system, terraform, provider, runs, .. } = machine;
            (processor.clone(), *cores, system.clone(), terraform.clone(), provider.clone(), *runs)
        };
        of(self) == of(other)
    }
}

impl CommandFigure {
    /// Whether both are the same command on the same estate under the same conditions.
    fn is_of_the_same(&self, other: &Self) -> bool {
        let of = |figure: &Self| {
            let Self { subject, work, count, spread, conditions, .. } = figure;
            (subject.clone(), work.clone(), *count, spread.clone(), conditions.clone())
        };
        of(self) == of(other)
    }

    /// Median over median.
    pub(crate) fn ratio_to(&self, other: &Measured) -> f64 {
        self.provider.seconds.median / other.seconds.median
    }
}

/// Several runs of a command. What the system does not tell is absent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) seconds: Summary,
    /// CPU seconds of `terraform` itself.
    pub(crate) core_cpu: Option<Summary>,
    /// CPU seconds of all provider processes of the run together.
    pub(crate) provider_cpu: Option<Summary>,
    /// The largest provider process, in bytes.
    pub(crate) provider_memory: Option<u64>,
    /// CPU seconds of the simulator: far below `seconds`, or the simulator would be what is measured.
    pub(crate) simulator_cpu: Option<Summary>,
    /// Of the run that made most.
    pub(crate) calls: Calls,
}

/// What Azure was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calls {
    /// `GET`, `LIST` (a GET of a collection), `PATCH`, …, to how many.
    pub(crate) by_kind: BTreeMap<String, usize>,
    /// How many of them were answered 429.
    pub(crate) refused: usize,
}

impl Calls {
    pub(crate) fn total(&self) -> usize {
        self.by_kind.values().sum()
    }
}

/// From the start of the process on, in milliseconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Startup {
    /// Until the handshake line is read.
    pub(crate) handshake: Summary,
    /// Starting and ending a process that does nothing.
    pub(crate) floor: Summary,
    /// The first call after it, which asks for the schema.
    pub(crate) first_schema: Summary,
    /// The same call once more.
    pub(crate) second_schema: Summary,
    /// Bytes of memory at most, up to there.
    pub(crate) memory: Option<u64>,
    /// Bytes of the provider's binary.
    pub(crate) binary: u64,
}

/// The provider alone, as core drives it in a plan in which nothing changes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct GrowthFigure {
    pub(crate) count: usize,
    pub(crate) seconds: Summary,
    pub(crate) cpu: Option<Summary>,
    pub(crate) memory: Option<u64>,
    pub(crate) calls: Calls,
}

/// A micro-benchmark over sizes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) name: String,
    /// Size, and nanoseconds.
    pub(crate) points: Vec<(usize, f64)>,
    pub(crate) exponent: Option<f64>,
}

/// An estate that no single quota of Azure covers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Beyond {
    /// Terraform's floor for as many objects: seconds of a plan.
    pub(crate) floor: Option<f64>,
    pub(crate) estates: Vec<BeyondFigure>,
}

/// One way of spreading the registries.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BeyondFigure {
    pub(crate) registries: usize,
    pub(crate) subscriptions: usize,
    /// What single GETs need at least, by Azure's limits and core's ten at a time.
    pub(crate) singly: Bound,
    /// What lists of whole subscriptions need at least.
    pub(crate) by_lists: Bound,
    /// What the provider did need; absent where the bound was enough to know.
    pub(crate) measured: Option<GrowthFigure>,
}

/// Calculated, not measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) calls: usize,
    pub(crate) seconds: f64,
}

impl Results {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let text = std::fs::read(path).map_err(|error| format!("{}: {error}; make bench writes it", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// To go on with: the sections of an earlier sitting stay, if it was the same build on the same machine with as many runs.
    pub(crate) fn resumed(path: &Path, machine: Machine) -> Self {
        match Self::read(path) {
            Ok(earlier) if earlier.machine.is_like(&machine) => Self { machine, ..earlier },
            _ => Self { machine, ..Self::default() },
        }
    }

    /// Adds figures of commands; each takes the place of an earlier one of the same.
    pub(crate) fn add(&mut self, figures: Vec<CommandFigure>) {
        for figure in figures {
            match self.commands.iter_mut().find(|earlier| earlier.is_of_the_same(&figure)) {
                Some(earlier) => *earlier = figure,
                None => self.commands.push(figure),
            }
        }
    }

    /// Writes the file, and the folders above it.
    pub(crate) fn write(&self, path: &Path) -> Outcome<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }
}
