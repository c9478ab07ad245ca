# A registry that the hosted runners of a CI service can reach: 1,000 published ranges under the limit of 200 IP rules.

terraform {
  required_version = ">= 1.8" # provider functions

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's variables, or the account of `az login`

variable "registry_id" {
  description = "Resource id of the registry (Premium)."
  type        = string
}

variable "published" {
  description = "The file that the CI service publishes: a JSON object with the ranges under \"actions\"."
  type        = string
  default     = "runners.json"
}

variable "ip_rule_limit" {
  description = "How many IP rules a registry takes."
  type        = number
  default     = 200
}

locals {
  published = jsondecode(file("${path.module}/${var.published}")).actions
  ipv4      = [for range in local.published : range if !strcontains(range, ":")] # a registry takes no IPv6
  ip_rules  = provider::acrnet::aggregate_ip_rules(local.ipv4)
}

resource "acrnet_registry_network_rule_set" "this" {
  registry_id    = var.registry_id
  default_action = "Deny"
  ip_rules       = local.ip_rules

  lifecycle {
    precondition {
      condition     = length(local.ip_rules) <= var.ip_rule_limit
      error_message = <<-EOT
        ${length(local.ipv4)} published ranges are ${length(local.ip_rules)} rules at the least, and a registry takes ${var.ip_rule_limit}.

        Keep the ranges of the regions that your runners use; or let runners
        leave through a NAT gateway with an address of its own; or run them in
        a subnet, and allow it with virtual_network_subnet_ids.
      EOT
    }
  }
}

check "runners" {
  assert {
    condition = alltrue([
      for range in local.ipv4 : provider::acrnet::ip_rules_cover(acrnet_registry_network_rule_set.this.ip_rules, range)
    ])
    error_message = "Some published ranges are not let in by the rules of ${provider::acrnet::parse_registry_id(var.registry_id).name}."
  }
}

output "counts" {
  description = "How many ranges are published, how many of them are IPv4, and how many rules let in the same addresses."
  value = {
    published = length(local.published)
    ipv4      = length(local.ipv4)
    ip_rules  = length(local.ip_rules)
  }
}
