# A registry in a hub, and AKS clusters in spokes, each with a network, and mostly a subscription, of its own. The nodes' subnets get in, and so do the hub's
# build agents and the addresses through which people leave; nobody else does.

terraform {
  required_version = ">= 1.5"

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {
  # A spoke's subscription may never have seen a registry. Azure wants Microsoft.ContainerRegistry registered there before it takes a rule for one of its
  # subnets. "check", the default, only says so.
  resource_provider_registration = "register"
}

variable "registry_id" {
  description = "Id of the registry in the hub (Premium), such as azurerm_container_registry.hub.id."
  type        = string
}

variable "hub_network_id" {
  description = "Id of the hub's virtual network."
  type        = string
}

variable "agents_subnet" {
  description = "Name of the subnet of the hub that the build agents are in."
  type        = string
  default     = "agents"
}

variable "cluster_subnet_ids" {
  description = "Id of each cluster's node subnet, by the name of the cluster. Where azurerm_subnet manages it, it needs lifecycle { ignore_changes = [service_endpoint] }."
  type        = map(string)
}

variable "egress_ips" {
  description = "Public addresses and ranges through which people leave."
  type        = set(string)

  validation {
    condition     = length(var.egress_ips) > 0
    error_message = "With no address at all, nobody could look into the registry but the clusters and the build agents."
  }
}

# The network belongs to the platform team; here it is only read.
data "acrnet_subnets" "agents" {
  virtual_network_id = var.hub_network_id
  name               = var.agents_subnet
}

locals {
  subnet_ids = merge(var.cluster_subnet_ids, { "build agents" = one(data.acrnet_subnets.agents.subnets).id })
}

# The subnets belong to the clusters' teams: only this one endpoint is added to each.
resource "acrnet_subnet_service_endpoint" "client" {
  for_each  = local.subnet_ids
  subnet_id = each.value
}

resource "acrnet_registry_network_rule_set" "hub" {
  registry_id                = var.registry_id
  default_action             = "Deny"
  ip_rules                   = var.egress_ips
  virtual_network_subnet_ids = [for client in acrnet_subnet_service_endpoint.client : client.subnet_id]
}

# Of 100 subnets that a registry takes.
output "room_for_subnets" {
  value = 100 - length(local.subnet_ids)
}

# A cluster that went out of the map by accident shows here, in the plan that would shut it out.
output "clients" {
  value = sort(keys(local.subnet_ids))
}
