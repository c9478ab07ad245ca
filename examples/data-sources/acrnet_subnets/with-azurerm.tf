data "azurerm_virtual_network" "example" {
  name                = "example"
  resource_group_name = "example"
}

data "acrnet_subnets" "example" {
  virtual_network_id = data.azurerm_virtual_network.example.id
}

# The endpoint on every subnet of the network, and a rule for each.
resource "acrnet_subnet_service_endpoint" "example" {
  for_each  = { for subnet in data.acrnet_subnets.example.subnets : subnet.name => subnet.id }
  subnet_id = each.value
}

resource "acrnet_registry_virtual_network_rule" "example" {
  for_each    = acrnet_subnet_service_endpoint.example
  registry_id = azurerm_container_registry.prod.id
  subnet_id   = each.value.subnet_id
}

# One subnet, by its name.
data "acrnet_subnets" "aks" {
  virtual_network_id = data.azurerm_virtual_network.example.id
  name               = "aks"
}

output "aks_subnet_id" {
  value = one(data.acrnet_subnets.aks.subnets).id
}
