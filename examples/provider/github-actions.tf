provider "acrnet" {
  use_oidc  = true # the job needs `permissions: id-token: write`
  tenant_id = "22222222-2222-2222-2222-222222222222"
  client_id = "33333333-3333-3333-3333-333333333333"
}
