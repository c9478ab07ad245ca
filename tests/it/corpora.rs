//! Every input that is kept of the fuzzing (`fuzz/corpus/`), through the body of its target: what was found once is looked for in every test run.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::bodies::{Body, TARGETS};

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

/// A little fuzzing in every test run, the same each time: where no fuzzer guides it, chance and the kept inputs do. `FUZZ_ROUNDS` asks for more of it.
#[test]
fn inputs_made_of_the_kept_ones_are_survived() {
    let rounds = env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(150);
    for (target, _) in TARGETS {
        let kept: Vec<Vec<u8>> =
            files(&format!("corpus/{target}")).iter().map(|file| fs::read(file).unwrap()).collect();
        let mut chance = fastrand::Rng::with_seed(7);
        for round in 0..rounds {
            let input = changed(&kept, &mut chance);
            let survived = catch_unwind(AssertUnwindSafe(|| body(target)(&input)));
            assert!(survived.is_ok(), "{target}, round {round}: {}", String::from_utf8_lossy(&input).escape_debug());
        }
    }
}

/// One kept input with a piece of another in it, and some bytes changed.
fn changed(kept: &[Vec<u8>], chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = chance.choice(kept).cloned().unwrap_or_default();
    let other = chance.choice(kept).cloned().unwrap_or_default();
    let (from, at) = (chance.usize(..=other.len()), chance.usize(..=input.len()));
    let until = chance.usize(from..=other.len());
    let cut = chance.usize(at..=input.len()).min(at + 40);
    if chance.bool() {
        input.splice(at..cut, other[from..until].iter().copied());
    }
    for _ in 0..chance.usize(..6) {
        if !input.is_empty() {
            let place = chance.usize(..input.len());
            input[place] = if chance.bool() { chance.u8(..) } else { b"0\n\"{}[],:9-"[chance.usize(..11)] };
        }
    }
    input
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
    let body = body(target);
    let inputs = files(&format!("corpus/{target}"));
    assert!(!inputs.is_empty(), "no input is kept");
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        let survived = catch_unwind(AssertUnwindSafe(|| body(&bytes)));
        assert!(survived.is_ok(), "this is what it was: {}", input.display());
    }
}

fn body(target: &str) -> Body {
    TARGETS.iter().find(|(name, _)| *name == target).expect("a target of that name").1
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
