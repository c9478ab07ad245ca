//! `acrnet_verify_registry_access`: the run fails unless a registry lets in, or keeps out, the machine where Terraform runs.

mod telling;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::telling::Telling;
use crate::azure::id::RegistryId;
use crate::azure::registry_access::{Access, LoginServer, NotReached, Waiting};
use crate::resources::access::{self, not_reached};
use crate::resources::asked::registry_in_plan;
use crate::resources::report::Doing;
use crate::resources::{Clients, call};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::{Action, Context, Progress, timeouts};
use crate::terraform::schema::{Attribute, Schema};
use crate::terraform::value::Tf;

const DESCRIPTION: &str = "\
Asks a registry, from where Terraform runs, whether its network rules let this machine in, until they do, and fails the run if they do not in time: \
`GET https://<login server>/v2/`, without signing in. `401` with the registry's challenge means that it is reachable, `403` that it is blocked. \
Triggered by a change of the rules, it fails the run if the change does not take effect in time. Before Terraform 1.16 the rest of the run does not \
wait for it: let what needs the registry in the same run depend on the data source `acrnet_registry_access` instead. Needs Terraform 1.14, for \
triggers 1.14.1.\n\n\
While it waits it says what it saw, at least every ten seconds or so. Failures that pass are waited out: DNS, connection, `429` and `5xx`.\n\n\
-> `/v2/` shows the way to the registry itself. Layers of images come from data endpoints, which a firewall may block all the same.\n\n\
-> The data source `acrnet_registry_access` asks the same and returns the answer; it can be used in `check` blocks and with older versions of \
Terraform.";

/// The action type.
#[derive(Debug)]
pub struct VerifyRegistryAccess;

/// One field per argument; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    registry_id: Tf<String>,
    login_server: Tf<String>,
    wait_for: Tf<String>,
    timeout: Tf<String>,
}

impl Action for VerifyRegistryAccess {
    const NAME: &'static str = "acrnet_verify_registry_access";
    const TIMEOUT: Duration = access::TIMEOUT;
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new(DESCRIPTION)
            .attribute(access::registry_id())
            .attribute(access::login_server())
            .attribute(access::wait_for(
                "`allowed` or `blocked`: the answer that the run needs. The question is repeated, every 2 to 15 seconds, until this is the \
                 answer. Defaults to `allowed`.",
            ))
            .attribute(
                Attribute::string(
                    "timeout",
                    "How long to wait for `wait_for`, as a duration such as `90s` or `10m`; rules take from seconds to a few minutes to take \
                     effect. Defaults to `5m`.",
                )
                .check(timeouts::duration()),
            )
    }

    fn validate(config: &Model) -> Diagnostics {
        access::named_once(&config.registry_id, &config.login_server)
    }

    /// Only whether there is such a registry: its answer may change until the action runs.
    async fn plan(clients: Option<&Clients>, context: &mut Context, config: &Model) {
        let id = config.registry_id.known().and_then(|id| id.parse::<RegistryId>().ok());
        let Some((clients, id)) = clients.zip(id) else { return };
        if let Err(missing) = registry_in_plan(clients, context, &id).await {
            context.diagnostics.extend(missing);
        }
    }

    async fn invoke(
        clients: &Clients,
        context: &mut Context,
        progress: &Progress,
        config: Model,
    ) -> Result<(), Diagnostics> {
        let wanted = access::wanted(&config.wait_for)?.unwrap_or(true);
        let timeout = access::timeout(&config.timeout, access::TIMEOUT)?;
        let (server, attribute) =
            access::server(clients, &call(context), Doing::Reading, &config.registry_id, &config.login_server).await?;
        let mut telling = Telling::new(&server, wanted);
        progress.say(telling.beginning(timeout));
        match wait(clients, context, progress, (&server, wanted), &mut telling).await {
            Some(Ok(access)) => {
                progress.say(telling.end(&access));
                Ok(())
            }
            Some(Err(end)) => Err(not_reached(&server, wanted, attribute, &end)),
            // Nobody is there any more to be told, and nothing was written.
            None => Ok(()),
        }
    }
}

/// The answer that was waited for; `None` once the host has hung up.
async fn wait(
    clients: &Clients,
    context: &Context,
    progress: &Progress,
    (server, wanted): (&LoginServer, bool),
    telling: &mut Telling,
) -> Option<Result<Access, NotReached>> {
    let bounds = call(context);
    let tell = |waiting: Waiting<'_>| {
        if let Some(message) = telling.of(&waiting) {
            progress.say(message);
        }
    };
    tokio::select! {
        end = clients.probe.wait_telling(server, wanted, &bounds, tell) => Some(end),
        () = progress.abandoned() => {
            tracing::debug!(%server, "nobody waits for access any more");
            None
        }
    }
}
