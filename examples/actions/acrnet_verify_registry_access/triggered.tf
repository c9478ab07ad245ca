action "acrnet_verify_registry_access" "here" {
  config {
    registry_id = azurerm_container_registry.prod.id
    wait_for    = "allowed"
    timeout     = "10m"
  }
}

resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = ["16.17.18.0/24"] # this machine is in it

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.acrnet_verify_registry_access.here]
    }
  }
}
