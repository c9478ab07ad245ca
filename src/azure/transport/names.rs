//! From host names to addresses, with the names that never leave the machine kept on it.
//!
//! The connector asks, the system's resolver answers. RFC 6761 takes two names out of its hands: `*.localhost` is this machine (§6.3), and
//! `*.invalid` is nothing (§6.4), whatever a name server says. Of `localhost` itself, what the system says counts as far as it is this machine. That is
//! why plain http to such names is safe.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves the names of hosts and of proxies.
#[derive(Debug)]
pub(super) struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str();
            let addresses: Addrs = match special(name) {
                Some(Special::ThisMachine) => Box::new(loopback().into_iter()),
                Some(Special::Nothing) => {
                    return Err(io::Error::new(io::ErrorKind::NotFound, "names below .invalid do not exist").into());
                }
                // The port is the connector's business.
                Some(Special::Localhost) => Box::new(here(tokio::net::lookup_host((name, 0)).await?)?.into_iter()),
                None => Box::new(tokio::net::lookup_host((name, 0)).await?.collect::<Vec<_>>().into_iter()),
            };
            Ok(addresses)
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Special {
    /// In the system's own file, with the addresses that it has here.
    Localhost,
    ThisMachine,
    Nothing,
}

fn special(name: &str) -> Option<Special> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    match last.to_ascii_lowercase().as_str() {
        "localhost" if name.len() > last.len() => Some(Special::ThisMachine),
        "localhost" => Some(Special::Localhost),
        "invalid" => Some(Special::Nothing),
        _ => None,
    }
}

fn loopback() -> [SocketAddr; 2] {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|address| SocketAddr::new(address, 0))
}

/// Those of the addresses that are this machine.
fn here(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    let here: Vec<_> = addresses.filter(|address| address.ip().is_loopback()).collect();
    let elsewhere = || io::Error::new(io::ErrorKind::NotFound, "localhost is not this machine, says the system");
    if here.is_empty() { Err(elsewhere()) } else { Ok(here) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolved(name: &str) -> Result<Vec<SocketAddr>, String> {
        match Names.resolve(name.parse().unwrap()).await {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[tokio::test]
    async fn every_name_below_localhost_is_this_machine() {
        for name in ["demo1.localhost", "16-17-18-9.from.demo1.LOCALHOST", "demo1.localhost."] {
            let addresses = resolved(name).await.unwrap();
            assert!(addresses.iter().all(|address| address.ip().is_loopback()) && addresses[0].is_ipv4(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_name_below_invalid_is_nothing_without_asking_anyone() {
        assert_eq!(resolved("x.invalid").await, Err("names below .invalid do not exist".to_owned()));
    }

    #[test]
    fn localhost_never_leads_away_from_this_machine() {
        assert_eq!((special("localhost"), special("LOCALHOST.")), (Some(Special::Localhost), Some(Special::Localhost)));
        let [own, away] = ["127.0.0.1:0", "192.0.2.7:0"].map(|address| address.parse::<SocketAddr>().unwrap());
        assert_eq!(here([away, own].into_iter()).unwrap(), [own]);
        assert!(here([away].into_iter()).is_err());
    }

    #[test]
    fn every_other_name_is_the_systems() {
        for name in ["demo1.azurecr.io", "localhost.example", "notlocalhost", "invalid.example"] {
            assert_eq!(special(name), None, "{name}");
        }
    }
}
