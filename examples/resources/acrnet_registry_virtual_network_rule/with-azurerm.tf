# The registry belongs to the platform team, in another state.
data "azurerm_container_registry" "prod" {
  name                = "myregistry"
  resource_group_name = "example"
}

# The subnet is this team's own.
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
  subnet_id = azurerm_subnet.aks.id
}

# By way of the endpoint, so that it is there before the rule, and goes after it.
resource "acrnet_registry_virtual_network_rule" "aks" {
  registry_id = data.azurerm_container_registry.prod.id
  subnet_id   = acrnet_subnet_service_endpoint.aks.subnet_id
  on_existing = "fail" # a rule that is there already is somebody else's

  timeouts {
    create = "10m"
  }
}
