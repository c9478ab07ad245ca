//! What a caller of the library or the command line is told; clients of the simulated ARM get HTTP answers instead.

use std::net::SocketAddr;

/// What can go wrong around a simulator; what goes wrong inside is an HTTP answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// It has no access control, so it stays on this machine.
    #[error("{0} is not a loopback address, and the simulator must not be reachable from elsewhere")]
    NotLoopback(SocketAddr),
    /// The address cannot be had, or the thread not started.
    #[error("cannot serve")]
    Io(#[from] std::io::Error),
    /// The certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Tls(String),
    /// A seed's element has no sensible form.
    #[error("the seed's {element} {reason}")]
    Seed {
        /// E.g. `registries[2]`.
        element: String,
        /// Why.
        reason: String,
    },
    /// An edit of something that is not there.
    #[error("there is no resource {0}")]
    NoSuchResource(String),
    /// A setting that makes no sense.
    #[error("{0}")]
    Settings(String),
    /// A control request that cannot be read.
    #[error("cannot read the request: {0}")]
    Request(String),
}
