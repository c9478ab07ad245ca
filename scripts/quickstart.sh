#!/usr/bin/env bash
# The whole life of a restricted registry in one go, against a simulated Azure on this machine: no account, no cost, nothing left behind.
#
# Needs Rust and a C compiler; Terraform is fetched if it is missing. Everything is written below target/. Needs bash 3.2 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/names.sh
. scripts/names.sh

example=examples/quickstart
built=$PWD/target/quickstart # where cargo puts what it builds with the profile of that name
work=$PWD/target/quickstart/run
simulator_pid=
short_tmp=

main() {
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  heading "What is needed"
  look_for_tools
  heading "Building the provider and the simulator (the first time takes a few minutes)"
  build
  heading "Starting a simulated Azure with a registry that everybody can reach, and a subnet"
  start_simulator
  separate_terraform_from_this_machine

  heading "terraform init: the provider comes from a folder, nothing is downloaded"
  lock_provider
  tf init -input=false
  heading "terraform plan: deny by default, let in one subnet and 16.17.18.0/24; checks will prove it, once it is applied"
  tf plan -input=false -out=first.tfplan
  heading "terraform apply"
  tf apply -input=false first.tfplan
  heading "The checks of main.tf have asked the registry itself: who gets in, and who does not"
  show_checks
  heading "A second plan: everything is as it should be"
  plan_expecting 0 "the second plan should have been empty"

  heading "Somebody opens the registry to everybody, without Terraform, and adds an address"
  "$built/arm-simulator" --edit "$example/drift.json" --url "$endpoint"
  heading "terraform plan -refresh-only: what is there now; a check warns, because a stranger gets in"
  tf plan -input=false -refresh-only
  heading "terraform plan: what will be done about it"
  plan_expecting 2 "the plan should have shown the change"
  heading "terraform apply: it is put right"
  tf apply -input=false -auto-approve
  heading "Who gets in now, and a plan that is empty again"
  show_checks
  plan_expecting 0 "the plan after the repair should have been empty"

  heading "terraform destroy: default access again, and the subnet as it was"
  tf destroy -input=false -auto-approve
  stop_simulator
  heading "Done. The simulated Azure is stopped; all that was written is in target/, and make clean removes it"
  echo "Next: $example/main.tf is what was applied; README.md tells how to use it with your own registry."
}

look_for_tools() {
  command -v cargo >/dev/null || stop "Rust is missing. Install it from https://rustup.rs, open a new shell, and run this again."
  command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
    stop "A C compiler is missing; the TLS library needs one. Debian, Ubuntu: apt-get install gcc libc6-dev. macOS: xcode-select --install."
  terraform=$(scripts/terraform.sh --or-tofu --download) ||
    stop "Terraform is missing and could not be fetched. Install it: https://developer.hashicorp.com/terraform/install"
  echo "$(cargo --version), $terraform"
}

build() {
  cargo build --locked --profile quickstart --features simulator --bins --target-dir target
  rm -rf "$work"
  mkdir -p "$work/module" "$work/home" "$work/tmp"
  cp "$example/main.tf" "$work/module/"
  install_into_mirror
}

# Terraform installs from such a folder as it does from the registry.
install_into_mirror() {
  BUILT=$built PLUGINS=$work/mirror scripts/install.sh >/dev/null
  cat >"$work/terraform.rc" <<EOF
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
EOF
}

# Without a lock file of the right platform, init would begin with a long warning about the others.
lock_provider() {
  tf providers lock -fs-mirror="$work/mirror" -platform="$(platform_of "$(host_target)")" >/dev/null
}

# The simulator stops when its stdin ends, so it goes with this script however that ends.
start_simulator() {
  local ready=$work/simulator.url waited=0
  mkfifo "$work/alive"
  "$built/arm-simulator" --listen 127.0.0.1:0 --seed "$example/azure.json" --ready-file "$ready" --exit-on-stdin-eof \
    <"$work/alive" >"$work/simulator.log" 2>&1 &
  simulator_pid=$!
  exec 9>"$work/alive"
  until [ -s "$ready" ]; do
    kill -0 "$simulator_pid" 2>/dev/null || stop "The simulator did not start: $(cat "$work/simulator.log")"
    [ "$waited" -lt 100 ] || stop "The simulator was not ready within ten seconds: $(cat "$work/simulator.log")"
    waited=$((waited + 1))
    sleep 0.1
  done
  endpoint=$(cat "$ready")
  echo "It listens on $endpoint"
}

# Neither the settings of the user's Terraform nor their Azure login reach the quickstart, and it changes none of them.
separate_terraform_from_this_machine() {
  local name
  for name in ${!TF_@} ${!ARM_@}; do unset "$name"; done
  export TF_CLI_CONFIG_FILE=$work/terraform.rc TF_DATA_DIR=$work/data TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
  export TF_VAR_resource_manager_endpoint=$endpoint
  [ -t 1 ] || export TF_CLI_ARGS=-no-color
  export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost # names below localhost are meant too: the registry's
  terraform_tmp=$work/tmp
  if [ ${#terraform_tmp} -gt 60 ]; then # the name of a socket in it may have about 100 characters
    short_tmp=$(mktemp -d)
    terraform_tmp=$short_tmp
  fi
}

tf() {
  HOME=$work/home TMPDIR=$terraform_tmp "$terraform" -chdir="$work/module" "$@" 9>&-
}

plan_expecting() {
  local expected=$1 complaint=$2 code=0
  tf plan -input=false -detailed-exitcode || code=$?
  [ "$code" -eq "$expected" ] || stop "Something is wrong: $complaint (exit code $code of plan, not $expected)."
}

# Terraform speaks of a check only when it fails; the state holds the outcome of each.
show_checks() {
  local outcomes
  outcomes=$(tf show -json | grep -o '{"to_display":"check\.[a-z_]*"},"status":"[a-z]*"' | sed 's/.*"\(check\.[a-z_]*\)".*"\([a-z]*\)"$/\1: \2/')
  printf "%s\n\n" "$outcomes"
  [ "$(grep -c ': pass$' <<<"$outcomes")" -eq 2 ] || stop "Something is wrong: both checks should have passed."
}

heading() {
  if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n\n' "$*"; else printf '\n== %s\n\n' "$*"; fi
}

stop() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

stop_simulator() {
  exec 9>&-
  if [ -n "$simulator_pid" ]; then
    kill "$simulator_pid" 2>/dev/null || true
    wait "$simulator_pid" 2>/dev/null || true
  fi
  simulator_pid=
}

clean_up() {
  local code=$?
  trap - EXIT INT TERM HUP
  stop_simulator
  [ -z "$short_tmp" ] || rm -rf "$short_tmp"
  exit "$code"
}

main "$@"
