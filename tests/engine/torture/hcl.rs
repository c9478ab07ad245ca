//! A configuration as Terraform reads it.

use crate::azure::{NETWORK, REGISTRY};
use crate::torture::stage::{CLIENT, SECRET, TENANT};
use crate::torture::story::{Config, Endpoint, Net, OnDestroy, Set};

/// The resources of a configuration.
pub(super) fn resources(config: &Config) -> String {
    let endpoints = config.endpoints.iter().map(|endpoint| endpoint_block(endpoint, config));
    let set = config.set.iter().map(|set| set_block(set, config));
    let singles = (!config.ips.is_empty()).then(|| ip_block(config));
    let subnets = config.subnets.iter().map(|net| subnet_block(*net, config));
    endpoints.chain(set).chain(singles).chain(subnets).collect()
}

fn ip_block(config: &Config) -> String {
    format!(
        "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  for_each = toset([{}])\n  registry_id = \"{REGISTRY}\"\n  \
         ip_range = each.value\n{}{}}}\n",
        quoted(&config.ips),
        existing(config.fail),
        patience(config)
    )
}

fn subnet_block(net: Net, config: &Config) -> String {
    format!(
        "resource \"acrnet_registry_virtual_network_rule\" \"{}\" {{\n  registry_id = \"{REGISTRY}\"\n  subnet_id = {}\n{}{}}}\n",
        net.name(),
        reference(net, config),
        existing(config.fail),
        patience(config)
    )
}

/// The lines of the provider block beside the endpoint and the credentials.
pub(super) fn settings(config: &Config) -> String {
    config.max_retries.map(|retries| format!("  max_retries = {retries}\n")).unwrap_or_default()
}

fn endpoint_block(endpoint: &Endpoint, config: &Config) -> String {
    let remove = endpoint.remove.map(|remove| format!("  remove_on_destroy = {remove}\n")).unwrap_or_default();
    format!(
        "resource \"acrnet_subnet_service_endpoint\" \"{}\" {{\n  subnet_id = \"{}\"\n{remove}{}}}\n",
        endpoint.net.name(),
        id(endpoint.net),
        patience(config)
    )
}

fn set_block(set: &Set, config: &Config) -> String {
    let subnets: Vec<String> = set.subnets.iter().map(|net| reference(*net, config)).collect();
    let on_destroy = match set.on_destroy {
        OnDestroy::Default => "restore_default",
        OnDestroy::Previous => "restore_previous",
        OnDestroy::Keep => "keep",
    };
    let optional =
        |name: &str, value: Option<String>| value.map(|value| format!("  {name} = {value}\n")).unwrap_or_default();
    let lines = [
        format!("  registry_id = \"{REGISTRY}\"\n  default_action = \"{}\"\n", if set.deny { "Deny" } else { "Allow" }),
        format!("  rules_mode = \"{}\"\n", if set.additive { "additive" } else { "authoritative" }),
        format!("  ip_rules = [{}]\n  virtual_network_subnet_ids = [{}]\n", quoted(&set.ips), subnets.join(", ")),
        format!("  on_existing = \"{}\"\n", if set.fail { "fail" } else { "adopt" }),
        format!("  on_destroy = \"{on_destroy}\"\n"),
        optional("public_network_access_enabled", set.public.map(|value| value.to_string())),
        optional("network_rule_bypass_option", set.bypass.map(|value| format!("\"{value}\""))),
        optional("network_rule_bypass_for_tasks_enabled", set.tasks.map(|value| value.to_string())),
        patience(config).to_owned(),
    ];
    format!("resource \"acrnet_registry_network_rule_set\" \"this\" {{\n{}}}\n", lines.concat())
}

/// A subnet by the endpoint that this configuration adds to it, so that Terraform knows what comes first; otherwise by its id.
fn reference(net: Net, config: &Config) -> String {
    if config.endpoints.iter().any(|endpoint| endpoint.net == net) {
        format!("acrnet_subnet_service_endpoint.{}.subnet_id", net.name())
    } else {
        format!("\"{}\"", id(net))
    }
}

/// The id of a subnet.
pub(super) fn id(net: Net) -> String {
    format!("{NETWORK}/subnets/{}", net.name())
}

fn existing(fail: bool) -> &'static str {
    if fail { "  on_existing = \"fail\"\n" } else { "" }
}

fn patience(config: &Config) -> &'static str {
    if config.impatient { "  timeouts {\n    create = \"2s\"\n    update = \"2s\"\n  }\n" } else { "" }
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

/// A whole configuration that signs in by a client secret.
pub(super) fn with_tokens(url: &str, settings: &str, resources: &str) -> String {
    format!(
        "provider \"acrnet\" {{\n  endpoint = {{\n    resource_manager_endpoint       = \"{url}\"\n    \
         active_directory_authority_host = \"{url}\"\n  }}\n  tenant_id     = \"{TENANT}\"\n  client_id     = \"{CLIENT}\"\n  \
         client_secret = \"{SECRET}\"\n{settings}}}\n{resources}"
    )
}
