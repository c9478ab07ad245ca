resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = ["16.17.18.0/24"] # this machine is in it
}

check "this_machine_is_let_in" {
  data "acrnet_registry_access" "here" {
    registry_id = acrnet_registry_network_rule_set.prod.registry_id
    wait_for    = "allowed"
    timeout     = "10m"
  }

  assert {
    condition     = data.acrnet_registry_access.here.allowed
    error_message = data.acrnet_registry_access.here.message
  }
}
