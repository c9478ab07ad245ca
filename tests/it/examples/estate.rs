//! What the examples of the pages are applied to: the Azure that they speak of, and stand-ins for what other providers make of it. The
//! tests under the real Terraform share this file.
//!
//! azurerm is not at hand where the tests run. So its blocks are left out, and a reference to one becomes what Azure would have given it: the
//! id of an object that is in the simulator. Everything else of an example is run as it stands.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The resource group of everything.
pub(crate) const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/example";

/// References to what azurerm makes, each with the expression that stands for it.
fn stand_ins() -> [(&'static str, String); 5] {
    [
        ("azurerm_container_registry.prod.id", format!("\"{}\"", registry())),
        ("azurerm_subnet.aks.id", format!("\"{}/subnets/aks\"", network())),
        ("azurerm_virtual_network.example.id", format!("\"{}\"", network())),
        (
            "azurerm_public_ip.egress[count.index].ip_address",
            "[\"16.17.19.1\", \"16.17.19.2\"][count.index]".to_owned(),
        ),
        ("azurerm_public_ip.nat.ip_address", format!("\"{MACHINE}\"")),
    ]
}

/// The address from which the registry sees this machine come.
pub(crate) const MACHINE: &str = "16.17.18.19";

/// The id of the registry.
pub(crate) fn registry() -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/myregistry")
}

/// The id of the virtual network.
pub(crate) fn network() -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/example")
}

/// A seed for the simulator: the registry, with this default action and no rules, and the network, whose subnet `build` has the endpoint.
pub(crate) fn seed(default_action: &str) -> Value {
    let subnet = |name: &str, prefix: &str, service: &str| json!({"name": name, "properties": {"addressPrefix": prefix, "serviceEndpoints": [{"service": service}]}});
    json!({
        "registries": [{
            "id": registry(),
            "location": "westeurope",
            "sku": {"name": "Premium"},
            "properties": {"networkRuleSet": {"defaultAction": default_action, "ipRules": [], "virtualNetworkRules": []}},
        }],
        "virtualNetworks": [{
            "id": network(),
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [
                    subnet("aks", "10.0.0.0/24", "Microsoft.Storage"),
                    subnet("build", "10.0.1.0/24", "Microsoft.ContainerRegistry"),
                ],
            },
        }],
    })
}

/// The folder of examples of that name, such as `resources`.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// An example without what azurerm makes. What it makes of an unknown reference is an error of Terraform's.
pub(crate) fn example(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    stand_ins().iter().fold(without_azurerm(&text).replace("data.azurerm_", "azurerm_"), |text, (reference, id)| {
        text.replace(reference, id)
    })
}

/// `terraform fmt` leaves the brackets of blocks where this looks for them; another test sees to the form.
fn without_azurerm(text: &str) -> String {
    let mut within = false;
    let mut kept = String::new();
    for line in text.lines() {
        within |= line.starts_with("resource \"azurerm_") || line.starts_with("data \"azurerm_");
        if !within {
            kept += line;
            kept.push('\n');
        }
        within &= line != "}";
    }
    kept
}
