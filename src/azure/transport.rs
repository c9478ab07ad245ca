//! The seam: one request out, one answer in. Everything above it is tested with a scripted one, nothing above it is mocked.
//!
//! Requests come complete and signed from the client; answers go back with their whole body. What an answer means is not known here.

mod https;

use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};

pub use https::{HttpsTransport, TransportOptions};

/// Sends a request and gathers its answer, whatever the status.
pub trait Transport: Send + Sync + 'static {
    /// Sends once. Redirects are answers, not followed. Dropping the future gives the request up.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>>;
}

/// No answer, or not all of it; the variant says whether the request may have been carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It never left: name resolution, connection or handshake failed.
    #[error("{reason}")]
    NotSent {
        /// What failed, with the causes below it.
        reason: String,
    },
    /// It did not leave, and will not by this way: no trust in the server's certificate, no trusted roots, a proxy that is none.
    #[error("{reason}")]
    Unusable {
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
