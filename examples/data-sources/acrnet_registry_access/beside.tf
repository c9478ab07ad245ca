resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = ["16.17.18.0/24"] # this machine is in it
}

# Asked after each change of the rules, and in each plan that changes none. What comes after it waits until this machine is let in.
data "acrnet_registry_access" "here" {
  registry_id = acrnet_registry_network_rule_set.prod.registry_id
  wait_for    = "allowed"
  depends_on  = [acrnet_registry_network_rule_set.prod]
}
