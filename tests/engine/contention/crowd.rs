//! Eight runs of Terraform at once, each with a state of its own.

use std::collections::BTreeSet;

use crate::azure::Azure;
use crate::contention::figures::Figures;
use crate::contention::team::{Team, beside_theirs};
use crate::contention::{registry, seeds};
use crate::run::Running;

const TEAMS: u8 = 8;
const RULES: u8 = 25;

/// Milliseconds of the shortest wait before a last look. Two processes guarantee each other nothing where a write is held up for longer.
const SETTLE_MS: u64 = 1000;

#[test]
fn eight_applies_at_once_lose_nothing_of_each_others_and_bring_nothing_back() {
    for seed in seeds(1, 20) {
        let held_up = |attempt: &u32| crowd(seed, *attempt).is_err();
        assert!((1..=3).take_while(held_up).count() < 3, "seed {seed}: the machine is too busy to tell anything");
    }
}

/// Fails where the machine held a write up for so long that nobody can be blamed for a wrong rule.
fn crowd(seed: u64, attempt: u32) -> Result<(), Overslept> {
    let azure = registry(seed);
    let teams: Vec<Team> = (1..=TEAMS).map(|number| Team::new(&azure, number)).collect();
    let wanted = teams.iter().flat_map(|team| team.want(1..=RULES)).collect();
    all_succeed(&azure, &format!("eight applies ({attempt})"), seed, teams.iter().map(Team::apply).collect());
    judged(&azure, seed, &wanted)?;

    azure.simulator().clear_requests();
    let (going, staying) = teams.split_at(usize::from(TEAMS / 2));
    // Those that stay add ten rules and take five out.
    let wanted = staying.iter().flat_map(|team| team.want(6..=RULES + 10)).collect();
    let running = going.iter().map(Team::destroy).chain(staying.iter().map(Team::apply)).collect();
    all_succeed(&azure, &format!("four applies and four destroys ({attempt})"), seed, running);
    judged(&azure, seed, &wanted)?;
    for team in staying {
        team.workspace.assert_settled();
    }
    Ok(())
}

/// A write came later after its reading than any last look of others.
struct Overslept;

fn judged(azure: &Azure, seed: u64, wanted: &BTreeSet<String>) -> Result<(), Overslept> {
    let held = beside_theirs(azure);
    let wrong: Vec<&String> = held.symmetric_difference(wanted).collect();
    if !wrong.is_empty() && Figures::longest_window(azure) > SETTLE_MS {
        return Err(Overslept);
    }
    assert_eq!(wrong, [""; 0], "seed {seed}");
    Ok(())
}

fn all_succeed(azure: &Azure, title: &str, seed: u64, running: Vec<Running>) {
    let mut figures = Figures::of(title, seed);
    for one in running {
        let run = one.finish();
        assert!(run.success(), "{:#?}\n{}", run.errors(), run.stderr);
        figures.count(&run);
    }
    figures.print(azure, "");
}
