import {
  to = acrnet_registry_virtual_network_rule.aks
  identity = {
    subscription_id     = "11111111-1111-1111-1111-111111111111"
    resource_group_name = "example"
    registry_name       = "myregistry"
    subnet_id           = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.Network/virtualNetworks/example/subnets/aks"
  }
}
