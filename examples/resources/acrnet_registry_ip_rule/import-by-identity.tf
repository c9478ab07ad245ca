import {
  to = acrnet_registry_ip_rule.office
  identity = {
    subscription_id     = "11111111-1111-1111-1111-111111111111"
    resource_group_name = "example"
    registry_name       = "myregistry"
    ip_range            = "16.17.18.0/24"
  }
}
