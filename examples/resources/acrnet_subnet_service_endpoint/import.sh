terraform import acrnet_subnet_service_endpoint.aks /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.Network/virtualNetworks/example/subnets/aks
