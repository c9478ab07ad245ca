resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = ["16.17.18.0/24", "16.17.19.20"]
}
