//! The statistics behind published figures, which `cargo test` would not see in a benchmark.

#[path = "../../benches/figures/statistics.rs"]
mod figures;

use self::figures::{Summary, exponent};

#[test]
fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
    let summary = Summary::of([4.0, 1.0, 2.0, 30.0]).unwrap();
    assert_eq!((summary.median, summary.min, summary.max, summary.runs), (3.0, 1.0, 30.0, 4));
}

#[test]
fn nine_of_ten_are_at_most_the_ninetieth_percentile() {
    let (hundred, one) = (Summary::of((1..=100).map(f64::from)).unwrap(), Summary::of([7.0]).unwrap());
    assert_eq!((hundred.p90, one.p90), (90.0, 7.0));
}

#[test]
fn nothing_measured_has_no_summary() {
    assert_eq!(Summary::of([]), None);
}

#[test]
fn the_exponent_is_the_power_of_the_size() {
    let squares: Vec<(f64, f64)> = [1.0, 10.0, 50.0, 1_000.0].map(|size: f64| (size, 3.0 * size * size)).to_vec();
    assert!((exponent(&squares).unwrap() - 2.0).abs() < 1e-9);
}

#[test]
fn a_cost_that_was_too_small_to_see_has_no_exponent() {
    assert_eq!(exponent(&[(10.0, 0.0), (100.0, 1.0)]), None);
    assert_eq!(exponent(&[(10.0, 1.0)]), None);
    assert_eq!(exponent(&[(10.0, 1.0), (10.0, 2.0)]), None);
}
