# A registry that only one subnet and one range of public addresses can reach.
#
# This is the scenario of the Azure article "Restrict access to a container registry using a service endpoint in an Azure virtual network".
# `make quickstart` runs it against a simulated Azure. For the real one, remove the two lines in the provider block and put in your own ids.

terraform {
  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

variable "resource_manager_endpoint" {
  description = "Where the simulated Azure listens, for example http://127.0.0.1:8080."
  type        = string
}

provider "acrnet" {
  endpoint     = { resource_manager_endpoint = var.resource_manager_endpoint } # left out: the public cloud
  access_token = "any"                                                         # left out: azurerm's variables
}

locals {
  resource_group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/myResourceGroup"
  registry_id    = "${local.resource_group}/providers/Microsoft.ContainerRegistry/registries/myregistry"
  subnet_id      = "${local.resource_group}/providers/Microsoft.Network/virtualNetworks/myDockerVMVNET/subnets/myDockerVMSubnet"
}

# The subnet belongs to somebody else: only the one service endpoint is added to it, and only that goes with destroy.
resource "acrnet_subnet_service_endpoint" "docker_vm" {
  subnet_id = local.subnet_id
}

resource "acrnet_registry_network_rule_set" "registry" {
  registry_id                = local.registry_id
  default_action             = "Deny"
  ip_rules                   = ["16.17.18.0/24"]
  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.docker_vm.subnet_id]
}

output "login_server" {
  value = acrnet_registry_network_rule_set.registry.login_server
}
