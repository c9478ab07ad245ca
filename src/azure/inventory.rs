//! What there is in a place: registries, virtual networks and their subnets, page by page, for those who have no ids to ask by.
//!
//! Asked by lists; answers with ids and, where a list shows as much as a reading of the object alone, with the object. What is missing there is
//! for the asker to read, or to leave.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::azure::api_version::ApiVersion;
use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::ArmError;
use crate::azure::id::{RegistryId, SubscriptionId, VirtualNetworkId};
use crate::azure::page::Pages;
use crate::azure::registry::Registry;
use crate::azure::subnet::Subnet;

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In all resource groups of a subscription.
    Subscription(SubscriptionId),
    /// In one of them.
    ResourceGroup(SubscriptionId, ResourceGroupName),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(subscription) => write!(f, "/subscriptions/{subscription}"),
            Self::ResourceGroup(subscription, group) => {
                write!(f, "/subscriptions/{subscription}/resourceGroups/{group}")
            }
        }
    }
}

/// The name of a resource group: up to 90 letters, digits and `-_.()`, without a full stop at the end (Azure's naming rules).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceGroupName(String);

/// A text that cannot be the name of a resource group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the name of a resource group: 1 to 90 letters, digits, hyphens, underscores, parentheses and full stops, not ending in a full stop"
)]
pub struct ResourceGroupNameError(String);

impl FromStr for ResourceGroupName {
    type Err = ResourceGroupNameError;

    fn from_str(text: &str) -> Result<Self, ResourceGroupNameError> {
        let fits = text.chars().all(|letter| letter.is_alphanumeric() || "-_.()".contains(letter));
        let well_formed = fits && (1..=90).contains(&text.chars().count()) && !text.ends_with('.');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(ResourceGroupNameError(text.to_owned())) }
    }
}

impl fmt::Display for ResourceGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A registry as a list shows it.
#[derive(Debug)]
pub struct ListedRegistry {
    /// Its id, as ARM spells it.
    pub id: RegistryId,
    /// Whether its SKU, where that is shown, is one that can have network rules.
    pub can_have_rules: bool,
    /// What is shown of it; `None` where a reading of the registry alone would show more.
    pub shown: Option<Registry>,
}

/// The registries of a place, page by page.
#[derive(Debug)]
pub struct RegistryPages<'c> {
    pages: Pages<'c>,
    version: &'c ApiVersion,
}

/// A virtual network as a list shows it.
#[derive(Debug)]
pub struct ListedNetwork {
    /// Its id, as ARM spells it.
    pub id: VirtualNetworkId,
    /// Its subnets, in ARM's order; `None` where the list does not show all of them whole.
    pub subnets: Option<Vec<Subnet>>,
}

/// The virtual networks of a subscription, page by page.
#[derive(Debug)]
pub struct NetworkPages<'c>(Pages<'c>);

impl ArmClient {
    /// The registries of a place. Asks for nothing of them yet.
    ///
    /// # Errors
    ///
    /// When Resource Manager's address cannot be had.
    pub async fn registries<'c>(&'c self, place: &Place, call: &'c Call) -> Result<RegistryPages<'c>, ArmError> {
        let (path, version) = (registries_path(place), &self.config().registry_api_version);
        Ok(RegistryPages { pages: Pages::of(self, call, &path, version).await?, version })
    }

    /// The virtual networks of a subscription. Asks for nothing of them yet.
    ///
    /// # Errors
    ///
    /// When Resource Manager's address cannot be had.
    pub async fn virtual_networks<'c>(
        &'c self,
        subscription: &SubscriptionId,
        call: &'c Call,
    ) -> Result<NetworkPages<'c>, ArmError> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Network/virtualNetworks");
        Pages::of(self, call, &path, &self.config().network_api_version).await.map(NetworkPages)
    }
}

/// Where the list of the registries of a place is.
pub(super) fn registries_path(place: impl fmt::Display) -> String {
    format!("{place}/providers/Microsoft.ContainerRegistry/registries")
}

impl RegistryPages<'_> {
    /// The registries of the next page, in ARM's order; `None` after the last.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering, a link to a next page that leads to another host or in a circle among it.
    pub async fn next(&mut self) -> Result<Option<Vec<ListedRegistry>>, ArmError> {
        let entries = self.pages.next().await?;
        let registry = |entry: Value| {
            let id = entry.get("id")?.as_str()?.parse().ok()?;
            let whole = Registry::new(entry);
            let can_have_rules = whole.sku().is_none() || whole.is_premium();
            Some(ListedRegistry { id, can_have_rules, shown: whole.if_all_shown(self.version) })
        };
        Ok(entries.map(|entries| entries.into_iter().filter_map(registry).collect()))
    }
}

impl NetworkPages<'_> {
    /// The networks of the next page, in ARM's order; `None` after the last.
    ///
    /// # Errors
    ///
    /// As [`RegistryPages::next`].
    pub async fn next(&mut self) -> Result<Option<Vec<ListedNetwork>>, ArmError> {
        let entries = self.0.next().await?;
        let network = |mut entry: Value| {
            let id = entry.get("id")?.as_str()?.parse().ok()?;
            let subnets = match entry.pointer_mut("/properties/subnets").map(Value::take) {
                Some(Value::Array(subnets)) => Some(subnets.into_iter().map(Subnet::new).collect::<Vec<_>>()),
                _ => None,
            };
            // A subnet without endpoints may leave them out; one that is only named leaves out its state too.
            let whole = |subnets: &Vec<Subnet>| subnets.iter().all(|subnet| subnet.provisioning_state().is_some());
            Some(ListedNetwork { id, subnets: subnets.filter(whole) })
        };
        Ok(entries.map(|entries| entries.into_iter().filter_map(network).collect()))
    }
}

#[cfg(test)]
mod tests;
