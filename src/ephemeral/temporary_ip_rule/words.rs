//! What is said when a registry cannot be opened for this run.

use crate::azure::id::RegistryId;
use crate::azure::registry_access::{Access, AccessError, Failure, LoginServer, NotReached};
use crate::resources::access;
use crate::terraform::diagnostic::Diagnostic;
use crate::terraform::value::Path;

/// What to do where the registry's own word on our address is not to be had.
const GIVE_IT: &str = "Set ip_range to the public IPv4 address that this machine's traffic leaves through.";
/// There is nothing like `wait_for` here, which waits out what passes.
const NO_OTHER_WAY: &str = "";

/// A registry that no rule opens.
pub(super) fn refused_for_good(registry: &RegistryId) -> Diagnostic {
    Diagnostic::error(
        format!("Registry {} cannot be opened by a rule", registry.name()),
        "Its public network access is disabled: only private endpoints reach it, whatever the rules are. Let the job run in a network with a private \
         endpoint, or enable public network access where the registry is managed.",
    )
    .at(Path::attribute("registry_id"))
}

/// A question that showed nothing.
pub(super) fn unclear(server: &LoginServer, error: &AccessError) -> Diagnostic {
    let told = access::detail(error, NO_OTHER_WAY);
    let detail = match &error.failure {
        Failure::Cancelled => told,
        _ => format!("Nothing was opened. {GIVE_IT}\n\n{told}"),
    };
    Diagnostic::error(access::summary(server, error), detail).at(Path::attribute("ip_range"))
}

/// A refusal that names no address which a rule can be for.
pub(super) fn unusable_address(server: &LoginServer, access: &Access) -> Diagnostic {
    let (summary, why) = match access.client_ip {
        Some(address) if address.is_ipv4() => (
            format!("Registry {server} sees this machine come from {address}, which no IP rule lets in"),
            "It is not a public address: the request came through a service endpoint. A virtual network rule for the subnet lets it in \
             (acrnet_registry_virtual_network_rule)."
                .to_owned(),
        ),
        Some(address) => (
            format!("Registry {server} sees this machine come from {address}, which no IP rule lets in"),
            format!("IP rules are IPv4 only, and the request came over IPv6. {GIVE_IT} The connection then has to use IPv4."),
        ),
        None => (format!("Registry {server} does not say from where this machine comes"), format!("Its refusal names no address. {GIVE_IT}")),
    };
    Diagnostic::error(summary, format!("{why}\n\nThe registry said: {}", access.message))
        .at(Path::attribute("ip_range"))
}

/// A wait that did not end as it should. The rule is taken off again.
pub(super) fn not_let_in(server: &LoginServer, range: &str, end: &NotReached) -> Diagnostic {
    let told = |error| access::detail(error, NO_OTHER_WAY);
    let (summary, detail) = match end {
        NotReached::Failed(error @ AccessError { failure: Failure::Cancelled, .. }) => {
            (access::summary(server, error), "The run was interrupted.".to_owned())
        }
        NotReached::Failed(error) => (
            access::summary(server, error),
            format!("Waiting longer is of no use. Set wait_for_access = false to go on without. {}", told(error)),
        ),
        NotReached::TimeOver { last: Err(error), .. } => (
            access::summary(server, error),
            format!("The last question before timeout was over failed. {}", told(error)),
        ),
        NotReached::TimeOver { last: Ok(access), .. } => (
            access::still_blocks(server),
            format!(
                "Rules take some minutes to take effect: raise timeout. If {range} is not the address of this machine, set wait_for_access = \
                 false, or leave ip_range out.\n\nThe registry said: {}",
                access.message
            ),
        ),
    };
    Diagnostic::error(summary, format!("{detail}\n\nThe temporary rule for {range} is taken off again."))
        .at(Path::attribute("wait_for_access"))
}
