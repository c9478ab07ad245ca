//! The command line: what is measured, how often, and with which programs.

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::Outcome;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Figures of the provider, each beside a floor measured in the same run. `make bench` calls this with what was built for a release.

  --quick               one run of small estates: whether it works, not how fast it is
  --runs N              runs of each command, default 5
  --counts A,B,…        rule sets of the commands, default 1,200,1000
  --sizes A,B,…         rule sets of the provider alone, default 100,316,1000,3162,10000
  --only A,B,…          sections: commands, startup, growth, micro, beyond
  --terraform PROGRAM   default: terraform of the PATH
  --provider PROGRAM    default: the one built beside this
  --simulator PROGRAM   likewise
  --toy PROGRAM         the provider that does nothing, default: target/bench/terraform-provider-toy
  --results FILE        default: target/bench/results.json; --quick: target/bench/quick.json. What is there already of the same
                        build, machine and number of runs stays, so that sections can be measured one at a time
  --publish             measure nothing: bring the results into docs/design and README.md
";

/// The programs that take part.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) terraform: PathBuf,
    pub(crate) provider: PathBuf,
    pub(crate) simulator: PathBuf,
    /// The provider that does nothing: examples/toy-provider, built as the provider is.
    pub(crate) toy: PathBuf,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) help: bool,
    pub(crate) publish: bool,
    pub(crate) quick: bool,
    pub(crate) sections: Vec<String>,
    pub(crate) programs: Programs,
    pub(crate) results: PathBuf,
    pub(crate) runs: usize,
    /// Starts of the provider.
    pub(crate) starts: usize,
    pub(crate) counts: Vec<usize>,
    /// Rule sets of the provider alone.
    pub(crate) sizes: Vec<usize>,
    /// Registries and subscriptions past one machine's needs.
    pub(crate) beyond: (usize, usize),
}

const SECTIONS: [&str; 5] = ["commands", "startup", "growth", "micro", "beyond"];

impl Default for Arguments {
    fn default() -> Self {
        Self {
            help: false,
            publish: false,
            quick: false,
            sections: SECTIONS.map(str::to_owned).to_vec(),
            programs: Programs {
                terraform: "terraform".into(),
                provider: env!("CARGO_BIN_EXE_terraform-provider-acrnet").into(),
                simulator: env!("CARGO_BIN_EXE_arm-simulator").into(),
                toy: "target/bench/terraform-provider-toy".into(),
            },
            results: "target/bench/results.json".into(),
            runs: 5,
            starts: 100,
            counts: vec![1, 200, 1_000],
            sizes: vec![100, 316, 1_000, 3_162, 10_000],
            beyond: (10_000, 50),
        }
    }
}

impl Arguments {
    /// Reads those of the process.
    pub(crate) fn read() -> Outcome<Self> {
        let mut read = Self::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => read.help = true,
                Long("bench") => {} // cargo says so to every benchmark
                Long("publish") => read.publish = true,
                Long("quick") => read.make_quick(),
                Long("runs") => read.runs = parser.value()?.parse()?,
                Long("counts") => read.counts = numbers(&parser.value()?.string()?)?,
                Long("sizes") => read.sizes = numbers(&parser.value()?.string()?)?,
                Long("only") => read.sections = sections(&parser.value()?.string()?)?,
                Long("terraform") => read.programs.terraform = parser.value()?.into(),
                Long("provider") => read.programs.provider = parser.value()?.into(),
                Long("simulator") => read.programs.simulator = parser.value()?.into(),
                Long("toy") => read.programs.toy = parser.value()?.into(),
                Long("results") => read.results = parser.value()?.into(),
                Value(value) => return Err(format!("{} is no argument; try --help", value.display()).into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if read.runs == 0 || read.counts.contains(&0) || read.sizes.contains(&0) {
            return Err("nothing can be measured zero times, or of zero".into());
        }
        Ok(read)
    }

    fn make_quick(&mut self) {
        self.quick = true;
        (self.runs, self.starts) = (1, 10);
        (self.counts, self.sizes, self.beyond) = (vec![1, 20], vec![10, 30, 100], (100, 5));
        self.results = "target/bench/quick.json".into(); // not in the place of figures that took an hour
    }

    /// Whether that section is wanted.
    pub(crate) fn wants(&self, section: &str) -> bool {
        self.sections.iter().any(|wanted| wanted == section)
    }
}

fn numbers(text: &str) -> Outcome<Vec<usize>> {
    text.split(',').map(|number| Ok(number.trim().parse()?)).collect()
}

fn sections(text: &str) -> Outcome<Vec<String>> {
    let known = |name: &str| {
        let found = SECTIONS.iter().find(|section| **section == name.trim());
        found
            .map(|&section| section.to_owned())
            .ok_or_else(|| format!("--only {name}: it is one of {SECTIONS:?}").into())
    };
    text.split(',').map(known).collect()
}
