//! The switches of a simulator that can be turned while it runs.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What can be changed by `POST /_sim/settings` or [`super::Simulator::settings`]. JSON members are the field names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Entries per page of a list. ARM's own sizes vary by provider; 100 is a usual one.
    pub page_size: usize,
    /// Least and most milliseconds a call takes, drawn from the seeded generator. It takes effect at a moment within them that is drawn as
    /// well: what else happens between request and answer can come before or after it.
    pub latency_ms: [u64; 2],
    /// The same for PUT, PATCH, POST and DELETE, when it differs: a PATCH of network rules was seen to take 10 s (recording of 2022).
    pub write_latency_ms: Option<[u64; 2]>,
    /// Token buckets per principal and subscription.
    pub throttle: Throttling,
    /// How PUT and PATCH of a registry are answered.
    pub registry_writes: RegistryWrites,
    /// `Retry-After` in seconds on answers that start or continue a long-running operation. None was recorded.
    pub operation_retry_after: Option<u64>,
    /// The same in milliseconds, in the header `x-ms-retry-after-ms` that Azure's SDKs look at first: for tests that poll much. None was recorded.
    pub operation_retry_after_ms: Option<u64>,
    /// Polls of an operation that answer `InProgress` before the final one.
    pub operation_polls: u32,
    /// Seconds after which an operation is done even if nobody polled.
    pub operation_seconds: f64,
    /// Reads of a provider that answer `Registering` after a POST to `/register`.
    pub registration_polls: u32,
    /// Versions 2019-05-01 to 2021-12-01-preview show virtual network rules with the key `id`, as Azure did until about 2025.
    pub old_virtual_network_rule_key: bool,
    /// Most IP rules of a registry.
    pub ip_rule_limit: usize,
    /// Most virtual network rules of a registry.
    pub virtual_network_rule_limit: usize,
    /// Which of the seen answers a write to a busy virtual network gets.
    pub busy_answer: BusyAnswer,
    /// Only tokens this simulator issued, and only until they expire.
    pub strict_tokens: bool,
    /// `expires_in` of issued tokens.
    pub token_lifetime_seconds: i64,
    /// What follows a registry's name and a dot in its login server, for registries made or seeded from then on. `null` is
    /// `localhost:<port of the simulator>`: names that never leave this machine (RFC 6761 §6.3).
    pub login_server_suffix: Option<String>,
    /// The address from which a registry's data plane sees its clients come, unless the host name says another one. An address inside
    /// a subnet with the service endpoint comes from that subnet.
    pub client_address: String,
    /// Seconds after which the data plane of a registry hears of a write ("a few minutes" in Azure).
    pub propagation_seconds: f64,
    /// Requests kept in the log, and readings remembered for the statistics; older ones are dropped.
    pub log_limit: usize,
}

/// Token buckets as ARM has them since 2024 (a burst, then a rate), per principal and subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttling {
    /// Whether an empty bucket refuses.
    pub enabled: bool,
    /// GET and HEAD.
    pub reads: BucketSize,
    /// PUT, PATCH and POST.
    pub writes: BucketSize,
    /// DELETE.
    pub deletes: BucketSize,
}

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketSize {
    /// Tokens when full.
    pub burst: f64,
    /// Tokens that come back each second.
    pub per_second: f64,
}

/// How a registry write is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistryWrites {
    /// 200 with the final state: what was recorded for PATCH.
    Synchronous,
    /// 201 with `Azure-AsyncOperation`, as the 2025 and later documents declare.
    AsyncOperation,
    /// 202 with `Location` only: the other form of ARM's general rule.
    Location,
}

/// The answers seen when another operation holds the virtual network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusyAnswer {
    /// 429 `AnotherOperationInProgress`.
    TooManyRequests,
    /// 409 `AnotherOperationInProgress`.
    Conflict,
    /// 429 `RetryableError` with `ReferencedResourceNotProvisioned` in its details.
    Retryable,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            page_size: 100,
            latency_ms: [0, 0],
            write_latency_ms: None,
            throttle: Throttling::default(),
            registry_writes: RegistryWrites::Synchronous,
            operation_retry_after: None,
            operation_retry_after_ms: None,
            operation_polls: 1,
            operation_seconds: 2.0,
            registration_polls: 1,
            old_virtual_network_rule_key: false,
            ip_rule_limit: 200,
            virtual_network_rule_limit: 100,
            busy_answer: BusyAnswer::TooManyRequests,
            strict_tokens: false,
            token_lifetime_seconds: 3599,
            login_server_suffix: None,
            client_address: "203.0.113.7".to_owned(),
            propagation_seconds: 0.0,
            log_limit: 50_000,
        }
    }
}

impl Default for Throttling {
    fn default() -> Self {
        Self {
            enabled: false,
            reads: BucketSize { burst: 250.0, per_second: 25.0 },
            writes: BucketSize { burst: 200.0, per_second: 10.0 },
            deletes: BucketSize { burst: 200.0, per_second: 10.0 },
        }
    }
}

impl Settings {
    pub(super) fn operation_time(&self) -> Duration {
        Duration::try_from_secs_f64(self.operation_seconds).unwrap_or(Duration::MAX)
    }

    pub(super) fn propagation(&self) -> Duration {
        Duration::try_from_secs_f64(self.propagation_seconds).unwrap_or(Duration::MAX)
    }

    /// The first of these settings that makes no sense, if any.
    pub(super) fn mistake(&self) -> Option<String> {
        if self.page_size == 0 {
            return Some("page_size must be at least 1".to_owned());
        }
        for (name, range) in
            [("latency_ms", self.latency_ms), ("write_latency_ms", self.write_latency_ms.unwrap_or_default())]
        {
            if range[0] > range[1] {
                return Some(format!("{name} must be [least, most]"));
            }
        }
        if self.client_address.parse::<IpAddr>().is_err() {
            return Some(format!("client_address {} is not an IP address", self.client_address));
        }
        if self.propagation_seconds.is_nan() || self.propagation_seconds < 0.0 {
            return Some("propagation_seconds must not be negative".to_owned());
        }
        if let Some(suffix) = self.login_server_suffix.as_ref().filter(|suffix| !is_suffix(suffix)) {
            return Some(format!(
                "login_server_suffix {suffix} must be what follows a registry's name and a dot, such as azurecr.io"
            ));
        }
        let throttle = &self.throttle;
        for (name, size) in [("reads", throttle.reads), ("writes", throttle.writes), ("deletes", throttle.deletes)] {
            if !(size.burst >= 1.0 && size.per_second > 0.0) {
                return Some(format!("throttle.{name} needs a burst of at least 1 and a positive per_second"));
            }
        }
        None
    }
}

/// Labels of letters, digits and hyphens, and maybe a port.
fn is_suffix(text: &str) -> bool {
    let (labels, port) = text.split_once(':').unwrap_or((text, "0"));
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    labels.split('.').all(is_label) && port.parse::<u16>().is_ok()
}
