//! The registries that can have network rules, each with its rule set.

use serde::{Deserialize, Serialize};

use super::{SUBSCRIPTION, failed, subscription, subscription_id};
use crate::azure::call::Call;
use crate::azure::inventory::{ListedRegistry, Place, ResourceGroupName};
use crate::azure::registry::Registry;
use crate::resources::report::{Doing, report};
use crate::resources::{Clients, RegistryNetworkRuleSet, call, is_restricted, listed_rule_set};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, Severity, sentence};
use crate::terraform::framework::{Context, Ended, List, Listing, Resource};
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::{Path, Tf};

const DESCRIPTION: &str = "\
Lists the network rule sets of the container registries of a subscription or resource group: those of the SKU Premium, since others cannot have \
rules. Needs Terraform 1.14 or later, and the right to list registries (`Microsoft.ContainerRegistry/registries/read` on the place).";

const GROUP: &str = "resource_group_name";

/// The list.
#[derive(Debug)]
pub struct RegistryNetworkRuleSets;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    subscription_id: Tf<String>,
    resource_group_name: Tf<String>,
    only_restricted: Tf<bool>,
}

type Found<'l> = Listing<'l, <RegistryNetworkRuleSet as Resource>::Model>;

impl List for RegistryNetworkRuleSets {
    type Resource = RegistryNetworkRuleSet;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(subscription_id(""))
            .attribute(
                Attribute::string(GROUP, "Resource group to look in, by its name. Left out, all of the subscription.")
                    .check(Check::parses::<ResourceGroupName>()),
            )
            .attribute(Attribute::bool(
                "only_restricted",
                "Whether to leave out registries that nothing has been done about: those that let everybody in and have no rules. Listed \
                 are then those with the default action `Deny`, with any rule, or with public network access disabled. Defaults to `false`.",
            ))
    }

    async fn list(
        clients: &Clients,
        context: &mut Context,
        config: Model,
        listing: &mut Found<'_>,
    ) -> Result<(), Ended> {
        let (place, attribute) = place(clients, &config)?;
        let only_restricted = config.only_restricted == Tf::Known(true);
        let call = call(context);
        let not_listed = |error| failed(Doing::ListingRegistries, &place.to_string(), attribute, &error);
        let mut pages = clients.arm.registries(&place, &call).await.map_err(not_listed)?;
        while let Some(page) = pages.next().await.map_err(not_listed)? {
            for entry in page.into_iter().filter(|entry| entry.can_have_rules) {
                let needs_all = only_restricted || listing.with_objects();
                let looked = match &entry.shown {
                    Some(shown) => Ok(Some(shown.clone())),
                    None if needs_all => alone(clients, &call, &entry).await,
                    None => Ok(None),
                };
                match looked {
                    Ok(None) if needs_all => {}
                    Ok(Some(shown)) if only_restricted && !is_restricted(&shown) => {}
                    Ok(shown) => {
                        let model = listed_rule_set(&entry.id, shown.as_ref());
                        listing.push(&model, display_name(&place, &entry)).await?;
                    }
                    Err(warning) => listing.warn(warning).await?,
                }
            }
        }
        Ok(())
    }
}

/// Where to look, and the attribute that says so.
fn place(clients: &Clients, config: &Model) -> Result<(Place, &'static str), Diagnostics> {
    let subscription = subscription(clients, &config.subscription_id)?;
    let Some(group) = config.resource_group_name.known() else {
        return Ok((Place::Subscription(subscription), SUBSCRIPTION));
    };
    match group.parse::<ResourceGroupName>() {
        Ok(group) => Ok((Place::ResourceGroup(subscription, group), GROUP)),
        Err(error) => {
            let detail = format!("{}.", sentence(&error.to_string()));
            Err(Diagnostic::error(format!("Invalid {GROUP}"), detail).at(Path::attribute(GROUP)).into())
        }
    }
}

/// The name, and where it is, unless that was said.
fn display_name(place: &Place, entry: &ListedRegistry) -> String {
    match place {
        Place::Subscription(_) => format!("{} ({})", entry.id.name(), entry.id.resource_group()),
        Place::ResourceGroup(..) => entry.id.name().to_owned(),
    }
}

/// A reading of what the list does not show whole; none of a registry that has gone meanwhile, or turns out not to be Premium.
async fn alone(clients: &Clients, call: &Call, entry: &ListedRegistry) -> Result<Option<Registry>, Diagnostic> {
    match clients.arm.registry(&entry.id, call).await {
        Ok(found) => Ok(found.filter(|registry| registry.sku().is_none() || registry.is_premium())),
        Err(error) => {
            let said = report(Doing::Reading, entry.id.as_str(), &error);
            Err(Diagnostic {
                severity: Severity::Warning,
                detail: format!("It is left out of the list.\n\n{}", said.detail),
                ..said
            })
        }
    }
}
