//! A small Azure Resource Manager on loopback, for tests, the quickstart, and users who try their modules without Azure.
//!
//! It is an independent reading of the API: it uses nothing else of this crate, its documents are `serde_json` values, and it
//! is checked against recorded exchanges and the official OpenAPI documents. A call travels
//!
//! ```text
//! server (bytes) → pipeline (log, faults, latency) → router (bearer, throttle) → registries | network | places | oauth | …
//! ```
//!
//! and every handler works on the one `world`, behind one lock. `/_sim/…` and the methods of [`Simulator`] look at that world
//! and change it behind the clients' back.
//!
//! # Where it differs from Azure on purpose
//!
//! * **Operations end after a number of polls or some seconds**, whichever comes first, so that tests decide and do not wait.
//! * **`api-supported-versions` and bodies are exact; locations are not**: every region exists, none refuses.
//! * **No role assignments**: whoever has a bearer may do everything. 403 comes from a fault rule.
//! * **Any bearer is good** unless `strict_tokens` is set, and tokens are signed by nobody.
//! * **Member names in bodies are read in exactly their case.** Azure is laxer; a client that relies on it should fail here.
//! * **A range that merely contains private space passes**, as do host bits: no source says ACR refuses them.
//! * **PUT of a registry resets what it leaves out**, virtual network rules too. What ACR does with them was not found.
//! * **A stored virtual network rule is validated at each write**, also at one whose body leaves the array out: the sources show it for
//!   rules in the body (azure-cli#14596) and are silent on the others. A rule for a subnet that is gone thus blocks every write but one
//!   that leaves it out of the array.
//! * **Login servers end in `localhost:<port>`**, so that no client of a test ever asks a real registry; `login_server_suffix` changes it.
//! * **The caller's address is in the host name** when it begins with `<a>-<b>-<c>-<d>.from.`: the registry as seen from a.b.c.d. One
//!   configuration can so look from both sides. No registry is named `from`: five letters are the least.
//! * **A client in a subnet is told by its address** alone, and one without the endpoint is refused by its private address; Azure
//!   would name the public one it leaves by.
//! * **A second write to a registry with a running operation gets 409**; ACR's real answer was not found.
//! * **Old network versions refuse a PUT whenever a newer property is in use**; NRP does so in some cases.
//! * **A failed operation leaves `provisioningState: Failed`** on its resource, and the content from before unless the fault
//!   says to keep the effect.
//! * **2026-01-01-preview shows virtual network rules** and does not take them: seen against its contract (azure-cli#33660).
//! * **Texts that nobody recorded** are worded after their neighbours and marked in `registries::rules`.
//! * **Virtual network rules have their new key in every version**, as seen since 2025 against the documents (azure-cli#33660);
//!   `old_virtual_network_rule_key` brings back the documented one.
//! * **Refusals come in every version in the envelope of the newest documents**; those before 2025 describe none.
//! * **A registry write may be answered 202 with `Location`** when set so: ARM's general rule, in no document of registries.
//! * Subnets change their own etag and their network's, not their siblings'; whether NRP shares one etag was not found.
//!
//! What of this shows against the OpenAPI documents is a table with reasons in `tests/it/contract/exceptions.rs`.
//!
//! ```no_run
//! # use acrnet::simulator::{Config, Simulator};
//! # use serde_json::json;
//! let azure = Simulator::start(Config::default())?;
//! azure.seed(&json!({"registries": [{
//!     "id": "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/demo1",
//! }]}))?;
//! let endpoint = azure.url();
//! # Ok::<(), acrnet::simulator::SimulatorError>(())
//! ```

mod answer;
mod call;
pub mod cli;
mod clock;
mod control;
mod data_plane;
mod error;
mod faults;
mod history;
mod ids;
mod log;
mod metadata;
mod network;
mod oauth;
mod operations;
mod paging;
mod pipeline;
mod places;
mod registries;
mod router;
mod seed;
mod server;
mod settings;
mod statistics;
#[cfg(test)]
mod tests;
mod throttle;
mod tls;
mod witness;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::SimulatorError;
pub use faults::{Action, Fault, Match};
pub use history::{By, Change};
pub use log::Record;
pub use pipeline::Observer;
pub use settings::{BucketSize, BusyAnswer, RegistryWrites, Settings, Throttling};
pub use statistics::RegistryStatistics;
pub use witness::Overwrite;

/// How a simulator is started.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; a loopback address. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Serve https with an authority made for this run, see [`Simulator::ca_pem`].
    pub https: bool,
    /// The switches it starts with.
    pub settings: Settings,
    /// Drives ids, etags and latencies: the same seed gives the same run.
    pub random_seed: u64,
    /// The time it lives in.
    pub clock: Arc<dyn Clock>,
    /// Hears of every exchange.
    pub observer: Option<Observer>,
}

/// A running simulator. Dropping it stops it.
///
/// It serves from a thread of its own and can be used from any runtime, or none.
pub struct Simulator {
    shared: Arc<pipeline::Shared>,
    url: String,
    ca_pem: Option<String>,
    _running: server::Running,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            https: false,
            settings: Settings::default(),
            random_seed: 1,
            clock: Arc::new(SystemClock::new()),
            observer: None,
        }
    }
}

impl Simulator {
    /// Starts to serve; when this returns, connections are accepted.
    ///
    /// # Errors
    ///
    /// When the address is not loopback or cannot be bound, or the settings make no sense.
    pub fn start(config: Config) -> Result<Self, SimulatorError> {
        if !config.listen.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(config.listen));
        }
        if let Some(mistake) = config.settings.mistake() {
            return Err(SimulatorError::Settings(mistake));
        }
        let listener = TcpListener::bind(config.listen)?;
        let scheme = if config.https { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        // The certificate is for real verifiers, which ask the machine's clock and not the simulated one.
        let (acceptor, ca_pem) =
            if config.https { Some(tls::acceptor(OffsetDateTime::now_utc())?) } else { None }.unzip();
        let shared = Arc::new(pipeline::Shared::new(empty_world(&config, &url), config.observer));
        let running = server::start(listener, acceptor, shared.clone())?;
        Ok(Self { shared, url, ca_pem, _running: running })
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate to trust, for https.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Replaces everything by a seed: `{"subscriptions", "resourceGroups", "registries", "virtualNetworks", "clients"}`.
    ///
    /// # Errors
    ///
    /// Names the element that has no sensible form; nothing is changed then.
    pub fn seed(&self, seed: &Value) -> Result<(), SimulatorError> {
        seed::replace(&mut self.shared.world(), seed)
    }

    /// Adds a seed to what is there.
    ///
    /// # Errors
    ///
    /// As [`Self::seed`].
    pub fn add(&self, seed: &Value) -> Result<(), SimulatorError> {
        seed::add(&mut self.shared.world(), seed)
    }

    /// The whole estate as a seed, without secrets.
    #[must_use]
    pub fn state(&self) -> Value {
        seed::write(&self.shared.world().estate)
    }

    /// Somebody else's change: JSON merge (RFC 7386) into one resource, without any validation.
    ///
    /// # Errors
    ///
    /// When there is no such resource.
    pub fn edit(&self, id: &str, merge: &Value) -> Result<(), SimulatorError> {
        control::edit(&mut self.shared.world(), id, merge)
    }

    /// Somebody else's deletion.
    ///
    /// # Errors
    ///
    /// When there is no such resource.
    pub fn delete(&self, id: &str) -> Result<(), SimulatorError> {
        control::delete(&mut self.shared.world(), id)
    }

    /// A resource as it is stored: everything, in the newest form.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<Value> {
        self.shared.world().estate.document(id).cloned()
    }

    /// Adds a fault rule behind those that are there.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Forgets all fault rules.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// What was asked so far, control calls left out.
    #[must_use]
    pub fn requests(&self) -> Vec<Record> {
        self.shared.world().log.records()
    }

    /// Forgets the log; numbers go on.
    pub fn clear_requests(&self) {
        control::clear_log(&mut self.shared.world());
    }

    /// How the registries were written since the log was last cleared, by id in lower case.
    #[must_use]
    pub fn statistics(&self) -> BTreeMap<String, RegistryStatistics> {
        statistics::of(&self.shared.world().log)
    }

    /// Turns switches.
    ///
    /// # Errors
    ///
    /// When the result makes no sense; nothing is changed then.
    pub fn settings(&self, change: impl FnOnce(&mut Settings)) -> Result<(), SimulatorError> {
        let mut world = self.shared.world();
        let mut settings = world.settings.clone();
        change(&mut settings);
        control::set_settings(&mut world, settings)
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Simulator").field("url", &self.url).finish_non_exhaustive()
    }
}

fn empty_world(config: &Config, url: &str) -> world::World {
    world::World {
        url: url.to_owned(),
        settings: config.settings.clone(),
        clock: config.clock.clone(),
        started: config.clock.now(),
        rng: fastrand::Rng::with_seed(config.random_seed),
        estate: world::Estate::default(),
        operations: BTreeMap::new(),
        tokens: HashMap::new(),
        faults: faults::Faults::default(),
        buckets: throttle::Buckets::default(),
        log: log::Log::default(),
        history: history::History::default(),
        witness: witness::Witness::default(),
        last_write: config.clock.now(),
    }
}
