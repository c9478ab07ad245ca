# What there is already, whoever made it.

# Premium registries that deny, hold rules, or have public access disabled.
list "acrnet_registry_network_rule_set" "restricted" {
  provider         = acrnet
  include_resource = true # so that configuration can be generated
  limit            = 1000 # 100 if left out

  config {
    only_restricted = true
  }
}

# Subnets that have the service endpoint Microsoft.ContainerRegistry.
list "acrnet_subnet_service_endpoint" "all" {
  provider         = acrnet
  include_resource = true
  limit            = 1000
}
