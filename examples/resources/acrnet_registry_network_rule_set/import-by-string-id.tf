import {
  to = acrnet_registry_network_rule_set.prod
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.ContainerRegistry/registries/myregistry"
}
