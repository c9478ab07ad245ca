//! The question to a registry whether it lets this machine in: what the data source, the action and the ephemeral resource that ask it share.
//!
//! From their models come the arguments; [`azure::registry_access`](crate::azure::registry_access) asks, and `words` tells what is to be said when
//! the answer is none, or not the one that was waited for.

mod words;

#[cfg(test)]
mod tests;

use std::str::FromStr;
use std::time::Duration;

pub(crate) use self::words::{detail, not_reached, span, still_blocks, summary, unclear};
use super::Clients;
use super::asked::{found_while, id, wrong};
use super::report::Doing;
use crate::azure::call::Call;
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::azure::registry_access::{LoginServer, LoginServerError};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::timeouts;
use crate::terraform::schema::{Attribute, Check};
use crate::terraform::value::{Path, Tf};

/// How long a wait may take when configuration does not say.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Exactly one of the two arguments is to name the registry.
pub(crate) fn named_once(registry_id: &Tf<String>, login_server: &Tf<String>) -> Diagnostics {
    let both = !registry_id.is_null() && !login_server.is_null();
    // What is unknown may still turn out to be null.
    let both = both && !registry_id.is_unknown() && !login_server.is_unknown();
    let neither = registry_id.is_null() && login_server.is_null();
    let found = |summary, attribute| {
        let detail = "Set exactly one of registry_id and login_server: the first is looked up in Azure, the second is asked as it is.";
        Diagnostic::error(summary, detail).at(Path::attribute(attribute))
    };
    let both = both.then(|| found("Both registry_id and login_server are set", "login_server"));
    let neither = neither.then(|| found("Neither registry_id nor login_server is set", "registry_id"));
    both.into_iter().chain(neither).collect()
}

/// The registry to ask, and the argument that names it. `doing` is how a registry that is not there is told.
pub(crate) async fn server(
    clients: &Clients,
    call: &Call,
    doing: Doing,
    registry_id: &Tf<String>,
    login_server: &Tf<String>,
) -> Result<(LoginServer, &'static str), Diagnostics> {
    if let Some(server) = login_server.known() {
        return Ok((parsed(server, "login_server")?, "login_server"));
    }
    let attribute = "registry_id";
    let registry: RegistryId = id(registry_id, attribute)?;
    let reading = clients.arm.recent_registry(&registry, call).await;
    let found = found_while(doing, registry.as_str(), attribute, reading)?;
    Ok((server_of(&registry, &found, "try again later, or set login_server")?, attribute))
}

/// The login server of a registry that `registry_id` names; `advice` is what to do where Azure names none.
pub(crate) fn server_of(id: &RegistryId, registry: &Registry, advice: &str) -> Result<LoginServer, Diagnostics> {
    let attribute = "registry_id";
    let server = registry.login_server().ok_or_else(|| {
        let summary = format!("Azure names no login server for registry {}", id.name());
        let detail = format!("It may still be in the making: {advice}.\n\nObject: {id}");
        Diagnostic::error(summary, detail).at(Path::attribute(attribute))
    })?;
    parsed(server, attribute)
}

fn parsed(server: &str, attribute: &str) -> Result<LoginServer, Diagnostics> {
    LoginServer::from_str(server).map_err(|error: LoginServerError| wrong(&error, attribute).into())
}

/// Whether to wait until access is allowed, or until it is not.
pub(crate) fn wanted(wait_for: &Tf<String>) -> Result<Option<bool>, Diagnostics> {
    match wait_for.known().map(String::as_str) {
        None => Ok(None),
        Some("allowed") => Ok(Some(true)),
        Some("blocked") => Ok(Some(false)),
        Some(other) => {
            Err(wrong(&format!("expected one of \"allowed\", \"blocked\", got \"{other}\""), "wait_for").into())
        }
    }
}

/// How long to wait; `default` when the argument does not say.
pub(crate) fn timeout(timeout: &Tf<String>, default: Duration) -> Result<Duration, Diagnostics> {
    match timeout.known() {
        Some(text) => timeouts::parse(text).map_err(|error| wrong(&error, "timeout").into()),
        None => Ok(default),
    }
}

/// The argument `registry_id`.
pub(crate) fn registry_id() -> Attribute {
    Attribute::string(
        "registry_id",
        "Id of the registry; its login server is read from Azure. Exactly one of `registry_id` and `login_server` is to be set.",
    )
    .check(Check::parses::<RegistryId>())
}

/// The argument `login_server`.
pub(crate) fn login_server() -> Attribute {
    Attribute::string(
        "login_server",
        "Host name of the registry, `myregistry.azurecr.io`, with `:<port>` where it is not 443, without scheme and path. It is asked \
         as it is: no credentials for Azure are needed. Names of this machine (`localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`) are \
         asked over the scheme of the provider's `resource_manager_endpoint`, all others over `https`.",
    )
    .check(Check::parses::<LoginServer>())
}

/// The argument `wait_for`.
pub(crate) fn wait_for(description: &str) -> Attribute {
    Attribute::string("wait_for", description).check(Check::one_of(&["allowed", "blocked"]))
}
