data "acrnet_registry_network_rule_set" "prod" {
  registry_id = azurerm_container_registry.prod.id
}
