//! A registry in memory that answers as ARM does, with latencies and refusals, and edits of many hands on it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::*;
use crate::azure::client::Config;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::registry::RegistryPatch;
use crate::azure::scripted::ambient;
use crate::azure::transport::{Transport, TransportError};

mod batches;
mod bounds;
mod insisting;
mod refusals;
mod two_writers;

/// Answers requests for one registry; what it holds can be changed by hand.
pub(super) struct Azure {
    world: Mutex<World>,
    began: Instant,
}

struct World {
    action: String,
    ips: Vec<String>,
    subnets: Vec<String>,
    changed_at: Option<String>,
    /// What came: method, and when it was answered.
    log: Vec<(String, Duration)>,
    /// What the next requests of a method are answered with, instead of what they deserve.
    faults: VecDeque<(&'static str, u16, Value)>,
    refuses: fn(&[String]) -> Option<(&'static str, String)>,
    /// How long a call takes, each way.
    latency: Latency,
    /// The same for writes, where it differs.
    write_latency: Option<Latency>,
    rng: fastrand::Rng,
    /// After the next write, this is what becomes of the rules: what a writer does that had read before it.
    overwrites: VecDeque<Vec<String>>,
    asynchronous: bool,
}

type Latency = fn(&mut fastrand::Rng) -> Duration;

impl Azure {
    fn new(ips: &[&str]) -> Arc<Self> {
        let world = World {
            action: "Deny".to_owned(),
            ips: strings(ips),
            subnets: Vec::new(),
            changed_at: None,
            log: Vec::new(),
            faults: VecDeque::new(),
            refuses: |_| None,
            latency: |_| Duration::from_millis(20),
            write_latency: None,
            rng: fastrand::Rng::with_seed(1),
            overwrites: VecDeque::new(),
            asynchronous: false,
        };
        Arc::new(Self { world: Mutex::new(world), began: Instant::now() })
    }

    fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    fn ips(&self) -> Vec<String> {
        let mut ips = self.world.lock().unwrap().ips.clone();
        ips.sort();
        ips
    }

    fn methods(&self) -> String {
        let world = self.world.lock().unwrap();
        world.log.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn patches(&self) -> usize {
        self.methods().matches("PATCH").count()
    }

    fn answer(&self, request: &Request<Bytes>) -> (u16, Value) {
        let mut world = self.world.lock().unwrap();
        let method = request.method().to_string();
        world.log.push((method.clone(), self.began.elapsed()));
        if let Some(at) = world.faults.iter().position(|(of, ..)| *of == method) {
            let (_, status, body) = world.faults.remove(at).unwrap();
            return (status, body);
        }
        if method == "PATCH" {
            if let Some((code, message)) = world.patch(&serde_json::from_slice(request.body()).unwrap()) {
                return (400, json!({"error": {"code": code, "message": message}}));
            }
            let mut shown = world.shown();
            if world.asynchronous {
                shown["properties"]["provisioningState"] = "Updating".into();
            }
            if let Some(ips) = world.overwrites.pop_front() {
                world.ips = ips;
                world.touch();
            }
            return (200, shown);
        }
        (200, world.shown())
    }
}

impl World {
    fn patch(&mut self, body: &Value) -> Option<(&'static str, String)> {
        let set = &body["properties"]["networkRuleSet"];
        let texts = |list: &Value, key: &str| -> Option<Vec<String>> {
            Some(list.as_array()?.iter().map(|rule| rule[key].as_str().unwrap().to_owned()).collect())
        };
        let ips = texts(&set["ipRules"], "value").unwrap_or_else(|| self.ips.clone());
        let subnets = texts(&set["virtualNetworkRules"], "virtualNetworkSubnetResourceId")
            .unwrap_or_else(|| self.subnets.clone());
        let all: Vec<String> = ips.iter().chain(&subnets).cloned().collect();
        if let Some(refusal) = (self.refuses)(&all) {
            return Some(refusal);
        }
        (self.ips, self.subnets) = (ips, subnets);
        if let Some(action) = set["defaultAction"].as_str() {
            self.action = action.to_owned();
        }
        self.touch();
        None
    }

    fn touch(&mut self) {
        self.changed_at = Some(format!("1994-11-06T08:49:37.{:03}Z", self.log.len()));
    }

    fn shown(&self) -> Value {
        let ips: Vec<Value> = self.ips.iter().map(|ip| json!({"action": "Allow", "value": ip})).collect();
        let subnets: Vec<Value> =
            self.subnets.iter().map(|id| json!({"action": "Allow", "virtualNetworkSubnetResourceId": id})).collect();
        json!({
            "sku": {"name": "Premium"},
            "systemData": {"createdAt": "1994-01-01T00:00:00Z", "lastModifiedAt": self.changed_at},
            "properties": {
                "provisioningState": "Succeeded",
                "networkRuleSet": {"defaultAction": self.action, "virtualNetworkRules": subnets, "ipRules": ips}
            }
        })
    }
}

impl Transport for Azure {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            let latency = || {
                let mut world = self.world.lock().unwrap();
                let of_write = world.write_latency.filter(|_| request.method() == "PATCH");
                of_write.unwrap_or(world.latency)(&mut world.rng)
            };
            sleep(latency()).await;
            let (status, body) = self.answer(&request);
            sleep(latency()).await;
            let answer = Response::builder().status(status).header("content-type", "application/json");
            Ok(answer.body(Bytes::from(body.to_string())).unwrap())
        })
    }
}

fn client(azure: &Arc<Azure>) -> ArmClient {
    client_with(azure, |_| {})
}

fn client_with(azure: &Arc<Azure>, change: impl FnOnce(&mut Config)) -> ArmClient {
    let mut config = Config::new(Cloud::named(CloudName::Public));
    config.max_concurrent_requests = 1000;
    change(&mut config);
    ArmClient::new(config, Arc::new(StaticToken::new("t0ken".to_owned())), Arc::clone(azure) as _, ambient())
}

fn id() -> RegistryId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1".parse().unwrap()
}

fn call() -> Call {
    Call::within(Duration::from_secs(1800))
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn with_ips(ips: Vec<String>) -> RegistryPatch {
    RegistryPatch { default_action: Some("Deny".to_owned()), ip_rules: Some(ips), ..RegistryPatch::default() }
}

/// One rule, to be there beside those of others.
fn adding(ip: &str) -> RegistryEdit {
    let ip = ip.to_owned();
    RegistryEdit::in_company(move |current| {
        let mut ips = current.ip_rules();
        (!ips.contains(&ip)).then(|| {
            ips.push(ip.clone());
            with_ips(ips)
        })
    })
}

/// One rule, to be gone.
fn removing(ip: &str) -> RegistryEdit {
    let ip = ip.to_owned();
    RegistryEdit::in_company(move |current| {
        let mut ips = current.ip_rules();
        ips.contains(&ip).then(|| {
            ips.retain(|present| *present != ip);
            with_ips(ips)
        })
    })
}

/// Exactly these rules.
fn exactly(ips: &[&str]) -> RegistryEdit {
    let patch = with_ips(strings(ips));
    RegistryEdit::alone(move |current| (!patch.unstored(current).is_empty()).then(|| patch.clone()))
}

fn adding_subnet(subnet: &str) -> RegistryEdit {
    let subnet = subnet.to_owned();
    RegistryEdit::in_company(move |current| {
        let mut subnets = current.virtual_network_rules()?;
        (!subnets.contains(&subnet)).then(|| {
            subnets.push(subnet.clone());
            RegistryPatch {
                default_action: Some("Deny".to_owned()),
                virtual_network_rules: Some(subnets),
                ..RegistryPatch::default()
            }
        })
    })
}

type Outcome = Result<Updated<Registry>, WriteFailed<Registry>>;

/// Hands in all edits at once; gives the outcomes in their order.
async fn at_once(client: &ArmClient, edits: Vec<RegistryEdit>) -> Vec<Outcome> {
    let mut running = Vec::new();
    for edit in edits {
        let client = client.clone();
        running.push(tokio::spawn(async move { client.update_registry(&id(), &call(), edit).await }));
    }
    let mut outcomes = Vec::new();
    for one in running {
        outcomes.push(one.await.unwrap());
    }
    outcomes
}
