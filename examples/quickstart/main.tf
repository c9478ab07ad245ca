# A registry that only one subnet and one range of public addresses can reach.
#
# This is the scenario of the Azure article "Restrict access to a container registry using a service endpoint in an Azure virtual network".
# `make quickstart` runs it against a simulated Azure. For the real one, remove the two lines in the provider block and put in your own ids.

terraform {
  required_version = ">= 1.5" # for check blocks; the provider itself needs less

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

# Proof: the registry itself is asked who gets in, after every change of its rules, and in each plan that changes none.
#
# The simulated Azure, and only that, lets a host name say where the caller is: 16-17-18-9.from.<login server> is the registry as 16.17.18.9
# sees it. The real one sees the machine that runs Terraform. There, ask once, in place of for_each and login_server with
#
#   registry_id = acrnet_registry_network_rule_set.registry.registry_id
#   wait_for    = "allowed" # or "blocked": new rules take up to some minutes to work
data "acrnet_registry_access" "from" {
  for_each     = toset(["16.17.18.9", "10.0.0.4", "203.0.113.9"])
  login_server = "${replace(each.key, ".", "-")}.from.${acrnet_registry_network_rule_set.registry.login_server}"
  depends_on   = [acrnet_registry_network_rule_set.registry]
}

check "range_and_subnet_get_in" {
  assert {
    condition = alltrue([
      for address in ["16.17.18.9", "10.0.0.4"] : data.acrnet_registry_access.from[address].allowed
    ])
    error_message = "An address of 16.17.18.0/24 or of the subnet is kept out."
  }
}

check "others_are_kept_out" {
  assert {
    condition     = !data.acrnet_registry_access.from["203.0.113.9"].allowed
    error_message = "203.0.113.9 gets in, and no rule names it."
  }
}

output "access" {
  value = { for address, answer in data.acrnet_registry_access.from : address => answer.allowed ? "gets in" : "is kept out" }
}
