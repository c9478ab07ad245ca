list "acrnet_subnet_service_endpoint" "hub" {
  provider         = acrnet
  include_resource = true # so that configuration can be generated

  config {
    virtual_network_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example/providers/Microsoft.Network/virtualNetworks/example"
  }
}
