//! What a client is made with: settings, and what it takes from the world besides the network. Who sets them is not known here.

use std::time::{Duration, SystemTime};

use crate::azure::api_version::ApiVersion;
use crate::azure::cloud_source::CloudSource;
use crate::azure::coordinator::Coordination;
use crate::azure::retry::Policy;

/// Everything that can be set about a client.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where Resource Manager is; asked for when the first call needs it.
    pub cloud: CloudSource,
    /// The version for registries; it decides whether virtual network rules can be written.
    pub registry_api_version: ApiVersion,
    /// The version for subnets and virtual networks. Not older than what other tools write the same subnets with.
    pub network_api_version: ApiVersion,
    /// The version for the registration of resource providers.
    pub resources_api_version: ApiVersion,
    /// How often, and after which pauses, a request is sent again.
    pub retry: Policy,
    /// How many requests may be under way at once.
    pub max_concurrent_requests: usize,
    /// How long one request may take before it counts as lost. Azure's slowest writes take some ten seconds.
    pub request_timeout: Duration,
    /// The first pause between two looks at an operation, where the service names none; it doubles up to ten times this.
    pub poll_interval: Duration,
    /// Whether many readings of one place become pages of a list.
    pub lists: bool,
    /// How edits of one registry are gathered into one write, and looked after.
    pub coordination: Coordination,
    /// `User-Agent`; what no header can carry is left out.
    pub user_agent: String,
    /// `x-ms-correlation-request-id`, one for the whole process; `None` sends none.
    pub correlation_id: Option<String>,
}

impl Config {
    /// The defaults for a cloud: registries by 2026-03-01-preview, networks by 2025-01-01, 8 retries, 16 requests at once, lists
    /// where many are read.
    #[must_use]
    pub fn new(cloud: impl Into<CloudSource>) -> Self {
        Self {
            cloud: cloud.into(),
            registry_api_version: ApiVersion::REGISTRY,
            network_api_version: ApiVersion::NETWORK,
            resources_api_version: ApiVersion::RESOURCES,
            retry: Policy::default(),
            max_concurrent_requests: 16,
            request_timeout: Duration::from_secs(120),
            poll_interval: Duration::from_secs(1),
            lists: true,
            coordination: Coordination::default(),
            user_agent: "acrnet".to_owned(),
            correlation_id: None,
        }
    }
}

/// What a client takes from the world besides the network. Waits are tokio's, so that tests can pause them.
#[derive(Debug, Clone)]
pub struct Ambient {
    /// The time of day, for a `Retry-After` that is a date.
    pub now: fn() -> SystemTime,
    /// Jitter of waits and ids of requests.
    pub rng: fastrand::Rng,
}

impl Default for Ambient {
    fn default() -> Self {
        Self { now: SystemTime::now, rng: fastrand::Rng::new() }
    }
}
