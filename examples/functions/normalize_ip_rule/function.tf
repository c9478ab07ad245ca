locals {
  single = provider::acrnet::normalize_ip_rule("16.17.18.19/32") # "16.17.18.19"
  range  = provider::acrnet::normalize_ip_rule("16.17.18.0/24")  # "16.17.18.0/24"
}

# Where Terraform compares texts: each rule once, however it is spelled.
resource "acrnet_registry_ip_rule" "allowed" {
  for_each    = toset([for rule in var.allowed : provider::acrnet::normalize_ip_rule(rule)])
  registry_id = azurerm_container_registry.prod.id
  ip_range    = each.value
}
