action "acrnet_restore_default_access" "prod" {
  config {
    registry_id = azurerm_container_registry.prod.id
  }
}
