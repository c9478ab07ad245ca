#!/usr/bin/env bash
# Plays drawn runs of the real Terraform with faults of Azure and of the processes, for so many seeds (100) and so many at once, and prints figures.
# A range such as 7-7 runs these seeds alone.
set -euo pipefail
cd "$(dirname "$0")/.."

terraform=$(scripts/terraform.sh)
PATH=$(dirname "$terraform"):$PATH
export PATH
export TORTURE_SEEDS=${1:-100} TORTURE_JOBS=${2:-}

cargo test --locked --all-features --test engine -- --nocapture torture::whatever
