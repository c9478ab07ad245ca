ephemeral "acrnet_temporary_ip_rule" "runner" {
  registry_id = azurerm_container_registry.prod.id
}

# Whoever refers to it finds the registry open, and keeps it open until it is done.
resource "terraform_data" "push" {
  triggers_replace = [var.image]

  provisioner "local-exec" {
    # az acr login belongs into the same command, before the push: the registry refuses that too until it is open.
    command     = "docker push \"$LOGIN_SERVER/${var.image}\""
    environment = { LOGIN_SERVER = ephemeral.acrnet_temporary_ip_rule.runner.login_server }
  }
}
