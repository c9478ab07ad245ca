//! Seeds that found something, each with what it found. They are played with every run of the tests.

/// The seed, and its story in a sentence.
const KEPT: [(u64, &str); 0] = [];

#[test]
fn what_was_found_once_stays_found() {
    let seeds: Vec<u64> = KEPT.iter().map(|(seed, _)| *seed).collect();
    super::torture(&seeds, "kept");
}
