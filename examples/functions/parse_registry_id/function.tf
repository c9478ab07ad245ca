locals {
  registry = provider::acrnet::parse_registry_id(var.registry_id)
}

data "azurerm_container_registry" "prod" {
  name                = local.registry.name
  resource_group_name = local.registry.resource_group_name
}

output "registry" {
  value = local.registry
}
