import {
  to = acrnet_subnet_service_endpoint.aks
  identity = {
    subscription_id      = "11111111-1111-1111-1111-111111111111"
    resource_group_name  = "example"
    virtual_network_name = "example"
    subnet_name          = "aks"
  }
}
