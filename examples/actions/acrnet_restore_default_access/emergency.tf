action "acrnet_restore_default_access" "emergency" {
  config {
    registry_id = azurerm_container_registry.prod.id
    keep_rules  = true # the way back: the next apply of the rule set closes the registry again
    timeout     = "10m"
  }
}
