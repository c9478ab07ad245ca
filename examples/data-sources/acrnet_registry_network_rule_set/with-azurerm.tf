data "azurerm_container_registry" "prod" {
  name                = "myregistry"
  resource_group_name = "example"
}

data "acrnet_registry_network_rule_set" "prod" {
  registry_id = data.azurerm_container_registry.prod.id
}

# An audit: a warning of each plan, as long as it is not so.
check "registry_is_closed" {
  assert {
    condition     = data.acrnet_registry_network_rule_set.prod.default_action == "Deny"
    error_message = "The registry lets everybody in."
  }

  assert {
    condition     = data.acrnet_registry_network_rule_set.prod.ip_rule_count < 0.9 * data.acrnet_registry_network_rule_set.prod.ip_rule_limit
    error_message = "There is hardly any room left for IP rules."
  }
}

output "who_gets_in" {
  value = {
    ip_rules = data.acrnet_registry_network_rule_set.prod.ip_rules
    subnets  = data.acrnet_registry_network_rule_set.prod.virtual_network_subnet_ids
    private  = data.acrnet_registry_network_rule_set.prod.private_endpoint_connections[*].private_endpoint_id
  }
}
