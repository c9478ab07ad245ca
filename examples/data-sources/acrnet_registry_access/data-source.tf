data "acrnet_registry_access" "here" {
  registry_id = azurerm_container_registry.prod.id
}
