//! Every error and warning that a plan knows, with its exact text, its place and its severity, beside neighbours that stay silent.
//!
//! The rows are in `messages/`, by the sentences of the contract, and, for what no Terraform at hand can run (actions and lists), in `tests/it`; what the real `terraform` says about each is in `tests/golden/messages/`, to be
//! read as a user reads it. `UPDATE_GOLDEN=1 cargo test --all-features --test engine messages` writes the files anew. A message in the sources
//! that no row shows fails a test here.

mod asking_rows;
mod change_rows;
mod late_rows;
mod opening_rows;
mod plan_rows;
mod row;
mod sources;
mod text;
mod validate_rows;

use std::path::{Path, PathBuf};
use std::{env, fs};

use acrnet::simulator::Record;

use self::row::{Group, Row, Severity, Stage};
use crate::run::{Run, Said};

/// Shown by `terraform validate`, with nothing in Azure.
#[test]
fn validate_says_what_the_configuration_alone_shows() {
    let groups = validate_rows::groups();
    let place = row::place(&groups);
    let run = place.validate();
    judge("validate.txt", &groups, &run);
    assert_eq!(place.azure.simulator().requests().len(), 0, "validate asks nobody");
}

/// Shown by `terraform plan`, and not before.
#[test]
fn plan_says_what_azure_and_the_provider_block_show() {
    let groups = plan_rows::groups();
    let place = row::place(&groups);
    let early = place.validate();
    assert_eq!((early.errors(), early.warnings()), (vec![], vec![]), "these belong to the rows of validate");
    let plan = place.plan();
    judge("plan.txt", &groups, &plan);
    assert_eq!(place.azure.writes(), [""; 0]);
}

/// Shown by the plan of a change, of rows that were applied before.
#[test]
fn plan_says_what_a_change_means_for_what_is_there() {
    let groups = change_rows::groups();
    let place = row::place(&groups);
    row::write(&place, &groups, Stage::First);
    place.apply();
    row::move_on(&place, &groups);
    row::write(&place, &groups, Stage::Last);
    let plan = place.plan();
    judge("change.txt", &groups, &plan);
}

/// Shown by `terraform apply`, before the first write, where the plan could not know.
#[test]
fn apply_says_before_its_first_write_what_no_plan_could_know() {
    let groups = late_rows::groups();
    let place = row::place(&groups);
    let plan = place.plan();
    assert_eq!((plan.errors(), plan.warnings()), (vec![], vec![]));
    let apply = place.try_apply();
    judge("late.txt", &groups, &apply);
    let refused = |record: &Record| record.method != "GET" && groups.iter().any(|group| group.refuses(&record.path));
    let written: Vec<Record> = place.azure.simulator().requests().into_iter().filter(refused).collect();
    assert!(written.is_empty(), "written although it was refused: {written:#?}");
}

/// Shown while a run is prepared: what is ephemeral is opened for the plan too, and closed at its end.
#[test]
fn plan_says_what_keeps_a_registry_from_being_opened_or_closed() {
    let groups = opening_rows::opening();
    let place = row::place(&groups);
    place.azure.simulator().settings(|settings| "2001:db8::7".clone_into(&mut settings.client_address)).unwrap();
    let plan = place.plan();
    judge("open.txt", &groups, &plan);
    let groups = opening_rows::closing();
    let plan = row::place(&groups).plan();
    judge("close.txt", &groups, &plan);
}

/// Holds what a run said against the golden file of that name, and against what the rows shall be.
fn judge(name: &str, groups: &[Group], run: &Run) {
    let said = [run.errors(), run.warnings()].concat();
    assert_golden(name, groups, &said);
    check(groups, &said);
}

/// Every message belongs to a row; rows that shall speak do, with the severity of their group, and the others are silent.
fn check(groups: &[Group], said: &[Said]) {
    let rows: Vec<&Row> = groups.iter().flat_map(|group| &group.rows).collect();
    let lost: Vec<&Said> = said.iter().filter(|said| !rows.iter().any(|row| row.owns(said))).collect();
    assert!(lost.is_empty(), "said about no row: {lost:#?}");
    for group in groups {
        for row in &group.rows {
            let own: Vec<&Said> = said.iter().filter(|said| row.owns(said)).collect();
            let worst = own.iter().map(|said| said.severity.as_str()).min();
            let expected = row.speaks.then_some(group.severity.word());
            assert_eq!(worst, expected, "{}: {own:#?}", row.name);
        }
        assert!(group.rows.iter().any(|row| row.speaks), "nothing shows this: {}", group.title);
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/messages").join(name)
}

fn assert_golden(name: &str, groups: &[Group], said: &[Said]) {
    let shown = groups.iter().map(|group| group.shown(said)).collect::<Vec<_>>().join("\n");
    let path = golden(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).unwrap();
        fs::write(&path, &shown).unwrap();
    }
    let golden = fs::read_to_string(&path).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    let differs = shown.lines().zip(golden.lines()).find(|(shown, golden)| shown != golden);
    assert!(shown == golden, "not the texts of {name} any more, first here (now, golden): {differs:#?}");
}

#[test]
fn every_message_in_the_sources_is_shown_by_a_row() {
    let texts: String =
        ["validate.txt", "plan.txt", "change.txt", "late.txt", "open.txt", "close.txt", "actions.txt", "lists.txt"]
            .iter()
            .map(|name| fs::read_to_string(golden(name)).expect("a golden file"))
            .collect();
    let unshown = sources::unshown(&texts);
    assert!(unshown.is_empty(), "no row in tests/engine/messages shows these: {unshown:#?}");
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}
