//! The simulated Azure of one test: what is in it, and what was asked of it.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;

use acrnet::simulator::{Clock, Config, Fault, ManualClock, Record, RegistryWrites, Settings, Simulator};

use crate::support::PATIENCE;

/// The resource group of everything here.
pub(crate) const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
/// A Premium registry that lets everybody in.
pub(crate) const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1";
/// Its network.
pub(crate) const NETWORK: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";
/// A subnet without the endpoint.
pub(crate) const APP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/app";
/// Another.
pub(crate) const BUILD: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/build";
/// A subnet that has the endpoint, because of somebody else.
pub(crate) const READY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/ready";

/// A simulator whose time stands still, unless it is to pass: its operations end when they have been polled, or when time is moved.
pub(crate) struct Azure {
    simulator: Simulator,
    clock: Option<Arc<ManualClock>>,
    heard: Arc<(Mutex<()>, Condvar)>,
}

impl Azure {
    /// With one registry and one network of three subnets.
    pub(crate) fn new() -> Self {
        Self::start(Config::default(), Some(still()), &seed())
    }

    /// With what that seed says in it, in the time of that configuration.
    pub(crate) fn of(config: Config, seed: &Value) -> Self {
        Self::start(config, None, seed)
    }

    /// Like [`Azure::new`], with time that passes; the seed decides how long calls take.
    pub(crate) fn in_real_time(random_seed: u64) -> Self {
        Self::start(Config { random_seed, ..Config::default() }, None, &seed())
    }

    /// The same, behind https.
    pub(crate) fn https() -> Self {
        Self::start(Config { https: true, ..Config::default() }, Some(still()), &seed())
    }

    fn start(config: Config, clock: Option<Arc<ManualClock>>, seed: &Value) -> Self {
        let heard = Arc::new((Mutex::new(()), Condvar::new()));
        let bell = Arc::clone(&heard);
        // A pause of no length between two polls, so that tests are quick.
        let settings = Settings { operation_retry_after: Some(0), ..config.settings };
        let other = config.observer.clone();
        let config = Config {
            settings,
            clock: clock.clone().map_or(config.clock, |clock| clock as Arc<dyn Clock>),
            observer: Some(Arc::new(move |record| {
                if let Some(other) = &other {
                    other(record);
                }
                drop(bell.0.lock());
                bell.1.notify_all();
            })),
            ..config
        };
        let simulator = Simulator::start(config).expect("a simulator");
        simulator.seed(seed).expect("a sensible seed");
        Self { simulator, clock, heard }
    }

    /// The simulator itself.
    pub(crate) fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Somebody else's change of the registry's properties.
    pub(crate) fn edit_registry(&self, properties: &Value) {
        self.simulator.edit(REGISTRY, &json!({"properties": properties})).unwrap();
    }

    /// The registry as it is stored.
    pub(crate) fn registry(&self) -> Value {
        self.simulator.resource(REGISTRY).expect("the registry is there")
    }

    /// Default action, IP rules, names of the subnets in the virtual network rules.
    pub(crate) fn rules(&self) -> (String, Vec<String>, Vec<String>) {
        let set = self.registry()["properties"]["networkRuleSet"].clone();
        let texts = |list: &Value, member: &str| -> Vec<String> {
            list.as_array().into_iter().flatten().map(|rule| rule[member].as_str().unwrap().to_owned()).collect()
        };
        let mut ips = texts(&set["ipRules"], "value");
        ips.sort_unstable();
        let subnets = texts(&set["virtualNetworkRules"], "virtualNetworkSubnetResourceId");
        let mut subnets: Vec<String> = subnets.iter().map(|id| id.rsplit('/').next().unwrap().to_owned()).collect();
        subnets.sort_unstable();
        (set["defaultAction"].as_str().unwrap_or_default().to_owned(), ips, subnets)
    }

    /// A subnet as it is stored.
    pub(crate) fn subnet(&self, id: &str) -> Value {
        self.simulator.resource(id).expect("the subnet is there")
    }

    /// The services that have an endpoint on a subnet.
    pub(crate) fn endpoints(&self, id: &str) -> Vec<String> {
        let subnet = self.subnet(id);
        let list = subnet["properties"]["serviceEndpoints"].as_array().cloned().unwrap_or_default();
        list.iter().map(|entry| entry["service"].as_str().unwrap().to_owned()).collect()
    }

    /// Adds a fault.
    pub(crate) fn fault(&self, fault: Fault) {
        self.simulator.fault(fault);
    }

    /// Bodies of each PATCH of the registry, in their order.
    pub(crate) fn patches(&self) -> Vec<Value> {
        self.simulator
            .requests()
            .into_iter()
            .filter(|record| record.method == "PATCH")
            .map(|record| record.body)
            .collect()
    }

    /// What was written so far, as `PATCH Demo1`, in order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let write = |record: &Record| !matches!(record.method.as_str(), "GET" | "HEAD" | "POST");
        let named =
            |record: Record| format!("{} {}", record.method, record.path.rsplit('/').next().unwrap_or_default());
        self.simulator.requests().into_iter().filter(write).map(named).collect()
    }

    /// From now on, operations go on until [`Azure::release`], and registry writes are operations.
    pub(crate) fn hold_operations(&self) {
        self.simulator
            .settings(|settings| {
                settings.registry_writes = RegistryWrites::AsyncOperation;
                settings.operation_polls = u32::MAX;
                settings.operation_seconds = 86_400.0;
                settings.operation_retry_after = None;
            })
            .unwrap();
    }

    /// Lets running operations end, and those to come end at their first poll.
    pub(crate) fn release(&self) {
        self.clock.as_ref().expect("a time that stands still").advance(Duration::from_secs(2 * 86_400));
        self.simulator
            .settings(|settings| {
                settings.registry_writes = RegistryWrites::Synchronous;
                settings.operation_polls = 1;
                settings.operation_retry_after = Some(0);
            })
            .unwrap();
    }

    /// Waits until an exchange of that kind is in the log.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&Record) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut guard = self.heard.0.lock().unwrap();
        while !self.simulator.requests().iter().any(&wanted) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never seen: {what}; asked so far: {:#?}", self.writes());
            // Woken by every exchange; the short limit covers one that ended before the lock was ours.
            guard = self.heard.1.wait_timeout(guard, left.min(Duration::from_millis(200))).unwrap().0;
        }
    }
}

fn still() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(OffsetDateTime::now_utc()))
}

/// One IP rule as ARM has it.
pub(crate) fn ip_rule(value: &str) -> Value {
    json!({"action": "Allow", "value": value})
}

/// One virtual network rule as ARM has it.
pub(crate) fn subnet_rule(id: &str) -> Value {
    json!({"action": "Allow", "virtualNetworkSubnetResourceId": id})
}

fn seed() -> Value {
    let subnet = |name: &str, prefix: &str, endpoints: Value| json!({"name": name, "properties": {"addressPrefix": prefix, "serviceEndpoints": endpoints}});
    json!({
        "registries": [{"id": REGISTRY, "location": "westeurope", "sku": {"name": "Premium"}}],
        "virtualNetworks": [{
            "id": NETWORK,
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [
                    subnet("app", "10.0.0.0/24", json!([{"service": "Microsoft.Storage"}])),
                    subnet("build", "10.0.1.0/24", json!([])),
                    subnet("ready", "10.0.2.0/24", json!([{"service": "Microsoft.ContainerRegistry"}])),
                ],
            },
        }],
    })
}
