variable "office_address" {
  type = string

  validation {
    condition     = provider::acrnet::is_public_ip_rule(var.office_address)
    error_message = "office_address must be the public address of the office, not one inside of it."
  }
}
