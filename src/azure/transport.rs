//! The seam: one request out, one answer in. Everything above it is tested with a scripted one, nothing above it is mocked.
//!
//! Requests come complete and signed from the client; answers go back with their whole body. What an answer means is not known here.

mod failure;
mod https;
mod names;

use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response, Uri};

pub use https::{HttpsTransport, TransportOptions};

/// Sends a request and gathers its answer, whatever the status.
pub trait Transport: Send + Sync + 'static {
    /// Sends once. Redirects are answers, not followed. Dropping the future gives the request up.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>>;

    /// The proxy through which a request to `uri` goes, as a URL without user and password; `None` for none.
    fn proxy(&self, _uri: &Uri) -> Option<String> {
        None
    }
}

/// No answer, or not all of it; the variant says whether the request may have been carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It never left: name resolution, connection or handshake failed.
    #[error("{reason}")]
    NotSent {
        /// What was in the way.
        obstacle: Obstacle,
        /// What failed, with the causes below it.
        reason: String,
    },
    /// It did not leave, and will not by this way: no trust in the server's certificate, no trusted roots, a proxy that is none.
    #[error("{reason}")]
    Unusable {
        /// What was in the way.
        obstacle: Obstacle,
        /// What is wrong, with the causes below it.
        reason: String,
    },
    /// It left, or may have: the connection broke, the answer was cut off or did not come in time.
    #[error("{reason}")]
    MaybeSent {
        /// What failed, with the causes below it.
        reason: String,
    },
}

/// What kept a request from leaving: each has a remedy of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// What is needed to send anything is missing or unusable on this machine, such as trusted roots.
    Setup,
    /// The name of the host has no address.
    Name,
    /// No connection: refused, reset, no route.
    Connection,
    /// No connection in time.
    Timeout,
    /// TLS failed, and not because of the certificate.
    Handshake,
    /// The certificate is not trusted: its issuer, its dates, its form.
    Certificate,
    /// The certificate is of another host.
    CertificateName,
    /// The proxy could not be reached, or does not lead to the host.
    Proxy,
    /// The proxy asks who we are.
    ProxyCredentials,
}
