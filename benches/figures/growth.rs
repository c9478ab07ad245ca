//! How the provider's CPU grows with the number of rule sets that do not change.

use crate::Outcome;
use crate::arguments::Programs;
use crate::azure::{Azure, Conditions};
use crate::estate::Estate;
use crate::refresh::{Settled, Used};
use crate::results::{Calls, GrowthFigure};
use crate::statistics::Summary;

/// Plans estates of these sizes.
pub(crate) fn measure(programs: &Programs, sizes: &[usize], runs: usize) -> Outcome<Vec<GrowthFigure>> {
    let azure = Azure::start(&programs.simulator)?;
    sizes.iter().map(|&size| of_size(programs, &azure, &Estate::together(size), Conditions::AtOnce, runs)).collect()
}

/// Plans one estate so many times, each in a process of its own.
pub(crate) fn of_size(
    programs: &Programs,
    azure: &Azure,
    estate: &Estate,
    conditions: Conditions,
    runs: usize,
) -> Outcome<GrowthFigure> {
    eprintln!("the provider alone: {} rule sets, {}", estate.registries, conditions.name());
    let settled = Settled::prepare(&programs.provider, azure, estate)?;
    let plans = (0..runs).map(|_| settled.plan(&programs.provider, azure, conditions));
    let plans: Vec<Used> = plans.collect::<Outcome<_>>()?;
    Ok(GrowthFigure {
        count: estate.registries,
        seconds: Summary::of(plans.iter().map(|used| used.seconds)).ok_or("no run was asked for")?,
        cpu: Summary::of(plans.iter().filter_map(|used| used.cpu)),
        memory: plans.iter().filter_map(|used| used.memory).max(),
        calls: plans.into_iter().map(|used| used.calls).max_by_key(Calls::total).unwrap_or_default(),
    })
}
