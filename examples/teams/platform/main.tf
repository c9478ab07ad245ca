# The platform team's side: it owns the registry, says that nobody gets in whom no rule names, and keeps the rules that all need.
# The teams' rules are in their own states (../team); this configuration neither shows nor removes them.

terraform {
  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's arguments and variables

variable "registry_id" {
  description = "Id of the registry, such as azurerm_container_registry.shared.id."
  type        = string
}

resource "acrnet_registry_network_rule_set" "shared" {
  registry_id    = var.registry_id
  default_action = "Deny"
  rules_mode     = "additive"        # what others add stays
  on_destroy     = "keep"            # destroying this neither opens the registry for all teams nor removes the offices
  ip_rules       = ["16.17.18.0/24"] # the offices
}

# For the teams: terraform_remote_state, or a variable of theirs.
output "registry_id" {
  value = acrnet_registry_network_rule_set.shared.registry_id
}
