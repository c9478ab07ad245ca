terraform import acrnet_registry_ip_rule.office '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.ContainerRegistry/registries/myregistry|16.17.18.0/24'
