//! Runs that end in the middle, by SIGKILL for Terraform and provider, or by Ctrl-C: the next one finishes the work.

use std::time::Duration;

use crate::contention::figures::Figures;
use crate::contention::team::{Team, beside_theirs};
use crate::contention::{registry, seeds};

#[test]
fn an_apply_that_is_killed_at_any_moment_is_finished_by_the_next() {
    for seed in seeds(2, 50) {
        ended_early(seed, "KILL");
    }
}

#[test]
fn an_apply_that_is_interrupted_at_any_moment_is_finished_by_the_next() {
    for seed in seeds(1, 20) {
        ended_early(seed, "INT");
    }
}

fn ended_early(seed: u64, signal: &str) {
    let azure = registry(seed);
    let team = Team::new(&azure, 1);
    let mut figures = Figures::of(&format!("SIG{signal} for an apply"), seed);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut wanted = team.want(1..=12);
    if rng.bool() {
        // One that removes rules as well.
        assert!(team.apply().finish().success());
        wanted = team.want(5..=16);
    }
    let begun = azure.simulator().requests().last().map_or(0, |record| record.seq);
    // Half of them early, around the first write; the others anywhere up to the last look.
    let latest = if rng.bool() { 300 } else { 1500 };
    let (requests, pause) = (rng.u64(1..=3), Duration::from_millis(rng.u64(0..latest)));
    let running = team.apply();
    azure.wait_for("the first requests", |record| record.seq >= begun + requests);
    // Any moment will do; where it falls is not what the test depends on.
    std::thread::sleep(pause);
    let hit = running.signal_group_if_any(signal);
    running.wait_until_group_is_gone();
    figures.count(&running.finish());
    let held = beside_theirs(&azure).intersection(&wanted).count();

    let next = team.workspace.try_apply();
    assert!(next.success(), "seed {seed}: {:#?}\n{}", next.errors(), next.stderr);
    figures.count(&next);
    assert_eq!(beside_theirs(&azure), wanted, "seed {seed}");
    team.workspace.assert_settled();
    assert_eq!(team.owned(), wanted, "seed {seed}");
    figures.print(&azure, &format!(", {} after {held} of 12", if hit { "hit" } else { "missed" }));
    team.workspace.destroy();
    assert_eq!(beside_theirs(&azure).len(), 0, "seed {seed}");
}
