resource "acrnet_subnet_service_endpoint" "aks" {
  subnet_id = data.azurerm_subnet.aks.id
}

resource "acrnet_registry_virtual_network_rule" "aks" {
  registry_id = var.registry_id
  subnet_id   = acrnet_subnet_service_endpoint.aks.subnet_id
}
