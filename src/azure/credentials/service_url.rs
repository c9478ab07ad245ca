//! Where a service that knows who we are may be: its URL comes from the user or from the platform, and secrets travel there and back.

use std::net::IpAddr;

use url::{Host, Url};

use crate::azure::cloud::is_loopback;

/// The URL of a service on the network: https, or plain http to this very machine.
///
/// # Errors
///
/// When the text is no URL, names a user, or is plain http to another machine.
pub fn service_url(text: &str) -> Result<Url, ServiceUrlError> {
    parse(text, is_loopback)
}

/// The URL of the service that gives a machine its identity. Azure puts it at link-local or private addresses and has it speak plain http.
///
/// # Errors
///
/// When the text is no URL, names a user, or is plain http to a name or a public address.
pub fn machine_service_url(text: &str) -> Result<Url, ServiceUrlError> {
    parse(text, |url| is_loopback(url) || is_near(url))
}

/// What is wrong with the URL of a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceUrlError {
    /// The text cannot be such a URL.
    #[error("it is not the URL of a service: {0}")]
    NotAUrl(String),
    /// Secrets would cross a network that others can read.
    #[error("it is plain http to {0}, and tokens would travel unencrypted")]
    PlainHttp(String),
}

fn parse(text: &str, may_be_plain: impl Fn(&Url) -> bool) -> Result<Url, ServiceUrlError> {
    let refused = |reason: &str| ServiceUrlError::NotAUrl(reason.to_owned());
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it names a user"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if may_be_plain(&url) => Ok(url),
        "http" => Err(ServiceUrlError::PlainHttp(url.host_str().unwrap_or_default().to_owned())),
        _ => Err(refused("it begins neither with https:// nor with http://")),
    }
}

/// Link-local or private (RFC 3927, RFC 1918, RFC 4193), and written as an address: a name could mean any.
fn is_near(url: &Url) -> bool {
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        Some(Host::Domain(_)) | None => return false,
    };
    match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_private(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_an_assertion_is_reached_encrypted_or_on_this_machine() {
        for good in ["https://vstoken.example/a?b=c", "http://127.0.0.1:8080/a?b=c", "http://localhost/a"] {
            assert!(service_url(good).is_ok(), "{good}");
        }
        for bad in ["", "vstoken", "http://169.254.169.254/", "http://token.example/", "ftp://a/", "https://u:p@a/"] {
            assert!(service_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_identity_of_a_machine_may_come_from_an_address_nearby() {
        for good in
            ["http://169.254.169.254/metadata", "http://172.16.0.4:8081/msi/token", "http://localhost:42356/msi"]
        {
            assert!(machine_service_url(good).is_ok(), "{good}");
        }
        for bad in ["http://8.8.8.8/token", "http://imds.example/token"] {
            assert!(matches!(machine_service_url(bad), Err(ServiceUrlError::PlainHttp(_))), "{bad}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let error = service_url("https://user:pl4nted@host/").unwrap_err().to_string();
        assert!(!error.contains("pl4nted"), "{error}");
    }
}
