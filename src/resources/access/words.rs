//! What is said when access is not what was waited for, or cannot be told.

use std::net::IpAddr;
use std::time::Duration;

use crate::azure::registry_access::{Access, AccessError, Failure, LoginServer, NotReached};
use crate::azure::transport::Obstacle;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};
use crate::terraform::value::Path;

/// A look that showed nothing about access; `attribute` named the registry.
pub(crate) fn unclear(server: &LoginServer, attribute: &str, error: &AccessError) -> Diagnostics {
    Diagnostic::error(summary(server, error), detail(error, OR_WAIT)).at(Path::attribute(attribute)).into()
}

/// A wait that did not end as it should.
pub(crate) fn not_reached(server: &LoginServer, allowed: bool, attribute: &str, end: &NotReached) -> Diagnostics {
    let (last, after) = match end {
        NotReached::Failed(error) => return unclear(server, attribute, error),
        NotReached::TimeOver { last, after } => (last, after),
    };
    let wanted = if allowed { "allowed" } else { "blocked" };
    let in_vain = format!("wait_for = \"{wanted}\" did not come true within {}.", span(*after));
    let (summary, rest) = match last {
        Ok(access) if access.allowed => (format!("Registry {server} still lets this machine in"), LETS_IN.to_owned()),
        Ok(access) => (still_blocks(server), blocks(access)),
        Err(error) => (summary(server, error), format!("The last question failed. {}", detail(error, OR_WAIT))),
    };
    Diagnostic::error(summary, format!("{in_vain} {rest}")).at(Path::attribute("wait_for")).into()
}

/// What a wait that was in vain has seen last.
pub(crate) fn still_blocks(server: &LoginServer) -> String {
    format!("Registry {server} still blocks this machine")
}

/// What to do, where there is that argument, about what passes by itself.
const OR_WAIT: &str = ", or set wait_for, which waits that out";

const LETS_IN: &str = "\
Look whether the registry's default action is Deny, and whether one of its rules, or a private endpoint, lets this machine in. Rules take \
some minutes to take effect: raise timeout if they are new.";

fn blocks(access: &Access) -> String {
    let saw = match access.client_ip {
        Some(address) if is_private(address) => format!(
            "It saw {address}, a private address: the request came through a service endpoint. Look whether a virtual network rule names its \
             subnet; IP rules do not count there."
        ),
        Some(address) => format!(
            "It saw {address}. Look whether an IP rule covers that address, or, for a subnet with the service endpoint, whether the endpoint is \
             there: then the address would be a private one."
        ),
        None => "It does not name the address that it saw. Look whether a rule covers the address from which this machine goes out.".to_owned(),
    };
    format!(
        "{saw} With public network access disabled, no rule lets anyone in. Rules take some minutes to take effect: raise timeout if they are \
         new.\n\nThe registry said: {}",
        access.message
    )
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// What failed, in one line.
pub(crate) fn summary(server: &LoginServer, error: &AccessError) -> String {
    let proxy = error.proxy.as_deref().unwrap_or("in between");
    match &error.failure {
        Failure::Cancelled => format!("The question to registry {server} was interrupted"),
        Failure::NoRegistry { .. } => format!("What answered for {server} did not say whether it lets this machine in"),
        Failure::NoAnswer { obstacle, .. } => match obstacle {
            Obstacle::Setup => format!("Registry {server} cannot be asked from here"),
            Obstacle::Name => format!("The name {server} could not be resolved"),
            Obstacle::Connection => format!("The connection to registry {server} failed"),
            Obstacle::Timeout => format!("Registry {server} did not answer in time"),
            Obstacle::Handshake => format!("TLS with registry {server} failed"),
            Obstacle::Certificate => format!("The certificate of registry {server} is not trusted"),
            Obstacle::CertificateName => format!("What answered for {server} has the certificate of another host"),
            Obstacle::Proxy => format!("The proxy {proxy} did not lead to registry {server}"),
            Obstacle::ProxyCredentials => format!("The proxy {proxy} asks for credentials"),
        },
    }
}

/// What to do about it, and what happened. `or_wait` goes on after "Try again later", as far as that is advised.
pub(crate) fn detail(error: &AccessError, or_wait: &str) -> String {
    let through =
        error.proxy.as_ref().map(|proxy| format!(" The request went through proxy {proxy}.")).unwrap_or_default();
    format!("{}{through}\n\n{}", remedy(error, or_wait), sentence(&error.to_string()))
}

fn remedy(error: &AccessError, or_wait: &str) -> String {
    let later = |why: &str| format!("{why} Try again later{or_wait}.");
    match &error.failure {
        Failure::Cancelled => "The run was interrupted. Nothing was changed; run again.".to_owned(),
        Failure::NoRegistry { status, .. } if status.as_u16() == 429 => later("It gets too many requests now."),
        Failure::NoRegistry { status, .. } if status.is_server_error() => {
            later("It cannot serve now, or the proxy on the way cannot.")
        }
        Failure::NoRegistry { .. } => {
            "This is not how a registry answers: a proxy's page, the sign-in of a guest network, or another server of that name. Check the \
             login server, HTTPS_PROXY and NO_PROXY. Redirects are not followed."
                .to_owned()
        }
        Failure::NoAnswer { obstacle, .. } => way_round(*obstacle).to_owned(),
    }
}

fn way_round(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Setup => {
            "Nothing was sent. Check SSL_CERT_FILE and SSL_CERT_DIR, HTTPS_PROXY and the provider's endpoint."
        }
        Obstacle::Name => {
            "Check the spelling. A registry with private endpoints needs the private DNS zone privatelink.azurecr.io linked to the network that \
             resolves names here; where only a proxy resolves names outside, set HTTPS_PROXY."
        }
        Obstacle::Connection => {
            "No rule of the registry does that: they show as 403. Check firewalls, network security groups and routes between this machine and \
             the registry, whether its name leads to a private endpoint that this network does not reach, and whether a proxy is needed \
             (HTTPS_PROXY)."
        }
        Obstacle::Timeout => {
            "No rule of the registry does that: they show as 403. A firewall that drops packets, or a name that leads to a private endpoint \
             which this network does not reach, looks like this. Check routes, and whether a proxy is needed (HTTPS_PROXY)."
        }
        Obstacle::Handshake => {
            "What took the connection does not speak TLS as a registry does. Check the port, and whether a firewall on the way cuts connections \
             by name."
        }
        Obstacle::Certificate => {
            "A proxy or firewall that looks into TLS presents certificates of its own: name the file with its root in SSL_CERT_FILE. Access \
             through somebody else's certificate proves nothing, so it is not asked."
        }
        Obstacle::CertificateName => {
            "The name leads to another server. Check the spelling, and the records of private DNS zones; a login server of another cloud ends in \
             azurecr.us or azurecr.cn."
        }
        Obstacle::Proxy => {
            "It could not be reached, or does not let this host through. Check HTTPS_PROXY, allow the host on the proxy, or, where the registry \
             is to be reached directly, add it to NO_PROXY."
        }
        Obstacle::ProxyCredentials => {
            "Put user and password into HTTPS_PROXY (http://user:password@proxy:3128), or add the host to NO_PROXY where it is to be reached \
             directly."
        }
    }
}

/// In whole seconds.
pub(crate) fn span(duration: Duration) -> String {
    humantime::format_duration(Duration::from_secs(duration.as_secs().max(1))).to_string()
}
