//! The micro-benchmarks of `benches/micro.rs`: run by criterion, and read from `target/criterion/<group>/<size>/new/estimates.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::results::Curve;
use crate::statistics::{exponent, float};

/// Where criterion leaves what it found; cargo runs a benchmark in the folder of its package.
const FOUND: &str = "target/criterion";

/// Runs them, optimised as a release is, and reads what they found. `quick`: neither optimised nor exact.
pub(crate) fn measure(quick: bool) -> Outcome<Vec<Curve>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["bench", "--locked", "--bench", "micro"]);
    if quick {
        // As this harness was built, so that most of it is there.
        cargo.args(["--profile", "quickstart", "--features", "simulator", "--", "--quick"]);
    }
    if !cargo.status()?.success() {
        return Err("the micro-benchmarks failed".into());
    }
    read(FOUND.as_ref())
}

fn read(folder: &Path) -> Outcome<Vec<Curve>> {
    let mut curves = Vec::new();
    for group in fs::read_dir(folder)?.flatten() {
        let mut points = Vec::new();
        for size in fs::read_dir(group.path())?.flatten() {
            if let Ok(rules) = size.file_name().to_string_lossy().parse::<usize>() {
                points.push((rules, median(&size.path().join("new/estimates.json"))?));
            }
        }
        points.sort_by_key(|(size, _)| *size);
        if !points.is_empty() {
            let logs: Vec<(f64, f64)> = points.iter().map(|(size, nanoseconds)| (float(*size), *nanoseconds)).collect();
            let name = group.file_name().to_string_lossy().into_owned();
            curves.push(Curve { name, points, exponent: exponent(&logs) });
        }
    }
    curves.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(curves)
}

/// Nanoseconds.
fn median(path: &Path) -> Outcome<f64> {
    let estimates: Value = serde_json::from_slice(&fs::read(path)?)?;
    let estimate = estimates["median"]["point_estimate"].as_f64();
    Ok(estimate.ok_or_else(|| format!("{} has no median", path.display()))?)
}
