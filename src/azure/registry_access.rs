//! Whether a registry lets this machine in, asked of the registry itself.
//!
//! From those who prove access come a login server and how long to wait; back goes what the registry said, or why nothing can be said. `GET /v2/`
//! goes out without a token, past Resource Manager, on a connection of its own each time: rules and routes change while we wait. What a verdict
//! means to anyone is not known here.

mod login_server;
mod verdict;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderValue, USER_AGENT};
use http::{Request, StatusCode, Uri};
use tokio::time::Instant;

use crate::azure::answer::Answer;
use crate::azure::call::{Call, Stopped};
use crate::azure::client::header_value;
use crate::azure::cloud_source::CloudSource;
use crate::azure::transport::{Obstacle, Transport, TransportError};

pub use login_server::{LoginServer, LoginServerError};
pub use verdict::Access;

/// How long one look may take, the connection included.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pauses between looks grow from the first to the longest: rules take from seconds to a few minutes to count.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Asks registries for access. Cloning is cheap.
#[derive(Clone)]
pub struct RegistryProbe {
    transport: Arc<dyn Transport>,
    cloud: CloudSource,
    user_agent: String,
}

impl RegistryProbe {
    /// Over this transport, which should keep no connections. The cloud says how names of this machine are asked: over the scheme of its Resource
    /// Manager; plain http goes nowhere else.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, cloud: CloudSource, user_agent: String) -> Self {
        Self { transport, cloud, user_agent }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// When no answer came within 10 seconds, or one that is not a registry's word on access.
    pub async fn look(&self, server: &LoginServer, call: &Call) -> Result<Access, AccessError> {
        let request = self.request(server);
        let (uri, proxy) = (request.uri().clone(), self.transport.proxy(request.uri()));
        let failed = |failure| AccessError { url: uri.to_string(), proxy: proxy.clone(), failure };
        let bounds = Call { cancel: call.cancel.clone(), ..Call::within(PATIENCE) };
        let result = match bounds.bound(self.transport.send(request)).await {
            Ok(result) => result,
            Err(Stopped::Cancelled) => return Err(failed(Failure::Cancelled)),
            Err(Stopped::Deadline) => {
                let reason = format!("no answer within {} s", PATIENCE.as_secs());
                return Err(failed(Failure::NoAnswer { obstacle: Obstacle::Timeout, reason }));
            }
        };
        let answer = Answer::new(result.map_err(|error| failed(Failure::from(error)))?);
        let verdict = verdict::read(&answer);
        tracing::debug!(target: "acrnet::azure", %uri, status = answer.status.as_u16(), ?verdict, "access");
        verdict.map_err(|what| failed(Failure::NoRegistry { status: answer.status, what }))
    }

    /// Looks until access is as `wanted` (allowed, or not), with growing pauses, at least once, and a last time when the call's time is over.
    /// Failures that may pass are waited out.
    ///
    /// # Errors
    ///
    /// When the time is over, the call was cancelled, or waiting is of no use.
    pub async fn wait(&self, server: &LoginServer, wanted: bool, call: &Call) -> Result<Access, NotReached> {
        self.wait_telling(server, wanted, call, |_| {}).await
    }

    /// The same, and tells what each look showed after which the wait goes on.
    ///
    /// # Errors
    ///
    /// As for [`RegistryProbe::wait`].
    pub async fn wait_telling(
        &self,
        server: &LoginServer,
        wanted: bool,
        call: &Call,
        mut tell: impl FnMut(Waiting<'_>) + Send,
    ) -> Result<Access, NotReached> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let last = self.look(server, call).await;
            match last {
                Ok(access) if access.allowed == wanted => return Ok(access),
                Err(error) if !error.may_pass() => return Err(NotReached::Failed(error)),
                last if call.remaining().is_zero() => {
                    return Err(NotReached::TimeOver { last, after: began.elapsed() });
                }
                last => tell(Waiting { last: &last, elapsed: began.elapsed(), pause: pause.min(call.remaining()) }),
            }
            if call.sleep(pause).await == Err(Stopped::Cancelled) {
                let url = self.request(server).uri().to_string();
                return Err(NotReached::Failed(AccessError { url, proxy: None, failure: Failure::Cancelled }));
            }
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    fn request(&self, server: &LoginServer) -> Request<Bytes> {
        let is_plain = || self.cloud.known().is_some_and(|cloud| cloud.resource_manager().scheme() == "http");
        let scheme = if server.is_here() && is_plain() { "http" } else { "https" };
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri(scheme, server);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(USER_AGENT, header_value(&self.user_agent));
        request
    }
}

fn uri(scheme: &str, server: &LoginServer) -> Uri {
    let url =
        url::Url::parse(&format!("{scheme}://{server}/v2/")).expect("invariant: a checked login server is a host");
    url.as_str().parse().expect("invariant: a URL that is percent-encoded is a URI")
}

impl fmt::Debug for RegistryProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryProbe").field("cloud", &self.cloud).finish_non_exhaustive()
    }
}

/// A look that showed nothing about access.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("GET {url}{}: {failure}", self.way())]
pub struct AccessError {
    /// What was asked.
    pub url: String,
    /// The proxy it went through, without user and password.
    pub proxy: Option<String>,
    /// What happened.
    pub failure: Failure,
}

/// Why a look showed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There was no answer, or not all of it.
    #[error("{reason}")]
    NoAnswer {
        /// What was in the way.
        obstacle: Obstacle,
        /// What failed, with the causes below it.
        reason: String,
    },
    /// Something else than a registry answered, or a registry that could not serve.
    #[error("{what}")]
    NoRegistry {
        /// The answer's status.
        status: StatusCode,
        /// The answer, for a person to recognise.
        what: String,
    },
    /// The call was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl AccessError {
    /// Whether the same may go well a little later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match &self.failure {
            Failure::NoAnswer { obstacle, .. } => match obstacle {
                Obstacle::Name | Obstacle::Connection | Obstacle::Timeout | Obstacle::Handshake | Obstacle::Proxy => {
                    true
                }
                Obstacle::Setup | Obstacle::Certificate | Obstacle::CertificateName | Obstacle::ProxyCredentials => {
                    false
                }
            },
            Failure::NoRegistry { status, .. } => *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
            Failure::Cancelled => false,
        }
    }

    fn way(&self) -> String {
        self.proxy.as_ref().map(|proxy| format!(" through proxy {proxy}")).unwrap_or_default()
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent { obstacle, reason } | TransportError::Unusable { obstacle, reason } => {
                Self::NoAnswer { obstacle, reason }
            }
            TransportError::MaybeSent { reason } => Self::NoAnswer { obstacle: Obstacle::Connection, reason },
        }
    }
}

/// What a wait has come to, while it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'w> {
    /// What the last look showed.
    pub last: &'w Result<Access, AccessError>,
    /// Since the wait began.
    pub elapsed: Duration,
    /// Until the next look.
    pub pause: Duration,
}

/// Access did not become what was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReached {
    /// The time is over, and this is what the last look showed.
    TimeOver {
        /// What is still so.
        last: Result<Access, AccessError>,
        /// How long that took.
        after: Duration,
    },
    /// Waiting longer is of no use, or was cancelled.
    Failed(AccessError),
}

#[cfg(test)]
mod tests;
