//! The Azure of one run: its time, what is in it, and what somebody else does there, also between an effect of a call and its answer.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::OffsetDateTime;

use acrnet::simulator::{Clock, Config, Settings, Simulator, SystemClock};

use crate::azure::{Azure, NETWORK, REGISTRY, ip_rule, subnet_rule};
use crate::torture::hcl;
use crate::torture::story::{Cue, Happening, Net, Outside, Place, Whom};

/// The tenant and application of runs with tokens.
pub(super) const TENANT: &str = "22222222-2222-2222-2222-222222222222";
pub(super) const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
pub(super) const SECRET: &str = "s3cr3t-of-the-application";

/// An Azure in which things happen while it is asked.
pub(super) struct Stage {
    pub(super) azure: Arc<Azure>,
    clock: Arc<TurnedClock>,
    conductor: Arc<Conductor>,
}

/// The machine's time, and what was added to it.
struct TurnedClock {
    machine: SystemClock,
    ahead: Mutex<time::Duration>,
}

/// Lets things happen after so many exchanges: what Azure does in the same breath, signals by whoever holds the processes.
#[derive(Default)]
struct Conductor {
    score: Mutex<Score>,
    azure: OnceLock<Weak<Azure>>,
    clock: OnceLock<Arc<TurnedClock>>,
}

#[derive(Default)]
struct Score {
    heard: u32,
    cues: Vec<Cue>,
    signals: Vec<Signal>,
    happened: Vec<&'static str>,
}

/// A signal that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signal {
    pub(super) to: Whom,
    pub(super) name: &'static str,
    pub(super) after: Duration,
}

impl Stage {
    pub(super) fn of(seed: u64, place: &Place) -> Self {
        let ahead = Mutex::new(time::Duration::seconds(place.ahead));
        let clock = Arc::new(TurnedClock { machine: SystemClock::new(), ahead });
        let conductor = Arc::new(Conductor::default());
        let heard = Arc::clone(&conductor);
        let settings = Settings {
            registry_writes: place.writes,
            busy_answer: place.busy,
            strict_tokens: place.tokens,
            operation_retry_after_ms: Some(10),
            ..Settings::default()
        };
        let config = Config {
            settings,
            random_seed: seed,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            observer: Some(Arc::new(move |_| heard.hear())),
            ..Config::default()
        };
        let azure = Arc::new(Azure::of(config, &estate(place)));
        drop(conductor.azure.set(Arc::downgrade(&azure)));
        drop(conductor.clock.set(Arc::clone(&clock)));
        Self { azure, clock, conductor }
    }

    pub(super) fn simulator(&self) -> &Simulator {
        self.azure.simulator()
    }

    /// From now on, these things happen in their time.
    pub(super) fn expect(&self, cues: Vec<Cue>) {
        *self.conductor.score() = Score { cues, ..Score::default() };
    }

    /// The signals that have become due since the last time.
    pub(super) fn signals(&self) -> Vec<Signal> {
        std::mem::take(&mut self.conductor.score().signals)
    }

    /// Nothing more happens. Gives what has happened, in words.
    pub(super) fn calm(&self) -> Vec<&'static str> {
        self.simulator().clear_faults();
        std::mem::take(&mut *self.conductor.score()).happened
    }

    /// Somebody else does that now.
    pub(super) fn outside(&self, change: &Outside) {
        change.make(self.simulator());
    }

    /// Waits until every call that has arrived has taken effect, and lets so much time pass that no operation goes on. Says whether all calls came
    /// to an end.
    pub(super) fn rest(&self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        let under_way = || self.simulator().requests().iter().any(|record| record.effect_ms.is_none());
        while under_way() {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.clock.turn(time::Duration::seconds(3));
        true
    }
}

impl TurnedClock {
    fn turn(&self, by: time::Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> OffsetDateTime {
        self.machine.now() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conductor {
    fn score(&self) -> MutexGuard<'_, Score> {
        self.score.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After the effect of a call, and before its answer.
    fn hear(&self) {
        let due: Vec<Cue> = {
            let mut score = self.score();
            score.heard += 1;
            let heard = score.heard;
            score.cues.extract_if(.., |cue| cue.at <= heard).collect()
        };
        for cue in due {
            let what = self.happens(cue.what);
            self.score().happened.push(what);
        }
    }

    fn happens(&self, what: Happening) -> &'static str {
        match what {
            Happening::Outside(change) => {
                if let Some(azure) = self.azure.get().and_then(Weak::upgrade) {
                    change.make(azure.simulator());
                }
                "outside change"
            }
            Happening::Jump(seconds) => {
                if let Some(clock) = self.clock.get() {
                    clock.turn(time::Duration::seconds(seconds.cast_signed()));
                }
                "clock jump"
            }
            Happening::Signal { to, name, after_ms } => {
                self.score().signals.push(Signal { to, name, after: Duration::from_millis(after_ms) });
                "signal"
            }
        }
    }
}

impl Outside {
    fn make(&self, simulator: &Simulator) {
        let on = |id: &str, change: &dyn Fn(&mut Value)| simulator.alter(id, change).expect("it is there");
        match self {
            Self::AddRule(rule) => on(REGISTRY, &|registry| {
                with_rules(registry, |rules| {
                    if rules.iter().all(|own| own["value"] != *rule) {
                        rules.push(ip_rule(rule));
                    }
                });
            }),
            Self::RemoveRule(rule) => {
                on(REGISTRY, &|registry| with_rules(registry, |rules| rules.retain(|own| own["value"] != *rule)));
            }
            Self::Deny(deny) => {
                let action = if *deny { "Deny" } else { "Allow" };
                on(REGISTRY, &|registry| registry["properties"]["networkRuleSet"]["defaultAction"] = action.into());
            }
            Self::Setting(name, value) => on(REGISTRY, &|registry| registry["properties"][*name] = value.clone()),
            Self::Endpoint(net, service, there) => on(&hcl::id(*net), &|subnet| endpoint(subnet, service, *there)),
            Self::Subnet(net, name, value) => on(&hcl::id(*net), &|subnet| subnet["properties"][*name] = value.clone()),
        }
    }
}

fn with_rules(registry: &mut Value, change: impl FnOnce(&mut Vec<Value>)) {
    change(registry["properties"]["networkRuleSet"]["ipRules"].as_array_mut().expect("IP rules"));
}

fn endpoint(subnet: &mut Value, service: &str, there: bool) {
    if !subnet["properties"]["serviceEndpoints"].is_array() {
        subnet["properties"]["serviceEndpoints"] = json!([]);
    }
    let list = subnet["properties"]["serviceEndpoints"].as_array_mut().expect("a list");
    list.retain(|entry| entry["service"] != service);
    if there {
        list.push(json!({"service": service, "locations": ["westeurope"], "provisioningState": "Succeeded"}));
    }
}

fn estate(place: &Place) -> Value {
    let subnet = |net: Net, prefix: &str, properties: Value| {
        let mut properties = properties;
        properties["addressPrefix"] = prefix.into();
        json!({"name": net.name(), "properties": properties})
    };
    let of_registries = json!({"service": "Microsoft.ContainerRegistry", "locations": ["*"]});
    let rules: Vec<Value> = place.rules.iter().map(|rule| ip_rule(rule)).collect();
    let subnet_rules: Vec<Value> = place.subnet_rule.then(|| subnet_rule(&hcl::id(Net::Built))).into_iter().collect();
    json!({
        "clients": [{"client_id": CLIENT, "client_secret": SECRET, "tenant": TENANT}],
        "registries": [{
            "id": REGISTRY, "location": "westeurope", "sku": {"name": "Premium"}, "tags": {"owner": "platform"},
            "properties": {"networkRuleSet": {
                "defaultAction": if place.deny { "Deny" } else { "Allow" }, "ipRules": rules, "virtualNetworkRules": subnet_rules,
            }},
        }],
        "virtualNetworks": [{
            "id": NETWORK, "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
                subnet(Net::App, "10.0.0.0/24", json!({
                    "serviceEndpoints": [
                        {"service": "Microsoft.Storage", "locations": ["westeurope", "northeurope"], "networkIdentifier": {"id": "/pips/1"}},
                        {"service": "Microsoft.Sql", "locations": ["westeurope"]},
                    ],
                    "networkSecurityGroup": {"id": "/nsgs/app"}, "futureThing": {"b": 1, "a": [1.50, null]},
                    "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}],
                })),
                subnet(Net::Build, "10.0.1.0/24", json!({"privateEndpointNetworkPolicies": "Disabled"})),
                subnet(Net::Ready, "10.0.2.0/24", json!({"serviceEndpoints": [of_registries, {"service": "Microsoft.KeyVault"}]})),
                subnet(Net::Built, "10.0.3.0/24", json!({"serviceEndpoints": [of_registries]})),
            ]},
        }],
    })
}
