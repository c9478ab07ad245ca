//! Seeds that found something, in the provider or in the oracle, each with what it found. They are played with every run of the tests.

/// The seed, and its story in a sentence.
const KEPT: [(u64, &str); 3] = [
    (
        72,
        "a provider that may open 12 files cannot reach Azure, says so, and leaves nothing; the next apply makes everything",
    ),
    (
        157,
        "a team closes the registry while another adds its first rules: who reads before and writes after undoes them, looks again, and repairs",
    ),
    (
        516,
        "a change that Azure calls failed has removed a rule, another team that had read before brings it back, and it is removed by the next apply",
    ),
];

#[test]
fn what_was_found_once_stays_found() {
    let seeds: Vec<u64> = KEPT.iter().map(|(seed, _)| *seed).collect();
    super::torture(&seeds, "kept");
}
