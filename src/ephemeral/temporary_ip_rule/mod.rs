//! `acrnet_temporary_ip_rule`: a registry is open for one address or range for the length of a run.
//!
//! Left to itself it asks the registry from where the request comes: a refusal names the address. What is put on the registry, looked after and
//! taken off again is a [`TemporaryRule`]; here is when, and what is said.

mod schema;
mod words;

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use self::words::{not_let_in, refused_for_good, unclear, unusable_address};
use crate::azure::call::Call;
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::azure::registry_access::{Access, LoginServer};
use crate::resources::access::{self, server_of};
use crate::resources::asked::{found_while, id};
use crate::resources::report::Doing;
use crate::resources::temporary::TemporaryRule;
use crate::resources::{Clients, call};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::{Context, Ephemeral, Open};
use crate::terraform::schema::Schema;
use crate::terraform::value::Tf;

const REGISTRY_ID: &str = "registry_id";
/// How long opening may take, waiting included, when configuration does not say.
const TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// How often it is looked whether the rule is still there. Somebody else's rule for the same address may go at any time.
const RENEWAL: Duration = Duration::from_secs(4 * 60);
/// The same where nothing had to be opened: a rule that went just before the run lets in for some minutes more.
const SOON: Duration = Duration::from_secs(60);

/// The ephemeral resource type.
#[derive(Debug)]
pub struct TemporaryIpRule;

/// One field per attribute; see the schema for their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    registry_id: Tf<String>,
    ip_range: Tf<String>,
    wait_for_access: Tf<bool>,
    timeout: Tf<String>,
    login_server: Tf<String>,
    already_open: Tf<bool>,
}

/// What renewals and the close know of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    registry: String,
    login_server: String,
    /// The range that is let in; none while the registry lets this machine in anyway.
    ip_range: Option<String>,
}

impl Ephemeral for TemporaryIpRule {
    const NAME: &'static str = "acrnet_temporary_ip_rule";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        schema::schema()
    }

    fn validate(config: &Model) -> Diagnostics {
        config.ip_range.known().map(|range| TemporaryRule::check(range)).unwrap_or_default()
    }

    async fn open(clients: &Clients, context: &mut Context, config: Model) -> Result<Open<Model>, Diagnostics> {
        let found = Self::validate(&config);
        if found.has_error() {
            return Err(found);
        }
        let timeout = access::timeout(&config.timeout, TIMEOUT)?;
        let bounds = Call { cancel: context.stop.clone(), ..Call::within(timeout) };
        let registry: RegistryId = id(&config.registry_id, REGISTRY_ID)?;
        let reading = clients.arm.recent_registry(&registry, &bounds).await;
        let seen = found_while(Doing::Reading, registry.as_str(), REGISTRY_ID, reading)?;
        let server = server_of(&registry, &seen, "try again later")?;
        let range = match config.ip_range.known() {
            Some(range) => Some(range.clone()),
            None => discovered(clients, &bounds, &server, (&registry, &seen)).await?,
        };
        let memory = Memory { registry: registry.to_string(), login_server: server.to_string(), ip_range: range };
        let opened = |existed| Model {
            ip_range: Tf::from_option(memory.ip_range.clone()),
            login_server: Tf::Known(server.to_string()),
            already_open: Tf::Known(existed),
            ..config.clone()
        };
        memory.keep(context);
        let Some(rule) = memory.rule() else {
            return Ok(Open { result: opened(true), renew_at: Some(clients.arm.now() + SOON) });
        };
        if config.waits() && seen.public_network_access_enabled() == Some(false) {
            return Err(refused_for_good(&registry).into());
        }
        rule.hold(clients);
        // From here on there is something to close.
        context.note_reached(&opened(false));
        let placed = rule.place(clients, &bounds).await?;
        context.diagnostics.extend(placed.warnings);
        if config.waits() {
            let let_in = clients.probe.wait(&server, true, &bounds).await;
            let_in.map_err(|end| not_let_in(&server, memory.ip_range.as_deref().unwrap_or_default(), &end))?;
        }
        Ok(Open { result: opened(placed.existed), renew_at: Some(clients.arm.now() + RENEWAL) })
    }

    async fn renew(clients: &Clients, context: &mut Context) -> Result<Option<SystemTime>, Diagnostics> {
        let Some(mut memory) = Memory::of(context) else { return Ok(None) };
        let bounds = call(context);
        if memory.ip_range.is_none() {
            memory.ip_range = blocked_by_now(clients, &bounds, &memory).await;
            let Some(rule) = memory.rule() else { return Ok(Some(clients.arm.now() + SOON)) };
            rule.hold(clients);
            memory.keep(context);
        }
        let Some(rule) = memory.rule() else { return Ok(None) };
        if let Err(found) = rule.place(clients, &bounds).await {
            // Terraform shows nothing of a renewal, and makes no other one after an error.
            tracing::warn!(
                registry = memory.registry,
                summary = found.summary,
                detail = found.detail,
                "a temporary rule may be gone"
            );
            return Ok(Some(clients.arm.now() + SOON));
        }
        Ok(Some(clients.arm.now() + RENEWAL))
    }

    async fn close(clients: &Clients, context: &mut Context) -> Result<(), Diagnostics> {
        match Memory::of(context).and_then(|memory| memory.rule()) {
            Some(rule) => rule.close(clients, &call(context)).await.map_err(Into::into),
            None => Ok(()),
        }
    }
}

impl Model {
    /// An address that the registry has named is this machine's: it is of no use before it is let in. A range of the user's may be for others.
    fn waits(&self) -> bool {
        self.wait_for_access.known().copied().unwrap_or(self.ip_range.is_null())
    }
}

impl Memory {
    const KEY: &'static str = "opened";

    fn of(context: &Context) -> Option<Self> {
        context.private.read(Self::KEY)
    }

    fn keep(&self, context: &mut Context) {
        context.private.keep(Self::KEY, self);
    }

    fn rule(&self) -> Option<TemporaryRule> {
        Some(TemporaryRule::new(self.registry.parse().ok()?, self.ip_range.as_deref()?))
    }
}

/// The address that the registry sees us come from; nothing where it lets us in.
async fn discovered(
    clients: &Clients,
    bounds: &Call,
    server: &LoginServer,
    (id, registry): (&RegistryId, &Registry),
) -> Result<Option<String>, Diagnostics> {
    let access = clients.probe.look(server, bounds).await.map_err(|error| unclear(server, &error))?;
    if access.allowed {
        return Ok(None);
    }
    if registry.public_network_access_enabled() == Some(false) {
        return Err(refused_for_good(id).into());
    }
    usable(&access).map(Some).ok_or_else(|| unusable_address(server, &access).into())
}

/// The address of a refusal, if a rule can be for it.
fn usable(access: &Access) -> Option<String> {
    let address = access.client_ip?.to_string();
    (!TemporaryRule::check(&address).has_error()).then_some(address)
}

/// The address that is to be let in after all. What cannot be told now is asked again soon.
async fn blocked_by_now(clients: &Clients, bounds: &Call, memory: &Memory) -> Option<String> {
    let server: LoginServer = memory.login_server.parse().ok()?;
    let access = clients.probe.look(&server, bounds).await.ok()?;
    usable(&access).filter(|_| !access.allowed)
}
