list "acrnet_registry_network_rule_set" "restricted" {
  provider         = acrnet
  include_resource = true # so that configuration can be generated

  config {
    resource_group_name = "example"
    only_restricted     = true
  }
}
