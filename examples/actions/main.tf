# The rules of a registry, and a proof at the end of each change of them that this machine is let in. Needs Terraform 1.14.

terraform {
  required_version = ">= 1.14"

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's arguments and variables

variable "registry_id" {
  description = "Id of the registry."
  type        = string
}

variable "ip_rules" {
  description = "Addresses and ranges that are let in; those of the machine that runs Terraform among them."
  type        = set(string)
}

resource "acrnet_registry_network_rule_set" "this" {
  registry_id    = var.registry_id
  default_action = "Deny"
  ip_rules       = var.ip_rules

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.acrnet_verify_registry_access.runner]
    }
  }
}

# The run fails unless this machine is let in. Terraform before 1.16 does not make the rest of the run wait for it: what needs the registry is held back by the
# data source acrnet_registry_access, with wait_for = "allowed" and depends_on the rule set.
action "acrnet_verify_registry_access" "runner" {
  config {
    registry_id = var.registry_id
    timeout     = "10m"
  }
}

# In an emergency, by hand: terraform apply -invoke=action.acrnet_restore_default_access.emergency
# The rules stay, and the next apply closes the registry again.
action "acrnet_restore_default_access" "emergency" {
  config {
    registry_id = var.registry_id
    keep_rules  = true
  }
}
