resource "azurerm_container_registry" "prod" {
  name                = "myregistry"
  resource_group_name = azurerm_resource_group.example.name
  location            = azurerm_resource_group.example.location
  sku                 = "Premium"

  # No network_rule_set block: the rules are those of acrnet_registry_network_rule_set.

  lifecycle {
    # What the rule set below manages; azurerm would put its own defaults back.
    ignore_changes = [
      public_network_access_enabled,
      network_rule_bypass_option,
      network_rule_bypass_for_tasks_enabled, # azurerm 4.81 or later; leave the line out before
    ]
  }
}

resource "azurerm_subnet" "aks" {
  name                 = "aks"
  resource_group_name  = azurerm_resource_group.example.name
  virtual_network_name = azurerm_virtual_network.example.name
  address_prefixes     = ["10.0.0.0/24"]

  lifecycle {
    ignore_changes = [service_endpoint] # service_endpoints before azurerm 5
  }
}

resource "acrnet_subnet_service_endpoint" "aks" {
  subnet_id         = azurerm_subnet.aks.id
  remove_on_destroy = false # the rule stays too, see on_destroy below
}

resource "acrnet_registry_network_rule_set" "prod" {
  registry_id    = azurerm_container_registry.prod.id
  default_action = "Deny"
  ip_rules       = ["16.17.18.0/24", "16.17.19.20"]

  # By way of the endpoint, so that it is there before the rule, and goes after it.
  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.aks.subnet_id]

  # Left out, these three are not managed, and stay with azurerm: then they need no ignore_changes.
  public_network_access_enabled         = true
  network_rule_bypass_option            = "AzureServices"
  network_rule_bypass_for_tasks_enabled = false

  on_destroy = "keep" # a closed registry stays closed, with the rules that it has

  timeouts {
    create = "10m"
  }
}
