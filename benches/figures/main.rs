//! The figures that the project claims, each beside a floor of the same run: `make bench`.
//!
//! ```text
//! arguments ──▶ commands │ startup │ growth │ micro │ beyond ──▶ results (JSON) ──▶ tables, chart ──▶ page
//!                  │          └────────┴── it::host, it::core (the tests' host) ──┴── provider
//!               workspace ── run ── terraform ── provider ──▶ azure (the simulator, a process of its own)
//! ```
//!
//! It measures programs that were built elsewhere; how it is built itself does not matter. docs/design/benchmarks.md tells how to read the figures.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its user")]

use std::process::ExitCode;

use self::arguments::{Arguments, HELP};
use self::results::Results;

mod arguments;
mod azure;
mod beyond;
mod chart;
mod commands;
mod estate;
mod growth;
#[path = "../../tests/it"]
mod it {
    //! The tests' host and core, so that a provider is driven here as it is there.
    #![expect(dead_code, clippy::unwrap_used, reason = "the tests need more of it, and fail by panicking")]

    pub mod core;
    pub mod generation;
    pub mod host;
    pub mod verdict;
}
mod machine;
mod micro;
mod page;
mod process;
mod refresh;
mod results;
mod run;
mod startup;
mod statistics;
mod subject;
mod tables;
#[expect(dead_code, reason = "the tests' core can drive the toy provider too")]
#[path = "../../examples/toy-provider/toy/mod.rs"]
mod toy;
mod workspace;

use self::it::{core, generation, host, verdict};

/// What a benchmark cannot measure, it says: there is nobody to recover for.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match Arguments::read().and_then(|arguments| carry_out(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(arguments: &Arguments) -> Outcome<()> {
    if arguments.help {
        print!("{HELP}");
        return Ok(());
    }
    if arguments.publish {
        return page::publish(&Results::read(&arguments.results)?);
    }
    let results = measure(arguments)?;
    println!("\n{}", tables::all(&results));
    println!("Written to {}; make bench-chart brings it into the documentation.", arguments.results.display());
    Ok(())
}

/// The short sections come first, and each is written down as soon as it is there: who stops it in the middle has lost one.
fn measure(arguments: &Arguments) -> Outcome<Results> {
    let Arguments { programs, runs, .. } = arguments;
    let mut results = Results::resumed(&arguments.results, machine::describe(programs, *runs)?);
    if arguments.wants("startup") {
        results.startup = Some(startup::measure(&programs.provider, arguments.starts)?);
        results.write(&arguments.results)?;
    }
    if arguments.wants("growth") {
        results.growth = growth::measure(programs, &arguments.sizes, *runs)?;
        results.write(&arguments.results)?;
    }
    if arguments.wants("micro") {
        results.micro = micro::measure(arguments.quick)?;
        results.write(&arguments.results)?;
    }
    if arguments.wants("beyond") {
        let (registries, subscriptions) = arguments.beyond;
        results.beyond = Some(beyond::measure(programs, registries, subscriptions)?);
        results.write(&arguments.results)?;
    }
    if arguments.wants("commands") {
        commands::measure(programs, &arguments.counts, *runs, &mut |figures| {
            results.add(figures);
            results.write(&arguments.results)
        })?;
    }
    Ok(results)
}
