//! The subnets that have the registry's service endpoint.

use serde::{Deserialize, Serialize};

use super::{SUBSCRIPTION, failed, subscription, subscription_id};
use crate::azure::call::Call;
use crate::azure::id::{IdError, SubnetId, SubscriptionId, VirtualNetworkId};
use crate::azure::inventory::Place;
use crate::azure::snapshot::Reading;
use crate::azure::subnet::Subnet;
use crate::resources::report::Doing;
use crate::resources::{Clients, SubnetServiceEndpoint, call, listed_endpoint};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, Severity, sentence};
use crate::terraform::framework::{Context, Ended, List, Listing, Resource};
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::{Path, Tf};

const DESCRIPTION: &str = "\
Lists the subnets of a subscription, or of one virtual network, that have the service endpoint `Microsoft.ContainerRegistry`, whoever added it. \
Needs Terraform 1.14 or later, and the right to list virtual networks (`Microsoft.Network/virtualNetworks/read`) or the subnets of the one \
(`Microsoft.Network/virtualNetworks/subnets/read`).";

const NETWORK: &str = "virtual_network_id";

/// The list.
#[derive(Debug)]
pub struct SubnetServiceEndpoints;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    subscription_id: Tf<String>,
    virtual_network_id: Tf<String>,
}

type Found<'l> = Listing<'l, <SubnetServiceEndpoint as Resource>::Model>;

impl List for SubnetServiceEndpoints {
    type Resource = SubnetServiceEndpoint;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(subscription_id(" Not together with `virtual_network_id`."))
            .attribute(
                Attribute::string(
                    NETWORK,
                    "Id of the one network to look in, \
                     `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/<name>`. Left out, all of the subscription.",
                )
                .check(Check::parses::<VirtualNetworkId>()),
            )
    }

    fn validate(config: &Model) -> Diagnostics {
        if config.subscription_id.known().is_none() || config.virtual_network_id.known().is_none() {
            return Diagnostics::new();
        }
        let detail = "The id of the network says in which subscription it is. Remove one of the two.";
        Diagnostic::error(format!("{SUBSCRIPTION} and {NETWORK} are both set"), detail)
            .at(Path::attribute(NETWORK))
            .into()
    }

    async fn list(
        clients: &Clients,
        context: &mut Context,
        config: Model,
        listing: &mut Found<'_>,
    ) -> Result<(), Ended> {
        let call = call(context);
        match config.virtual_network_id.known() {
            Some(text) => in_network(clients, &call, &network(text)?, listing).await,
            None => in_subscription(clients, &call, &subscription(clients, &config.subscription_id)?, listing).await,
        }
    }
}

fn network(text: &str) -> Result<VirtualNetworkId, Diagnostics> {
    text.parse().map_err(|error: IdError| {
        let detail = format!("{}.", sentence(&error.to_string()));
        Diagnostic::error(format!("Invalid {NETWORK}"), detail).at(Path::attribute(NETWORK)).into()
    })
}

async fn in_network(
    clients: &Clients,
    call: &Call,
    network: &VirtualNetworkId,
    listing: &mut Found<'_>,
) -> Result<(), Ended> {
    let not_listed = |error| failed(Doing::ListingSubnets, network.as_str(), NETWORK, &error);
    let mut pages = clients.arm.subnet_pages(network, call).await.map_err(not_listed)?;
    while let Some(page) = pages.next().await.map_err(not_listed)? {
        push(&page, listing, |id| format!("{}/{}", id.virtual_network().name(), id.name())).await?;
    }
    Ok(())
}

async fn in_subscription(
    clients: &Clients,
    call: &Call,
    subscription: &SubscriptionId,
    listing: &mut Found<'_>,
) -> Result<(), Ended> {
    let place = Place::Subscription(subscription.clone()).to_string();
    let not_listed = |error| failed(Doing::ListingSubnets, &place, SUBSCRIPTION, &error);
    let mut pages = clients.arm.virtual_networks(subscription, call).await.map_err(not_listed)?;
    while let Some(page) = pages.next().await.map_err(not_listed)? {
        for found in page {
            let subnets = match found.subnets {
                Some(shown) => shown,
                None => match alone(clients, call, &found.id).await {
                    Ok(subnets) => subnets,
                    Err(warning) => {
                        listing.warn(warning).await?;
                        continue;
                    }
                },
            };
            let name =
                |id: &SubnetId| format!("{}/{} ({})", id.virtual_network().name(), id.name(), id.resource_group());
            push(&subnets, listing, name).await?;
        }
    }
    Ok(())
}

/// Tells of the subnets that have the endpoint.
async fn push(
    subnets: &[Subnet],
    listing: &mut Found<'_>,
    display_name: impl Fn(&SubnetId) -> String + Send,
) -> Result<(), Ended> {
    for (id, model) in subnets.iter().filter_map(listed_endpoint) {
        listing.push(&model, display_name(&id)).await?;
    }
    Ok(())
}

/// The subnets of a network whose own entry does not show them; none of a network that has gone meanwhile.
async fn alone(clients: &Clients, call: &Call, network: &VirtualNetworkId) -> Result<Vec<Subnet>, Diagnostic> {
    match clients.arm.subnets(network, call).await {
        Ok(Reading::Found(subnets)) => Ok(subnets.to_vec()),
        Ok(Reading::Missing(_)) => Ok(Vec::new()),
        Err(error) => {
            let said = failed(Doing::ListingSubnets, network.as_str(), SUBSCRIPTION, &error);
            let detail = format!("They are left out of the list.\n\n{}", said.detail);
            Err(Diagnostic { severity: Severity::Warning, detail, ..said })
        }
    }
}
