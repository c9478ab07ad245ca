data "acrnet_subnets" "example" {
  virtual_network_id = azurerm_virtual_network.example.id
}
