# Runners that leave through a NAT gateway: its address is known, nobody has to be asked.
data "azurerm_public_ip" "nat" {
  name                = "nat"
  resource_group_name = "example"
}

ephemeral "acrnet_temporary_ip_rule" "runner" {
  registry_id     = azurerm_container_registry.prod.id
  ip_range        = data.azurerm_public_ip.nat.ip_address
  wait_for_access = true # this machine is one of those runners
  timeout         = "5m"
}

# A resource that needs the registry and says nothing of it.
resource "terraform_data" "pull" {
  depends_on = [ephemeral.acrnet_temporary_ip_rule.runner]
}
