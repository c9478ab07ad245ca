#!/usr/bin/env bash
# What the tasks of azure-pipelines.yml run, in the folder of the configuration.
#
#   step.sh plan         plans, shows it in the summary of the run, and sets the output variable "code"
#   step.sh apply FILE   applies that plan
set -euo pipefail

main() {
  log_in
  terraform init -input=false -lockfile=readonly
  case $1 in
    plan) plan ;;
    apply) terraform apply -input=false "$2" ;;
  esac
}

# The task AzureCLI@2 sets these three for its service connection; SYSTEM_OIDCREQUESTURI is always there, and the pipeline hands SYSTEM_ACCESSTOKEN in.
# The provider asks for a token whenever it needs one, so that a long apply does not outlive it.
log_in() {
  export ARM_USE_OIDC=true
  export ARM_TENANT_ID=$AZURESUBSCRIPTION_TENANT_ID
  export ARM_CLIENT_ID=$AZURESUBSCRIPTION_CLIENT_ID
  export ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID=$AZURESUBSCRIPTION_SERVICE_CONNECTION_ID
}

plan() {
  local code=0
  ./plan.sh -lock=false || code=$?
  echo "##vso[task.setvariable variable=code;isOutput=true]$code"
  echo "##vso[task.uploadsummary]$PWD/plan.md"
  # At night something to do is a failure, which those hear of who have subscribed to it.
  if [ "${BUILD_REASON:-}" = Schedule ]; then exit "$code"; fi
  [ "$code" -ne 1 ]
}

main "$@"
