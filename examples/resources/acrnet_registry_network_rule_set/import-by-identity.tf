import {
  to = acrnet_registry_network_rule_set.prod
  identity = {
    subscription_id     = "11111111-1111-1111-1111-111111111111"
    resource_group_name = "example"
    registry_name       = "myregistry"
  }
}
