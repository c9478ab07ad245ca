# All networks of the provider's own subscription: its subscription_id, or ARM_SUBSCRIPTION_ID.
list "acrnet_subnet_service_endpoint" "all" {
  provider = acrnet
  limit    = 1000
}
