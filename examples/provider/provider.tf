terraform {
  required_providers {
    acrnet = {
      source = "acrnet/acrnet"
    }
  }
}

# Who you are: azurerm's arguments and ARM_* variables; without any, the account of `az login`.
provider "acrnet" {}
