terraform {
  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "registry_id" {
  type = string
}

variable "subnet_id" {
  type = string
}

# Left out, the provider asks the Azure CLI.
variable "access_token" {
  type      = string
  default   = null
  sensitive = true
}

provider "acrnet" {
  endpoint     = { resource_manager_endpoint = var.endpoint }
  access_token = var.access_token
}

resource "acrnet_subnet_service_endpoint" "this" {
  subnet_id = var.subnet_id
}

resource "acrnet_registry_network_rule_set" "this" {
  registry_id                = var.registry_id
  default_action             = "Deny"
  ip_rules                   = ["16.17.18.0/24", "16.17.19.20"]
  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]
}
