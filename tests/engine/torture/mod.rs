//! Whatever goes wrong, nothing of others is lost, nobody is let in, and one apply in calm puts everything right.
//!
//! A seed draws a configuration, a sequence of commands of the real Terraform, somebody else's changes, and faults of Azure's answers and of the
//! processes ([`draw`]); a stage plays it ([`play`]); an oracle that knows neither the provider nor the simulator says what must hold ([`oracle`]).
//! docs/design/torture.md has the whole of it.
//!
//! A few seeds run with every run of the tests, many by `make torture SEEDS=200`, and one again by `make torture SEEDS=7-7`. A seed decides what is
//! done and which calls meet what. It does not decide how the machine shares its time out: where a failure depends on that, it takes several runs.

mod company;
mod draw;
mod hcl;
mod kept;
mod oracle;
mod play;
mod stage;
mod story;
mod tally;
mod weather;

use std::io::Write as _;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use self::play::Outcome;
use self::tally::Tally;

/// How many seeds are run when nothing is said.
const FEW: u64 = 8;

#[test]
fn whatever_goes_wrong_nothing_of_others_is_lost_and_one_apply_puts_it_right() {
    torture(&seeds().collect::<Vec<_>>(), "drawn");
}

/// The seeds of `TORTURE_SEEDS=200`, or of a range `7-7`.
fn seeds() -> RangeInclusive<u64> {
    let Ok(wanted) = std::env::var("TORTURE_SEEDS") else { return 1..=FEW };
    let number = |text: &str| text.parse::<u64>().expect("TORTURE_SEEDS is a number or a range such as 7-7");
    match wanted.split_once('-') {
        Some((first, last)) => number(first)..=number(last),
        None => 1..=number(&wanted),
    }
}

/// As many at once as `TORTURE_JOBS` says; otherwise twice as many as the machine has processors, since a run mostly waits.
fn jobs() -> usize {
    let wanted = std::env::var("TORTURE_JOBS").ok().filter(|text| !text.is_empty());
    wanted.map_or_else(
        || 2 * thread::available_parallelism().map_or(1, usize::from),
        |text| text.parse().expect("TORTURE_JOBS is a number"),
    )
}

/// Plays the stories of these seeds, tells those that went wrong, and prints the figures.
#[track_caller]
fn torture(seeds: &[u64], which: &str) {
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let failed = Mutex::new(Vec::new());
    let work = || {
        while let Some(&seed) =
            usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok().and_then(|index| seeds.get(index))
        {
            let outcome = outcome(seed);
            if !outcome.violations.is_empty() {
                say(&telling(seed, &outcome));
                failed.lock().unwrap().push(seed);
            }
            tally.lock().unwrap().add(outcome.tally);
        }
    };
    thread::scope(|scope| (0..jobs().min(seeds.len())).for_each(|_| drop(scope.spawn(work))));
    let (tally, mut failed) = (tally.into_inner().unwrap(), failed.into_inner().unwrap());
    failed.sort_unstable();
    say(&format!("torture, {which} seeds: {} of {} runs failed\n{tally}\n", failed.len(), seeds.len()));
    assert!(failed.is_empty(), "seeds {failed:?} failed; their stories are above");
}

/// Of a run that fell over too, with the reason as a violation.
fn outcome(seed: u64) -> Outcome {
    let played = catch_unwind(AssertUnwindSafe(|| play::play(&draw::story(seed))));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let violations = vec![format!("the run fell over: {}", text.unwrap_or_default())];
        Outcome { violations, ..Outcome::default() }
    })
}

fn telling(seed: u64, outcome: &Outcome) -> String {
    format!(
        "\n=== torture, seed {seed} ===\n{}\n--- what happened\n{}\n--- what must not be\n{}\n--- again: make torture SEEDS={seed}-{seed}\n",
        draw::story(seed).told(),
        outcome.events.join("\n"),
        outcome.violations.join("\n")
    )
}

/// Past the test's own output: figures are of interest where everything went well.
fn say(text: &str) {
    std::io::stdout().lock().write_all(text.as_bytes()).unwrap();
}
