# A CI job that pushes to a registry which denies by default: the registry is opened for the job's own address while the job needs it.
#
# `terraform apply -var registry_id=/subscriptions/…`; docs/guides/ci-runners.md tells what else there is, and what stays behind when a job is killed.

terraform {
  required_version = ">= 1.10" # ephemeral resources

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's arguments and variables

variable "registry_id" {
  description = "Id of the registry, such as azurerm_container_registry.prod.id."
  type        = string
}

variable "command" {
  description = "What the job does while the registry is open. LOGIN_SERVER is the registry's host name."
  type        = string
  default     = "az acr login --name myregistry && docker push \"$LOGIN_SERVER/app:latest\""
}

# Without ip_range: the registry's own refusal says from which address this machine comes.
ephemeral "acrnet_temporary_ip_rule" "runner" {
  registry_id = var.registry_id
}

# Whoever refers to the ephemeral resource finds the registry open, and keeps it open until it is done.
resource "terraform_data" "push" {
  triggers_replace = [var.command]

  provisioner "local-exec" {
    command     = var.command
    environment = { LOGIN_SERVER = ephemeral.acrnet_temporary_ip_rule.runner.login_server }
  }
}
