# The rules of one registry, as a pipeline applies them: put in your own ids, addresses and place of the state.

terraform {
  required_version = ">= 1.11.2" # of the backend below, where Azure DevOps gives its tokens; the provider needs less

  required_providers {
    acrnet = { source = "acrnet/acrnet" }
  }

  # Logs in by the same variables as the provider does. `key` and the rest: terraform init -backend-config=…
  backend "azurerm" {
    resource_group_name  = "terraform"
    storage_account_name = "terraformstate"
    container_name       = "acrnet"
    key                  = "registry.tfstate"
    use_azuread_auth     = true
  }
}

provider "acrnet" {} # who it is comes from the pipeline: ARM_USE_OIDC, ARM_TENANT_ID, ARM_CLIENT_ID

variable "registry_id" {
  description = "The registry's id."
  type        = string
}

variable "ip_rules" {
  description = "The public addresses that get in."
  type        = set(string)
  default     = ["16.17.18.0/24", "16.17.19.20"]
}

resource "acrnet_registry_network_rule_set" "registry" {
  registry_id    = var.registry_id
  default_action = "Deny"
  ip_rules       = var.ip_rules
  on_destroy     = "keep" # a pipeline never opens a registry
}
