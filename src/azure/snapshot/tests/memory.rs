//! An ARM in memory that holds registries in versions, and remembers what was asked and when each version was replaced.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::azure::client::{ArmClient, Config};
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::scripted::ambient;
use crate::azure::transport::{Transport, TransportError};

const HOST: &str = "https://management.azure.com";
const KIND: &str = "providers/Microsoft.ContainerRegistry/registries";

/// What becomes of a request for a page of a list.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lists {
    Served,
    Refused(u16),
    /// No entry shows its rules.
    WithoutRules,
    /// Entries of registries whose number is even do not.
    HalfWithoutRules,
    /// The link to the next page leads there.
    LeadTo(&'static str),
    /// It leads to the page itself.
    LeadInACircle,
}

pub(super) struct Memory {
    world: Mutex<World>,
}

pub(super) struct World {
    pub(super) page_size: usize,
    /// The longest way of a request, and of an answer, in milliseconds; as long as that, unless chance has it.
    pub(super) way: u64,
    pub(super) by_chance: Option<fastrand::Rng>,
    pub(super) lists: Lists,
    registries: BTreeMap<String, Stored>,
    /// `GET path`, without host and parameters, in the order in which they came.
    pub(super) log: Vec<String>,
    /// Of each version that was replaced, when.
    pub(super) replaced: HashMap<(String, u64), Instant>,
    /// Of each version that was read alone, when that was answered last.
    read_alone: HashMap<(String, u64), Instant>,
}

#[derive(Clone, Default)]
struct Stored {
    version: u64,
    ips: Vec<String>,
}

pub(super) fn path(group: usize, number: usize) -> String {
    format!("/subscriptions/s/resourceGroups/g{group}/{KIND}/prod{number:05}")
}

impl Memory {
    pub(super) fn of(paths: impl IntoIterator<Item = String>) -> Arc<Self> {
        let registries = paths.into_iter().map(|path| (path, Stored::default())).collect();
        Arc::new(Self {
            world: Mutex::new(World {
                page_size: 100,
                way: 25,
                by_chance: None,
                lists: Lists::Served,
                registries,
                log: Vec::new(),
                replaced: HashMap::new(),
                read_alone: HashMap::new(),
            }),
        })
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world());
    }

    pub(super) fn client(self: &Arc<Self>, change: impl FnOnce(&mut Config)) -> ArmClient {
        let mut config = Config::new(Cloud::named(CloudName::Public));
        change(&mut config);
        ArmClient::new(config, Arc::new(StaticToken::new("t".to_owned())), Arc::clone(self) as _, ambient())
    }

    /// How many were read alone.
    pub(super) fn alone(&self) -> usize {
        self.world().log.iter().filter(|line| line.contains("/registries/")).count()
    }

    /// The lists that pages were asked of, one for each page.
    pub(super) fn listed(&self) -> Vec<String> {
        self.world().log.iter().filter(|line| line.ends_with("/registries")).cloned().collect()
    }
}

impl World {
    /// Somebody changes it.
    pub(super) fn touch(&mut self, path: &str) {
        let stored = self.registries.get_mut(path).unwrap();
        stored.version += 1;
        self.replaced.insert((path.to_owned(), stored.version - 1), Instant::now());
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.registries.remove(path);
    }

    fn way(&mut self) -> Duration {
        let way = self.way;
        Duration::from_millis(self.by_chance.as_mut().map_or(way, |rng| rng.u64(0..=way)))
    }

    fn answer(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        let path = request.uri().path();
        if path.ends_with("/registries") {
            return self.page(path, request.uri().query().unwrap_or_default());
        }
        if !self.registries.contains_key(path) {
            return (404, json!({"error": {"code": "ResourceNotFound", "message": "It is not there."}}));
        }
        if request.method() == "PATCH" {
            let body: Value = serde_json::from_slice(request.body()).unwrap();
            let rules = body["properties"]["networkRuleSet"]["ipRules"].as_array().unwrap();
            let ips = rules.iter().map(|rule| rule["value"].as_str().unwrap().to_owned()).collect();
            self.touch(path);
            self.registries.get_mut(path).unwrap().ips = ips;
        }
        (200, self.shown(path, "alone"))
    }

    fn page(&self, path: &str, query: &str) -> (u16, Value) {
        if let Lists::Refused(status) = self.lists {
            return (status, json!({"error": {"code": "Refused", "message": "It is not listed."}}));
        }
        let from = query.split("skip=").nth(1).map_or(0, |skip| skip.parse().unwrap());
        let scope = path.strip_suffix(KIND).unwrap();
        let all: Vec<&String> = self.registries.keys().filter(|id| id.starts_with(scope)).collect();
        let entries = all.iter().skip(from).take(self.page_size).map(|id| {
            let mut shown = self.shown(id, "listed");
            let is_even = id.ends_with(['0', '2', '4', '6', '8']);
            if self.lists == Lists::WithoutRules || self.lists == Lists::HalfWithoutRules && is_even {
                shown["properties"]["networkRuleSet"].as_object_mut().unwrap().remove("virtualNetworkRules");
            }
            shown
        });
        let mut body = json!({"value": entries.collect::<Vec<_>>()});
        let next = from + self.page_size;
        match self.lists {
            Lists::LeadTo(link) => body["nextLink"] = link.into(),
            Lists::LeadInACircle => body["nextLink"] = format!("{HOST}{path}?api-version=v&skip=0").into(),
            _ if next < all.len() => body["nextLink"] = format!("{HOST}{path}?api-version=v&skip={next}").into(),
            _ => {}
        }
        (200, body)
    }

    /// The document; its login server says the version, and how it was read.
    fn shown(&self, id: &str, how: &str) -> Value {
        let stored = &self.registries[id];
        let ips: Vec<Value> = stored.ips.iter().map(|ip| json!({"action": "Allow", "value": ip})).collect();
        json!({
            "id": id.to_uppercase().replace("/SUBSCRIPTIONS/", "/subscriptions/"),
            "sku": {"name": "Premium"},
            "location": "westeurope",
            "properties": {
                "loginServer": format!("{}.{how}", stored.version),
                "provisioningState": "Succeeded",
                "networkRuleSet": {"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": ips},
                "publicNetworkAccess": "Enabled",
                "networkRuleBypassOptions": "AzureServices",
                "networkRuleBypassAllowedForTasks": false,
                "privateEndpointConnections": [],
            },
        })
    }

    /// That a write which says what it follows from follows from a reading alone, answered a moment ago.
    fn judge(&self, request: &Request<Bytes>) {
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let Some((version, how)) = body.split("from ").nth(1).and_then(|rest| rest.split('"').next()?.split_once('.'))
        else {
            return;
        };
        assert_eq!(how, "alone", "a write follows from a list: {body}");
        let read = self.read_alone[&(request.uri().path().to_owned(), version.parse().unwrap())];
        assert!(
            read.elapsed() <= Duration::from_millis(100),
            "a write follows from a reading of {:?} ago",
            read.elapsed()
        );
    }
}

impl Transport for Memory {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            let there = {
                let mut world = self.world();
                world.log.push(format!("{} {}", request.method(), request.uri().path()));
                if request.method() == "PATCH" {
                    world.judge(&request);
                }
                world.way()
            };
            sleep(there).await;
            let (back, (status, body)) = {
                let mut world = self.world();
                (world.way(), world.answer(&request))
            };
            sleep(back).await;
            if let Some((version, "alone")) =
                body["properties"]["loginServer"].as_str().and_then(|text| text.split_once('.'))
                && request.method() == "GET"
            {
                let key = (request.uri().path().to_owned(), version.parse().unwrap());
                self.world().read_alone.insert(key, Instant::now());
            }
            Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
        })
    }
}
