#!/usr/bin/env bash
# Runs the tests of many writers on one registry for so many seeds (20), one test after the other, and prints their figures.
# A range such as 7-7 runs these seeds alone.
set -euo pipefail
cd "$(dirname "$0")/.."

terraform=$(scripts/terraform.sh)
PATH=$(dirname "$terraform"):$PATH
export PATH
export CONTENTION_SEEDS=${1:-20}

cargo test --locked --all-features --lib -- --nocapture azure::coordinator::tests::two_writers
cargo test --locked --all-features --test engine -- --nocapture --test-threads=1 contention::
