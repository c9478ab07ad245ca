#!/usr/bin/env bash
# Fuzzes: each target for SECONDS_EACH seconds (60), as many at once as AT_ONCE says (the processors), or only TARGET. What brings one down is kept
# under target/fuzz/artifacts/, and the script fails. The inputs that it begins from are in fuzz/corpus/, those that it finds in target/fuzz/corpus/.
#
# `--build` only builds. `--keep` brings what was found into fuzz/corpus/, as few inputs as reach as far.
#
# The targets are those of cargo-fuzz, and `cargo fuzz run <target>` works for who has it. This needs neither that nor nightly Rust: the provider has no
# unsafe code, so that no sanitizer is needed, and the coverage that guides the fuzzer is a matter of stable flags.
set -euo pipefail
cd "$(dirname "$0")/.."

MEMORY_MB=1024    # of one process; more is a leak
TIMEOUT=10        # seconds for one input; longer is a hang
LARGEST=8192      # bytes of an input
WORK=target/fuzz
TRIPLE=$(rustc -vV | sed -n 's/^host: //p')
OUT=$WORK/$TRIPLE/release

# What guides the fuzzer, as cargo-fuzz sets it.
COVERAGE="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"

main() {
  build
  case "${1:-}" in
    --build) ;;
    --keep) keep ;;
    *) fuzz ;;
  esac
}

build() {
  command -v c++ >/dev/null || stop "a C++ compiler is missing: the fuzzer needs one (Debian: apt-get install g++)"
  RUSTFLAGS=$COVERAGE cargo build --locked --release --bins --manifest-path fuzz/Cargo.toml --target "$TRIPLE" --target-dir "$WORK"
}

targets() {
  if [ -n "${TARGET:-}" ]; then echo "$TARGET"; else sed -n '/^\[\[bin\]\]/,/^name/s/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml; fi
}

fuzz() {
  local each=${SECONDS_EACH:-60} at_once=${AT_ONCE:-$(getconf _NPROCESSORS_ONLN)} status=0 target
  mkdir -p "$WORK/logs"
  rm -f "$WORK"/logs/*
  # xargs goes on with the others when one fails
  targets | xargs -P "$at_once" -I{} scripts/fuzz.sh --one {} "$each" || status=1
  printf '\n%-10s %12s %8s %8s %8s %6s\n' target executions 'per s' places inputs MB
  for target in $(targets); do summary "$target"; done
  return $status
}

# One target, its words in a file. Called by itself, through xargs.
one() {
  local target=$1 each=$2 found=$WORK/corpus/$1 artifacts=$WORK/artifacts/$1 log=$WORK/logs/$1.log
  mkdir -p "$found" "$artifacts"
  if ! "$OUT/$target" -max_total_time="$each" -rss_limit_mb=$MEMORY_MB -timeout=$TIMEOUT -max_len=$LARGEST -print_final_stats=1 \
    -dict=fuzz/words.dict -artifact_prefix="$artifacts/" "$found" "fuzz/corpus/$target" >"$log" 2>&1; then
    printf '\n!!! %s was brought down:\n\n' "$target"
    grep -v '^#[0-9]' "$log" | tail -n 40
    printf '\nThe input is in %s. Give it a name that tells its story, put it into fuzz/corpus/%s, and cargo test --test it corpora shows it.\n' \
      "$artifacts" "$target"
    return 1
  fi
}

summary() {
  local log=$WORK/logs/$1.log
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  printf '%-10s %12s %8s %8s %8s %6s\n' "$1" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" \
    "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" "$(find "$WORK/corpus/$1" -type f | wc -l)" "$(stat peak_rss_mb)"
}

keep() {
  local target
  for target in $(targets); do
    "$OUT/$target" -merge=1 -max_len="${LONGEST_KEPT:-512}" -rss_limit_mb=$MEMORY_MB "fuzz/corpus/$target" "$WORK/corpus/$target" 2>&1 | tail -n 1
  done
}

stop() {
  echo "fuzz.sh: $1" >&2
  exit 1
}

if [ "${1:-}" = --one ]; then one "$2" "$3"; else main "$@"; fi
