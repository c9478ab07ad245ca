//! Many hands on one registry, in real time and by chance: at the end every rule that is owned is there, none that was removed, and nothing of
//! others was touched.
//!
//! Each test runs for a few seeds with every run of the tests, and for many by `make contention SEEDS=20`. A seed decides how long calls take, at
//! which moment within that time they take effect, and what is done when. It does not decide how the machine shares its time out, so a failure may
//! take several runs of its seed to come back (`make contention SEEDS=7-7`); the figures tell what happened.

mod az;
mod crowd;
mod figures;
mod hundred;
mod killed;
mod team;

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::azure::Azure;
use crate::single_rules::give_to_others;

/// The seeds to run: so many when nothing is said, `full` of them for `CONTENTION_SEEDS=20`, more or fewer in proportion; those of a range `7-7`.
fn seeds(few: u64, full: u64) -> RangeInclusive<u64> {
    let Ok(wanted) = std::env::var("CONTENTION_SEEDS") else { return 1..=few };
    let number = |text: &str| text.parse::<u64>().expect("CONTENTION_SEEDS is a number or a range such as 7-7");
    match wanted.split_once('-') {
        Some((first, last)) => number(first)..=number(last),
        None => 1..=(number(&wanted) * full).div_ceil(20),
    }
}

/// A registry that holds rules of somebody else, answers as slowly as that seed says, and takes more rules than Azure's.
fn registry(seed: u64) -> Arc<Azure> {
    let azure = Azure::in_real_time(seed);
    give_to_others(&azure);
    azure
        .simulator()
        .settings(|settings| {
            settings.ip_rule_limit = team::LIMIT;
            settings.latency_ms = [5, 100];
            settings.write_latency_ms = Some([20, 300]);
        })
        .unwrap();
    Arc::new(azure)
}
