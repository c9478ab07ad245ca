#!/usr/bin/env bash
# Measures the provider as it is released, beside Terraform's own floor. Arguments go to the harness; --help lists them.
#
# Needs Rust and a C compiler; Terraform is fetched if it is missing. Everything is written below target/. Needs bash 3.2 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."

provider=$PWD/target/bench/terraform-provider-acrnet
toy=$PWD/target/bench/terraform-provider-toy

main() {
  case " $* " in
    *" --help "* | *" --publish "*) # nothing is measured
      harness "$@"
      return
      ;;
  esac
  terraform=$(scripts/terraform.sh --download) || {
    echo "Terraform is missing and could not be fetched. Install it: https://developer.hashicorp.com/terraform/install" >&2
    exit 1
  }
  build
  harness --terraform "$terraform" --provider "$provider" --toy "$toy" "$@"
}

# Not what cargo makes beside a benchmark, which carries what only tests need, such as a clock that can be paused. Kept, because cargo then puts that in its place.
build() {
  cargo build --locked --release --bin terraform-provider-acrnet
  mkdir -p target/bench
  cp target/release/terraform-provider-acrnet "$provider"
  # The provider that does nothing, as the measure of what Terraform itself costs. After the other: an example comes with what only tests need.
  cargo build --locked --release --example toy-provider
  cp target/release/examples/toy-provider "$toy"
}

# How the harness is built does not matter: it waits for what it measures. The simulator comes with it.
harness() {
  cargo bench --locked --profile quickstart --features simulator --bench figures -- "$@"
}

main "$@"
