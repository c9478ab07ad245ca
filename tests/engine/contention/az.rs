//! Terraform beside a script of `az acr network-rule`, which holds no lock and looks at nothing that it has written.

use std::collections::BTreeSet;

use acrnet::simulator::{Overwrite, Record};

use crate::azure::Azure;
use crate::contention::figures::{Figures, caller};
use crate::contention::team::{Team, beside_theirs, is_of_registry, resource};
use crate::contention::{registry, seeds};
use crate::outsider::Outsider;
use crate::run::Run;

const RULES: u8 = 25;

#[test]
fn what_az_undoes_during_a_run_is_repaired_or_told_and_afterwards_the_plan_shows_it() {
    for seed in seeds(2, 20) {
        let azure = registry(seed);
        let team = Team::new(&azure, 1);
        let wanted = team.want(1..=RULES);
        let seed = u8::try_from(seed).expect("seeds that fit into an address");
        applied(&azure, &team, &wanted, Outsider::new(&azure, seed));
        azure.simulator().clear_requests();
        destroyed(&azure, &team, Outsider::new(&azure, 255 - seed));
    }
}

fn applied(azure: &Azure, team: &Team, wanted: &BTreeSet<String>, outsider: Outsider) {
    let mut figures = Figures::of("an apply beside az", outsider.seed().into());
    let script = outsider.start();
    let run = team.apply().finish();
    let looked = last_look(azure);
    let outsider = script.stop();
    figures.count(&run);
    let owned = team.owned();
    for address in wanted.difference(&owned) {
        assert!(is_named(&run, address), "{address} is neither owned nor named: {:#?}", run.errors());
    }
    let present = ours(azure);
    let missing: BTreeSet<&String> = wanted.difference(&present).collect();
    for address in owned.difference(&present) {
        let undone = undone(azure, |overwrite| &overwrite.dropped, address);
        assert!(undone > Some(looked), "{address} was lost {undone:?} ms after the beginning; last look {looked}");
    }
    let lost = lost_of(azure, &outsider);
    figures.print(azure, &format!(", {} of az lost, {} of ours lost after the last look", lost, missing.len()));
    let plan = team.workspace.plan();
    let creations: Vec<String> = missing.into_iter().map(|address| format!("create {}", resource(address))).collect();
    assert_eq!(plan.actions(), creations, "{:#?}", plan.errors());
    team.workspace.apply();
    assert_eq!(ours(azure), *wanted);
}

fn destroyed(azure: &Azure, team: &Team, outsider: Outsider) {
    let mut figures = Figures::of("a destroy beside az", outsider.seed().into());
    let script = outsider.start();
    let run = team.destroy().finish();
    let looked = last_look(azure);
    let outsider = script.stop();
    figures.count(&run);
    for address in team.owned() {
        assert!(is_named(&run, &address), "{address} is still owned and not named: {:#?}", run.errors());
    }
    let back = ours(azure);
    for address in back.difference(&team.owned()) {
        let undone = undone(azure, |overwrite| &overwrite.restored, address);
        assert!(undone > Some(looked), "{address} came back {undone:?} ms after the beginning; last look {looked}");
    }
    let lost = lost_of(azure, &outsider);
    figures.print(azure, &format!(", {} of az lost, {} of ours brought back after the last look", lost, back.len()));
}

/// Rules of the script that we lost or brought back: each by a write whose reading was made before the script wrote.
fn lost_of(azure: &Azure, outsider: &Outsider) -> usize {
    assert!(outsider.steps().iter().all(|step| step.status == 200), "{:?}", outsider.steps());
    let theirs = format!("40.0.{}.", outsider.seed());
    let present: BTreeSet<String> =
        beside_theirs(azure).into_iter().filter(|address| address.starts_with(&theirs)).collect();
    let own: BTreeSet<String> = outsider.own().iter().cloned().collect();
    for address in own.difference(&present) {
        assert!(
            undone(azure, |overwrite| &overwrite.dropped, address).is_some(),
            "{address} was lost, and nobody did it"
        );
    }
    for address in present.difference(&own) {
        assert!(undone(azure, |overwrite| &overwrite.restored, address).is_some(), "{address} came back by nobody");
    }
    own.symmetric_difference(&present).count()
}

fn ours(azure: &Azure) -> BTreeSet<String> {
    beside_theirs(azure).into_iter().filter(|address| address.starts_with("52.")).collect()
}

/// When Terraform last read or wrote the registry.
fn last_look(azure: &Azure) -> u64 {
    let log = azure.simulator().requests();
    let by_terraform = log.iter().filter(|record| is_of_registry(&record.path) && !caller(record).starts_with("az-"));
    by_terraform.filter_map(|record| record.effect_ms).max().expect("Terraform has read it")
}

/// When that rule was last undone by a writer that could not know.
fn undone(azure: &Azure, rules: impl Fn(&Overwrite) -> &Vec<String>, address: &str) -> Option<u64> {
    let undoes = |record: &&Record| {
        record.overwrite.as_ref().is_some_and(|overwrite| rules(overwrite).iter().any(|rule| rule == address))
    };
    azure.simulator().requests().iter().filter(undoes).filter_map(|record| record.effect_ms).max()
}

fn is_named(run: &Run, address: &str) -> bool {
    let named =
        |text: &str| text.split(|sign: char| !(sign.is_ascii_digit() || sign == '.')).any(|word| word == address);
    run.errors().iter().any(|error| named(&error.summary) || named(&error.detail))
}
