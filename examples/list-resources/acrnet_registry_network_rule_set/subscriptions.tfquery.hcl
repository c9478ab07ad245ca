# Several subscriptions, and up to a thousand registries of each.
list "acrnet_registry_network_rule_set" "all" {
  for_each = toset(["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"])
  provider = acrnet
  limit    = 1000

  config {
    subscription_id = each.value
  }
}
