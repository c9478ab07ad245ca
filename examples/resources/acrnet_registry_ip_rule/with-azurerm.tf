# The registry belongs to the platform team, in another state.
data "azurerm_container_registry" "prod" {
  name                = "myregistry"
  resource_group_name = "example"
}

# The addresses that this team's workload comes from.
resource "azurerm_public_ip" "egress" {
  count               = 2
  name                = "egress-${count.index}"
  resource_group_name = azurerm_resource_group.example.name
  location            = azurerm_resource_group.example.location
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "acrnet_registry_ip_rule" "egress" {
  count       = 2
  registry_id = data.azurerm_container_registry.prod.id
  ip_range    = azurerm_public_ip.egress[count.index].ip_address
  on_existing = "fail" # a rule that is there already is somebody else's

  timeouts {
    create = "10m"
  }
}
