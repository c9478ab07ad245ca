output "subnets_by_network" {
  value = { for id in var.subnet_ids : provider::acrnet::parse_subnet_id(id).virtual_network_id => id... }
}
