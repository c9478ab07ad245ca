output "rules" {
  # ["16.17.18.0/24", "16.17.18.19"]
  value = provider::acrnet::normalize_ip_rules(["16.17.18.19/32", "16.17.18.0/24", "16.17.18.19"])
}
