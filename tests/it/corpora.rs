//! Every input that is kept of the fuzzing (`fuzz/corpus/`), through the body of its target: what was found once is looked for in every test run.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::bodies::TARGETS;

#[test]
fn the_kept_inputs_of_arm_are_survived() {
    assert_survived("arm");
}

#[test]
fn the_kept_inputs_of_handshake_are_survived() {
    assert_survived("handshake");
}

#[test]
fn the_kept_inputs_of_plan_are_survived() {
    assert_survived("plan");
}

#[test]
fn the_kept_inputs_of_rules_are_survived() {
    assert_survived("rules");
}

#[test]
fn the_kept_inputs_of_state_are_survived() {
    assert_survived("state");
}

#[test]
fn the_kept_inputs_of_values_are_survived() {
    assert_survived("values");
}

/// A target without a program is never fuzzed, and one without inputs begins from nothing.
#[test]
fn every_target_has_a_program_inputs_and_a_test() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let programs = files("fuzz_targets").iter().map(|file| stem(file)).collect();
    assert_eq!(targets, programs);
    assert_eq!(targets, files("corpus").iter().map(|folder| stem(folder)).collect());
    let tested = include_str!("corpora.rs");
    for target in &targets {
        assert!(tested.contains(&format!("assert_survived(\"{target}\")")), "{target} has no test");
    }
}

#[track_caller]
fn assert_survived(target: &str) {
    let (_, body) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of that name");
    let inputs = files(&format!("corpus/{target}"));
    assert!(!inputs.is_empty(), "no input is kept");
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        let survived = catch_unwind(AssertUnwindSafe(|| body(&bytes)));
        assert!(survived.is_ok(), "this is what it was: {}", input.display());
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
