//! `acrnet_restore_default_access`: a registry as Azure makes it, without network rules and open to all networks.

mod words;

use serde::{Deserialize, Serialize};

use crate::azure::id::RegistryId;
use crate::resources::Clients;
use crate::resources::asked::{id, registry_in_plan};
use crate::resources::default_access::{Restoration, Taken};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::{Action, Context, Progress, timeouts};
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::Tf;

const DESCRIPTION: &str = "\
Gives a registry its default access back, as the Azure article does by hand: removes all network rules and sets the default action to `Allow`. \
Nothing else of the registry is written. Needs Terraform 1.14.\n\n\
!> It opens the registry to every network, and removes the rules of others too: those of other configurations, of `az` and of the portal. The plan \
warns, with each rule that would go. `keep_rules = true` keeps them, without effect until the default action is `Deny` again: for an emergency, that \
is the way back.\n\n\
-> Resources of a configuration go on wanting what they say: the next plan brings their rules and their default action back. To give a registry up \
for good, destroy its `acrnet_registry_network_rule_set` instead.\n\n\
-> Where public network access is disabled, it stays so: only private endpoints lead to the registry then, whatever its rules are.";

/// The action type.
#[derive(Debug)]
pub struct RestoreDefaultAccess;

/// One field per argument; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    registry_id: Tf<String>,
    keep_rules: Tf<bool>,
    timeout: Tf<String>,
}

impl Action for RestoreDefaultAccess {
    const NAME: &'static str = "acrnet_restore_default_access";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(
                Attribute::string(
                    "registry_id",
                    "Id of the registry, `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`.",
                )
                .required()
                .check(Check::parses::<RegistryId>()),
            )
            .attribute(Attribute::bool(
                "keep_rules",
                "Whether the rules stay and only the default action becomes `Allow`. Rules have no effect then, and count again once it is \
                 `Deny`. Defaults to `false`: all rules go.",
            ))
            .attribute(
                Attribute::string(
                    "timeout",
                    "How long it may take, retries and polling included, as a duration such as `90s` or `10m`. Defaults to `30m`.",
                )
                .check(timeouts::duration()),
            )
    }

    /// Says what would go. A registry whose id is not known yet is made by this run, or read by it: nothing can be said of its rules.
    async fn plan(clients: Option<&Clients>, context: &mut Context, config: &Model) {
        let id = config.registry_id.known().and_then(|id| id.parse::<RegistryId>().ok());
        let Some((clients, registry)) = clients.zip(id) else { return };
        let restoration = Restoration { registry, keep_rules: config.keeps_rules() };
        let present = match registry_in_plan(clients, context, &restoration.registry).await {
            Ok(Some(present)) => present,
            Ok(None) => return,
            Err(missing) => return context.diagnostics.extend(missing),
        };
        let taken = restoration.takes(&present);
        context.diagnostics.extend(words::planned(&restoration, &taken, config.keep_rules.is_unknown()));
        context.diagnostics.extend(words::private(&restoration, &taken));
        let back = restoration.brought_back(clients, &taken);
        context.diagnostics.extend(back.map(|back| words::brought_back(&restoration, &back)));
    }

    async fn invoke(
        clients: &Clients,
        context: &mut Context,
        progress: &Progress,
        config: Model,
    ) -> Result<(), Diagnostics> {
        let restoration =
            Restoration { registry: id(&config.registry_id, "registry_id")?, keep_rules: config.keeps_rules() };
        progress.say(words::looking(&restoration));
        let mut told = None;
        let tell = |taken: &Taken| {
            if !taken.is_nothing() && told.as_ref() != Some(taken) {
                progress.say(words::doing(&restoration, taken));
                told = Some(taken.clone());
            }
        };
        let updated = match restoration.run(clients, context, tell).await {
            Ok(updated) => updated,
            Err(failed) => return Err(words::failed(&restoration, &failed).into()),
        };
        let taken = if updated.wrote { restoration.takes(&updated.before) } else { Taken::default() };
        progress.say(words::done(&restoration, &taken));
        let left = restoration.takes(&updated.after);
        context.diagnostics.extend(words::private(&restoration, &left));
        context.diagnostics.extend(words::unseen(&restoration, &left));
        let back = restoration.brought_back(clients, &taken);
        context.diagnostics.extend(back.map(|back| words::brought_back(&restoration, &back)));
        Ok(())
    }
}

impl Model {
    fn keeps_rules(&self) -> bool {
        self.keep_rules == Tf::Known(true)
    }
}
