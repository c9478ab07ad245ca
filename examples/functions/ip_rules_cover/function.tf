check "office_is_allowed" {
  assert {
    condition     = provider::acrnet::ip_rules_cover(acrnet_registry_network_rule_set.prod.ip_rules, "16.17.18.19")
    error_message = "The office can no longer reach the registry."
  }
}
