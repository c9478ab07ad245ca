import {
  to = acrnet_registry_virtual_network_rule.aks
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.ContainerRegistry/registries/myregistry|/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.Network/virtualNetworks/example/subnets/aks"
}
