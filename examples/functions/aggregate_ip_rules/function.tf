locals {
  allowed = provider::acrnet::aggregate_ip_rules(concat(var.ci_runners, var.offices))
}

resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = local.allowed

  lifecycle {
    precondition {
      condition     = length(local.allowed) <= 200
      error_message = "${length(local.allowed)} ranges remain after aggregation."
    }
  }
}
