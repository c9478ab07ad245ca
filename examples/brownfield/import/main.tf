# The same without `terraform query`: what shall be imported is named by its id.

terraform {
  required_version = ">= 1.5" # for import blocks

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are: azurerm's arguments and variables

import {
  to = acrnet_registry_network_rule_set.web
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/shopweb"
}

import {
  to = acrnet_registry_network_rule_set.batch
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/shopbatch"
}

import {
  to = acrnet_subnet_service_endpoint.aks
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/aks"
}

import {
  to = acrnet_subnet_service_endpoint.build
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/build"
}

import {
  to = acrnet_subnet_service_endpoint.jobs
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/jobs"
}
