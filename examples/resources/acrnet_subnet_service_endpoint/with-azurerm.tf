resource "azurerm_subnet" "aks" {
  name                 = "aks"
  resource_group_name  = azurerm_resource_group.example.name
  virtual_network_name = azurerm_virtual_network.example.name
  address_prefixes     = ["10.0.0.0/24"]

  lifecycle {
    ignore_changes = [service_endpoint] # service_endpoints before azurerm 5
  }
}

resource "acrnet_subnet_service_endpoint" "aks" {
  subnet_id         = azurerm_subnet.aks.id
  remove_on_destroy = true # also if somebody else had added it before

  timeouts {
    create = "10m"
    delete = "10m"
  }
}

# The rule names the subnet by way of the endpoint: endpoint, then rule; and when they go, rule, then endpoint.
resource "acrnet_registry_virtual_network_rule" "aks" {
  registry_id = azurerm_container_registry.prod.id
  subnet_id   = acrnet_subnet_service_endpoint.aks.subnet_id
}
