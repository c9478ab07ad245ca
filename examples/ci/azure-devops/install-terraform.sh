#!/usr/bin/env bash
# Terraform of the pipeline's variables TERRAFORM_VERSION and TERRAFORM_SHA256, for the steps that follow.
set -euo pipefail

folder=$AGENT_TOOLSDIRECTORY/terraform-$TERRAFORM_VERSION
zip=$AGENT_TEMPDIRECTORY/terraform.zip
curl --fail --silent --show-error --location --retry 2 --output "$zip" \
  "https://releases.hashicorp.com/terraform/$TERRAFORM_VERSION/terraform_${TERRAFORM_VERSION}_linux_amd64.zip"
echo "$TERRAFORM_SHA256  $zip" | sha256sum --check --quiet
unzip -qo "$zip" terraform -d "$folder"
echo "##vso[task.prependpath]$folder"
