//! `acrnet_subnets`: the subnets of a virtual network, with what a registry's rules need to know of them.

use serde::{Deserialize, Serialize};

use super::{found, id, text};
use crate::azure::id::VirtualNetworkId;
use crate::azure::subnet::Subnet;
use crate::resources::{Clients, call};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::timeouts::{self, ReadTimeout};
use crate::terraform::framework::{Context, DataSource};
use crate::terraform::schema::{Attribute, Check, Nesting, Schema};
use crate::terraform::value::{Path, Tf, Type};

const DESCRIPTION: &str = "\
Lists the subnets of a virtual network: their ids for rules, and whether they have the service endpoint that a rule needs.";

/// The data source type.
#[derive(Debug)]
pub struct Subnets;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    id: Tf<String>,
    virtual_network_id: Tf<String>,
    name: Tf<String>,
    subnets: Tf<Vec<Found>>,
    timeouts: Tf<ReadTimeout>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    id: Tf<String>,
    name: Tf<String>,
    address_prefixes: Vec<String>,
    service_endpoints: Vec<String>,
    has_registry_endpoint: bool,
}

impl DataSource for Subnets {
    const NAME: &'static str = "acrnet_subnets";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(
                Attribute::string(
                    "virtual_network_id",
                    "Id of the network, `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/<name>`.",
                )
                .required()
                .check(Check::parses::<VirtualNetworkId>()),
            )
            .attribute(Attribute::string(
                "name",
                "Name of the one subnet to look for, in any letter case; an error if the network has none of that name. Left out, \
                 all subnets are listed.",
            ))
            .attribute(Attribute::string("id", "The network's id, as in `virtual_network_id`.").computed())
            .attribute(
                Attribute::nested("subnets", Nesting::List, found_attributes(), "The subnets, by name. Their ids: `subnets[*].id`.")
                    .computed(),
            )
            .nested_block(timeouts::read_block())
    }

    async fn read(clients: &Clients, context: &mut Context, config: Model) -> Result<Model, Diagnostics> {
        let attribute = "virtual_network_id";
        let network: VirtualNetworkId = id(&config.virtual_network_id, attribute)?;
        let reading = clients.arm.subnets(&network, &call(context)).await;
        let subnets = sorted(&found(network.as_str(), attribute, reading)?);
        let subnets = match config.name.known() {
            Some(name) => vec![named(name, &network, subnets)?],
            None => subnets,
        };
        Ok(Model { id: config.virtual_network_id.clone(), subnets: Tf::Known(subnets), ..config })
    }
}

fn found_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("id", "Id of the subnet, for `subnet_id` and `virtual_network_subnet_ids`.").computed(),
        Attribute::string("name", "Its name.").computed(),
        Attribute::new(
            "address_prefixes",
            Type::list(Type::String),
            "Its address ranges in CIDR form; they are private ones, and no IP rule can be for them.",
        )
        .computed(),
        Attribute::new(
            "service_endpoints",
            Type::list(Type::String),
            "The services that have an endpoint there, such as `Microsoft.Storage`, in Azure's order.",
        )
        .computed(),
        Attribute::bool(
            "has_registry_endpoint",
            "Whether `Microsoft.ContainerRegistry` is one of them, so that a virtual network rule can be for it.",
        )
        .computed(),
    ]
}

/// By name, whatever the letters.
fn sorted(subnets: &[Subnet]) -> Vec<Found> {
    let mut found: Vec<Found> = subnets.iter().map(Found::of).collect();
    found.sort_by_cached_key(|subnet| subnet.name.known().map(|name| (name.to_lowercase(), name.clone())));
    found
}

impl Found {
    fn of(subnet: &Subnet) -> Self {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        Self {
            id: text(subnet.id()),
            name: text(subnet.name()),
            address_prefixes: owned(subnet.address_prefixes()),
            service_endpoints: owned(subnet.service_endpoints()),
            has_registry_endpoint: subnet.registry_endpoint().is_some(),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.known().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

fn named(name: &str, network: &VirtualNetworkId, mut subnets: Vec<Found>) -> Result<Found, Diagnostics> {
    if let Some(at) = subnets.iter().position(|subnet| subnet.is_named(name)) {
        return Ok(subnets.swap_remove(at));
    }
    let names: Vec<String> =
        subnets.iter().filter_map(|subnet| subnet.name.known()).map(|name| format!("\n  - {name}")).collect();
    let there = if names.is_empty() { " no subnets.".to_owned() } else { format!(" these subnets:{}", names.concat()) };
    Err(Diagnostic::error(
        format!("There is no subnet \"{name}\" in virtual network {}", network.name()),
        format!("The network has{there}\n\nObject: {network}"),
    )
    .at(Path::attribute("name"))
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Found {
        let text = || Tf::Known(name.to_owned());
        let (address_prefixes, service_endpoints) = (Vec::new(), Vec::new());
        Found { id: text(), name: text(), address_prefixes, service_endpoints, has_registry_endpoint: false }
    }

    fn network() -> VirtualNetworkId {
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net".parse().unwrap()
    }

    #[test]
    fn a_name_counts_in_any_letters() {
        assert_eq!(named("AKS", &network(), vec![found("app"), found("aks")]), Ok(found("aks")));
    }

    #[test]
    fn a_name_that_is_not_there_is_told_with_those_that_are() {
        let error = named("ask", &network(), vec![found("aks"), found("app")]).unwrap_err();
        let error = error.iter().next().unwrap();
        assert_eq!(error.summary, "There is no subnet \"ask\" in virtual network net");
        assert!(error.detail.starts_with("The network has these subnets:\n  - aks\n  - app\n"), "{}", error.detail);
        assert_eq!(error.path, Some(Path::attribute("name")));
    }
}
