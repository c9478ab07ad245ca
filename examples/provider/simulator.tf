provider "acrnet" {
  endpoint     = { resource_manager_endpoint = "http://127.0.0.1:8080" }
  access_token = "any"
}
