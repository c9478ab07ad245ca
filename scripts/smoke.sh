#!/usr/bin/env bash
# The shortest proof that a built provider works on this system: Terraform installs it, and applies and destroys the quickstart against the simulator.
# For systems on which the tests do not run; works in Git's bash on Windows.
#
#   BUILT       the folder of provider and simulator
#   TERRAFORM   a Terraform; otherwise that of the PATH
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/target/smoke
simulator=

main() {
  local name
  trap clean_up EXIT
  for name in ${!TF_@} ${!ARM_@}; do unset "$name"; done # of the user's own Azure
  rm -rf "$work"
  mkdir -p "$work/module" "$work/data"
  cp examples/quickstart/main.tf "$work/module/"
  PLUGINS=$work/mirror scripts/install.sh >"$work/install.log"
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$(native "$work/mirror")" >"$work/terraform.rc"
  start_simulator
  TF_CLI_CONFIG_FILE=$(native "$work/terraform.rc")
  TF_DATA_DIR=$(native "$work/data")
  export TF_CLI_CONFIG_FILE TF_DATA_DIR CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
  export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost
  tf init -input=false
  tf apply -input=false -auto-approve
  tf plan -input=false -detailed-exitcode # 2, and so a failure, if it is not empty
  tf destroy -input=false -auto-approve
  echo "The provider in $BUILT works here."
}

start_simulator() {
  local waited=0
  "$BUILT/arm-simulator" --listen 127.0.0.1:0 --seed examples/quickstart/azure.json --ready-file "$(native "$work/url")" >"$work/simulator.log" 2>&1 &
  simulator=$!
  until [ -s "$work/url" ]; do
    waited=$((waited + 1))
    if [ "$waited" -gt 100 ] || ! kill -0 "$simulator" 2>/dev/null; then stop "the simulator is not ready: $(cat "$work/simulator.log")"; fi
    sleep 0.1
  done
  TF_VAR_resource_manager_endpoint=$(cat "$work/url")
  export TF_VAR_resource_manager_endpoint
}

tf() {
  "${TERRAFORM:-terraform}" "-chdir=$(native "$work/module")" "$@" -no-color
}

# A path as programs of the system read it, with slashes that HCL does not take for escapes.
native() {
  if command -v cygpath >/dev/null; then cygpath -m "$1"; else echo "$1"; fi
}

clean_up() {
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
}

stop() {
  echo "smoke.sh: $1" >&2
  exit 1
}

main
