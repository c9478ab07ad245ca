//! Which cloud: known at once, or asked of its metadata host when it is first needed.
//!
//! What the user names comes in; the client and the credentials ask for the [`Cloud`] before each use and are given the same one. The host is asked
//! once, without a token, by Azure's own metadata document (`/metadata/endpoints`, as azurerm's `metadata_host`). What a cloud is for is not known here.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use crate::azure::answer::Answer;
use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::cloud::{self, Cloud, CloudError, CloudName, Endpoints};
use crate::azure::credentials::Exchange;
use crate::azure::error::{ArmError, Effect, ErrorKind};

/// The version of the metadata that is one object for one cloud.
const API_VERSION: &str = "2022-09-01";
/// How long a failure answers for all who wait.
const ECHO: Duration = Duration::from_secs(5);

/// The host that knows a cloud's endpoints: a name with or without port, or a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataHost {
    text: String,
    url: Url,
}

impl FromStr for MetadataHost {
    type Err = CloudError;

    /// A name means https; plain http is for loopback only, as credentials go to whatever the host answers.
    fn from_str(text: &str) -> Result<Self, CloudError> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = cloud::endpoint("metadata_host", &whole)?;
        Ok(Self { text: text.to_owned(), url })
    }
}

/// A cloud, at once or when it is first needed. Clones share the answer.
#[derive(Clone, Debug)]
pub struct CloudSource(Source);

#[derive(Clone, Debug)]
enum Source {
    Known(Arc<Cloud>),
    Host(Arc<Asking>),
}

struct Asking {
    host: MetadataHost,
    name: CloudName,
    endpoints: Endpoints,
    exchange: Exchange,
    found: OnceCell<Cloud>,
    failure: Mutex<Option<(Instant, MetadataError)>>,
}

impl From<Cloud> for CloudSource {
    fn from(cloud: Cloud) -> Self {
        Self(Source::Known(Arc::new(cloud)))
    }
}

impl CloudSource {
    /// The cloud that `host` describes; what `endpoints` sets wins over its answer. Nothing is asked yet.
    #[must_use]
    pub fn asking(host: MetadataHost, name: CloudName, endpoints: Endpoints, exchange: Exchange) -> Self {
        let (found, failure) = (OnceCell::new(), Mutex::default());
        Self(Source::Host(Arc::new(Asking { host, name, endpoints, exchange, found, failure })))
    }

    /// Which cloud this is, or is derived from.
    #[must_use]
    pub fn name(&self) -> CloudName {
        match &self.0 {
            Source::Known(cloud) => cloud.name(),
            Source::Host(asking) => asking.name,
        }
    }

    /// The cloud, as far as it is known without asking.
    #[must_use]
    pub fn known(&self) -> Option<&Cloud> {
        match &self.0 {
            Source::Known(cloud) => Some(cloud),
            Source::Host(asking) => asking.found.get(),
        }
    }

    /// The cloud. One asks, the others wait for what it hears.
    ///
    /// # Errors
    ///
    /// When its host does not answer, or with something that is no cloud. A failure answers for some seconds; then the host is asked again.
    pub async fn cloud(&self) -> Result<&Cloud, MetadataError> {
        match &self.0 {
            Source::Known(cloud) => Ok(cloud),
            Source::Host(asking) => asking.found.get_or_try_init(|| asking.ask()).await,
        }
    }
}

/// The metadata host gave no cloud.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// There was no answer.
    #[error(
        "metadata host {host:?} (metadata_host, ARM_METADATA_HOSTNAME) could not be asked for the cloud's endpoints: {reason}"
    )]
    NoAnswer {
        /// The host as the user wrote it.
        host: String,
        /// What the connection said.
        reason: String,
    },
    /// The answer is no cloud's metadata.
    #[error("metadata host {host:?} (metadata_host, ARM_METADATA_HOSTNAME) does not describe a cloud: {reason}")]
    NoCloud {
        /// The host as the user wrote it.
        host: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl ArmClient {
    /// Where Resource Manager is.
    pub(super) async fn resource_manager(&self, call: &Call) -> Result<&Url, ArmError> {
        let cloud = &self.config().cloud;
        if let Some(cloud) = cloud.known() {
            return Ok(cloud.resource_manager());
        }
        let story = self.story(&cloud.request());
        let what = "the metadata host was asked for the cloud's endpoints";
        let found = call.bound(cloud.cloud()).await;
        let found = found.map_err(|why| ArmError::stopped(&story, why, Effect::None, what))?;
        found.map(Cloud::resource_manager).map_err(|error| {
            let kind = match error {
                MetadataError::NoAnswer { .. } => ErrorKind::Transport,
                MetadataError::NoCloud { .. } => ErrorKind::Malformed,
            };
            ArmError::of(&story, kind, Effect::None, error.to_string())
        })
    }
}

impl CloudSource {
    /// What is asked; of a cloud that is known, what could be.
    fn request(&self) -> Request<Bytes> {
        let base = match &self.0 {
            Source::Known(cloud) => cloud.resource_manager(),
            Source::Host(asking) => &asking.host.url,
        };
        let url = format!("{}/metadata/endpoints?api-version={API_VERSION}", base.as_str().trim_end_matches('/'));
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url.parse().expect("invariant: a checked endpoint and a constant path are a URI");
        request
    }
}

impl Asking {
    async fn ask(self: &Arc<Self>) -> Result<Cloud, MetadataError> {
        if let Some(failure) = self.recent_failure() {
            return Err(failure);
        }
        let host = self.host.text.clone();
        let request = CloudSource(Source::Host(Arc::clone(self))).request();
        let found = match self.exchange.ask(request, None).await {
            Ok(answer) => self.read(&answer).map_err(|reason| MetadataError::NoCloud { host, reason }),
            Err(reason) => Err(MetadataError::NoAnswer { host, reason }),
        };
        if let Err(error) = &found {
            *self.failure() = Some((Instant::now(), error.clone()));
        }
        found
    }

    /// `{"resourceManager","authentication":{"loginEndpoint","audiences"}}`, under what the user has set.
    fn read(&self, answer: &Answer) -> Result<Cloud, String> {
        let document = answer.json.as_ref().filter(|document| answer.status.is_success() && document.is_object());
        let Some(document) = document else {
            return Err(format!("{}: {}", answer.status.as_u16(), answer.describe()));
        };
        let set = self.endpoints.clone();
        let text = |pointer: &str| match document.pointer(pointer).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(format!("its answer lacks {}", pointer[1..].replace('/', "."))),
        };
        let manager = set.resource_manager_endpoint.clone().map_or_else(|| text("/resourceManager"), Ok)?;
        let authority =
            set.active_directory_authority_host.map_or_else(|| text("/authentication/loginEndpoint"), Ok)?;
        // A resource manager that the user names is its own audience, as without a metadata host.
        let named = set.resource_manager_endpoint.is_some();
        let described = || if named { None } else { audience(document, &manager) };
        let endpoints = Endpoints {
            resource_manager_audience: set.resource_manager_audience.or_else(described),
            resource_manager_endpoint: Some(manager),
            active_directory_authority_host: Some(authority),
        };
        Cloud::new(self.name, &endpoints).map_err(|error| format!("its answer is not usable: {error}"))
    }

    fn recent_failure(&self) -> Option<MetadataError> {
        self.failure().as_ref().filter(|(then, _)| then.elapsed() < ECHO).map(|(_, error)| error.clone())
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<(Instant, MetadataError)>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For whom tokens are: the resource manager itself where the cloud accepts that, as azurerm has it; otherwise (Azure Stack) the first audience.
fn audience(document: &Value, manager: &str) -> Option<String> {
    let listed = document.pointer("/authentication/audiences").and_then(Value::as_array)?;
    let mut texts = listed.iter().filter_map(Value::as_str).filter(|text| !text.is_empty());
    let same = |text: &&str| text.trim_end_matches('/').eq_ignore_ascii_case(manager.trim_end_matches('/'));
    texts.clone().find(same).or_else(|| texts.next()).map(str::to_owned)
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("host", &self.host.text).field("found", &self.found).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
