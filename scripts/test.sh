#!/usr/bin/env bash
# Runs every test and ends with the line "N passed, N failed". Fails if a test fails, if nothing could be built, or if what the tests need is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! terraform=$(scripts/terraform.sh); then
  cat >&2 <<'TEXT'
Terraform is missing: a part of the tests runs the provider under the real one.
  make terraform     fetches a pinned release into target/, for this project only
  or install it:     https://developer.hashicorp.com/terraform/install
TEXT
  exit 1
fi
PATH=$(dirname "$terraform"):$PATH
export PATH

# Most tests wait for a Terraform that waits: more at once than there are processors takes no longer for each.
RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}
export RUST_TEST_THREADS

log=target/test-output.log
mkdir -p target
status=0
cargo test --locked --all-features --no-fail-fast 2>&1 | tee "$log" || status=$?

scripts/count.sh "$log"
exit "$status"
