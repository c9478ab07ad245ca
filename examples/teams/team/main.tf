# One team's side: its own address and its own subnet, in a state of its own, applied by its own pipeline whenever it likes.

terraform {
  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's arguments and variables

variable "registry_id" {
  description = "Id of the platform team's registry."
  type        = string
}

variable "egress_ips" {
  description = "Public addresses or ranges that the team's clients come from."
  type        = set(string)
}

variable "subnet_id" {
  description = "Id of the subnet that the team's workload is in."
  type        = string
}

resource "acrnet_registry_ip_rule" "egress" {
  for_each    = var.egress_ips
  registry_id = var.registry_id
  ip_range    = each.value
  on_existing = "fail" # an address that is let in already is somebody else's rule
}

# The endpoint comes before the rule and goes after it, because the rule refers to it.
resource "acrnet_subnet_service_endpoint" "workload" {
  subnet_id = var.subnet_id
}

resource "acrnet_registry_virtual_network_rule" "workload" {
  registry_id = var.registry_id
  subnet_id   = acrnet_subnet_service_endpoint.workload.subnet_id
}
