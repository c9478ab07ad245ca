variable "allowed" {
  type = set(string)

  validation {
    condition     = provider::acrnet::is_public_ip_rules(var.allowed)
    error_message = "Only public addresses can be allowed."
  }
}
