resource "acrnet_subnet_service_endpoint" "aks" {
  subnet_id = data.azurerm_subnet.aks.id
}
