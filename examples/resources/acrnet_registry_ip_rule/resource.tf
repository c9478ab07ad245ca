resource "acrnet_registry_ip_rule" "office" {
  registry_id = var.registry_id
  ip_range    = "16.17.18.0/24"
}
