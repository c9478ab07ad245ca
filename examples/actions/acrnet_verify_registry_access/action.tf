action "acrnet_verify_registry_access" "here" {
  config {
    registry_id = azurerm_container_registry.prod.id
  }
}
