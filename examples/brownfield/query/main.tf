# Where what is found is to be managed. `terraform query` reads the *.tfquery.hcl beside it.

terraform {
  required_version = ">= 1.14"

  required_providers {
    acrnet = {
      source = "registry.terraform.io/acrnet/acrnet"
    }
  }
}

provider "acrnet" {} # who you are, and in which subscription to look: azurerm's arguments and variables
