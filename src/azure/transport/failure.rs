//! From an error of the HTTP client to ours: whether the request left, and what was in the way.
//!
//! The client wraps what happened in layers; the telling part is innermost. Nothing here decides whether to try again.

use std::error::Error;
use std::fmt::Write;

use rustls::CertificateError;

use crate::azure::transport::{Obstacle, TransportError};

/// A request that could not even be made.
pub(super) fn unusable(error: reqwest::Error) -> TransportError {
    TransportError::Unusable { obstacle: Obstacle::Setup, reason: story("cannot send", &error.without_url()) }
}

/// A request to which no whole answer came.
pub(super) fn unanswered(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if error.is_builder() {
        return unusable(error);
    }
    match obstacle(&error) {
        Some(obstacle @ (Obstacle::Certificate | Obstacle::CertificateName)) => {
            TransportError::Unusable { obstacle, reason: story("cannot connect", &error) }
        }
        Some(obstacle) => TransportError::NotSent { obstacle, reason: story("cannot connect", &error) },
        None => TransportError::MaybeSent { reason: story("the answer did not arrive whole", &error) },
    }
}

/// The error with its causes, outermost first, each once: reqwest keeps the telling part innermost.
pub(super) fn story(opening: &str, error: &dyn Error) -> String {
    let mut text = opening.to_owned();
    let mut next = Some(error);
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            let _ = write!(text, ": {words}");
        }
        next = cause.source();
    }
    text
}

/// What kept a connection from being made; `None` when there was one. A certificate can be refused late, and counts all the same.
fn obstacle(error: &reqwest::Error) -> Option<Obstacle> {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    if let Some(rustls::Error::InvalidCertificate(why)) = tls {
        return Some(match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Obstacle::CertificateName
            }
            _ => Obstacle::Certificate,
        });
    }
    if !error.is_connect() {
        return None;
    }
    Some(match at_proxy(error) {
        Some(obstacle) => obstacle,
        None if tls.is_some() => Obstacle::Handshake,
        None if error.is_dns() => Obstacle::Name,
        None if error.is_timeout() => Obstacle::Timeout,
        None => Obstacle::Connection,
    })
}

/// The connector does not show the type of this error, so it is known by its words; the tests hold them.
fn at_proxy(error: &reqwest::Error) -> Option<Obstacle> {
    let words = causes(error).map(ToString::to_string).find(|words| words.starts_with("tunnel error"))?;
    Some(if words.contains("proxy authorization required") { Obstacle::ProxyCredentials } else { Obstacle::Proxy })
}

/// The error and what is below it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

/// `io::Error` hides what it holds from `source`, so it is opened.
fn below<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source())
}
