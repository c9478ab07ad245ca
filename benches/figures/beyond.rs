//! Past the needs of one machine: more registries than one subscription's quota can be asked for in bearable time.
//!
//! Two bounds by arithmetic, and what the provider really needs against the simulator under the same limits. Where Terraform's own time for as many
//! objects is longer than either, a faster provider would show nobody anything.

use crate::Outcome;
use crate::arguments::Programs;
use crate::azure::{Azure, Conditions, LATENCY_MS, READS};
use crate::estate::Estate;
use crate::growth::of_size;
use crate::refresh::PARALLELISM;
use crate::results::{Beyond, BeyondFigure, Bound};
use crate::statistics::float;
use crate::workspace::Workspace;

/// Entries of a page of ARM's lists, as the simulator gives them.
const PAGE: usize = 100;
/// A single GET each would take minutes for nothing new where the bound says more than this.
const WORTH_MEASURING_SECONDS: f64 = 120.0;

/// Measures the registries spread over so many subscriptions, and calculates the same in one.
pub(crate) fn measure(programs: &Programs, registries: usize, subscriptions: usize) -> Outcome<Beyond> {
    let azure = Azure::start(&programs.simulator)?;
    let spread = Estate { registries, subscriptions, groups: 1 };
    let estates = [spread, Estate::together(registries)].map(|estate| figure(programs, &azure, &estate));
    Ok(Beyond { floor: Some(floor(programs, registries)?), estates: estates.into_iter().collect::<Outcome<_>>()? })
}

fn figure(programs: &Programs, azure: &Azure, estate: &Estate) -> Outcome<BeyondFigure> {
    let (singly, by_lists) = (singly(estate), by_lists(estate));
    let worth = singly.seconds <= WORTH_MEASURING_SECONDS;
    let measured = worth.then(|| of_size(programs, azure, estate, Conditions::Limits, 1)).transpose()?;
    let Estate { registries, subscriptions, .. } = *estate;
    Ok(BeyondFigure { registries, subscriptions, singly, by_lists, measured })
}

/// Core asks for ten objects at a time, and a subscription answers so many at once and so many a second after that.
fn singly(estate: &Estate) -> Bound {
    let calls = estate.registries;
    let in_turn = float(calls) * latency() / float(PARALLELISM);
    let refill = (float(calls) / float(estate.subscriptions) - f64::from(READS.0)) / f64::from(READS.1);
    Bound { calls, seconds: in_turn.max(refill) }
}

/// The pages of one subscription follow each other; subscriptions do not wait for each other, but core waits with ten objects at a time.
fn by_lists(estate: &Estate) -> Bound {
    let pages = estate.registries.div_ceil(estate.subscriptions).div_ceil(PAGE);
    let rounds = estate.subscriptions.div_ceil(PARALLELISM);
    Bound { calls: pages * estate.subscriptions, seconds: float(pages * rounds) * latency() }
}

fn latency() -> f64 {
    f64::from(LATENCY_MS) / 1e3
}

/// Seconds of a plan of as many `terraform_data`.
fn floor(programs: &Programs, count: usize) -> Outcome<f64> {
    eprintln!("Terraform's own plan of {count} objects");
    let configuration =
        format!("resource \"terraform_data\" \"this\" {{\n  count = {count}\n  input = count.index\n}}\n");
    let workspace = Workspace::new(programs, &configuration)?;
    workspace.terraform(&["apply", "-input=false", "-auto-approve"])?;
    Ok(workspace.terraform(&["plan", "-input=false"])?.0.seconds)
}
