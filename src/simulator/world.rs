//! Everything the simulator holds: one value behind one lock.
//!
//! Resources are `serde_json` documents, kept as they came. Handlers read and write them here by id; how a document must
//! look is their business. Knows nothing of HTTP.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::clock::Clock;
use super::faults::Faults;
use super::history::History;
use super::ids;
use super::log::Log;
use super::operations::Operation;
use super::settings::Settings;
use super::throttle::Buckets;
use super::witness::Witness;

/// The state of one simulator.
pub(super) struct World {
    pub(super) url: String,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) started: OffsetDateTime,
    pub(super) rng: fastrand::Rng,
    pub(super) estate: Estate,
    pub(super) operations: BTreeMap<String, Operation>,
    /// Issued tokens and when they end.
    pub(super) tokens: HashMap<String, OffsetDateTime>,
    pub(super) faults: Faults,
    pub(super) buckets: Buckets,
    pub(super) log: Log,
    pub(super) history: History,
    pub(super) witness: Witness,
    /// When a registry was last written, as it shows.
    pub(super) last_write: OffsetDateTime,
}

/// What is seeded: subscriptions and the resources in them. Maps are keyed by [`ids::key`].
#[derive(Debug, Default)]
pub(super) struct Estate {
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) groups: BTreeMap<String, Value>,
    pub(super) registries: BTreeMap<String, Value>,
    pub(super) networks: BTreeMap<String, Value>,
    pub(super) clients: Vec<Client>,
    /// Resources whose last write does not show yet.
    pub(super) veils: BTreeMap<String, Veil>,
    /// What the data plane knew of registries before their latest writes, in the order of these.
    pub(super) memories: BTreeMap<String, VecDeque<Memory>>,
}

#[derive(Debug, Clone)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tenant: String,
    /// Registration state by provider namespace in lower case, and reads left until `Registering` ends.
    pub(super) providers: BTreeMap<String, (String, u32)>,
}

#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Option<String>,
    pub(super) tenant: Option<String>,
}

/// An older face of a resource, shown for a number of reads.
#[derive(Debug, Clone)]
pub(super) struct Veil {
    pub(super) face: Option<Value>,
    pub(super) reads: u32,
}

/// A registry as it was before a write, and when the data plane hears of that write.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    face: Value,
    until: OffsetDateTime,
}

impl World {
    pub(super) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// A fresh GUID from the seeded generator.
    pub(super) fn guid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid().to_string()
    }

    /// Puts a document in its place, or takes it away, and notes the change.
    pub(super) fn store(&mut self, id: &str, document: Option<Value>) {
        self.history.add(id, document.as_ref(), self.settings.log_limit);
        self.estate.store(id, document);
    }

    /// What a read shows: the document, or an older face of it, which is thereby used up.
    pub(super) fn read(&mut self, id: &str) -> Option<Value> {
        let key = ids::key(id);
        if let Some(veil) = self.estate.veils.get_mut(&key) {
            let face = veil.face.clone();
            veil.reads -= 1;
            if veil.reads == 0 {
                self.estate.veils.remove(&key);
            }
            return face;
        }
        self.estate.document(id).cloned()
    }

    /// Keeps `face` in front of a resource for so many reads.
    pub(super) fn veil(&mut self, id: &str, face: Option<Value>, reads: u32) {
        if reads > 0 {
            self.estate.veils.insert(ids::key(id), Veil { face, reads });
        }
    }

    /// Lets the data plane hear of a registry's change later, and of several in their order; of one that appears or goes it hears at once.
    pub(super) fn spread(&mut self, id: &str, before: Option<&Value>) {
        let (now, delay) = (self.now(), self.settings.propagation());
        let Some(before) = before else {
            self.estate.memories.remove(&ids::key(id));
            return;
        };
        let memories = self.estate.memories.entry(ids::key(id)).or_default();
        memories.retain(|memory| memory.until > now);
        let heard = now.saturating_add(time::Duration::try_from(delay).unwrap_or(time::Duration::MAX));
        let until = memories.back().map_or(heard, |last| last.until.max(heard));
        if until > now {
            memories.push_back(Memory { face: before.clone(), until });
        }
    }

    /// A registry as its data plane knows it, by [`ids::key`].
    pub(super) fn heard(&self, key: &str) -> Option<&Value> {
        let now = self.now();
        let memories = self.estate.memories.get(key).into_iter().flatten();
        let known = memories.filter(|memory| memory.until > now).map(|memory| &memory.face).next();
        known.or_else(|| self.estate.registries.get(key))
    }

    /// What follows the name of a registry made now, and a dot, in its login server.
    pub(super) fn login_server_suffix(&self) -> String {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        self.settings.login_server_suffix.clone().unwrap_or_else(|| format!("localhost:{port}"))
    }

    /// The moment of a write of a registry, in the seven digits that ARM shows. No two writes share one, even where a test's clock stands still.
    pub(super) fn moment_of_write(&mut self) -> OffsetDateTime {
        self.last_write = self.now().max(self.last_write + time::Duration::nanoseconds(100));
        self.last_write
    }

    /// A new etag in NRP's form.
    pub(super) fn etag(&mut self) -> String {
        format!("W/\"{}\"", self.guid())
    }

    /// Gives a subnet and its network, or a network, new etags: NRP does so at the beginning and at the end of a write.
    pub(super) fn renew_etags(&mut self, id: &str) {
        let etag = self.etag();
        if let Some(document) = self.estate.document_mut(id) {
            document["etag"] = etag.into();
        }
        if let Some((network, _)) = ids::split_subnet(id) {
            self.renew_etags(network);
        }
    }
}

impl Estate {
    /// A registry, network, subnet or resource group by id.
    pub(super) fn document(&self, id: &str) -> Option<&Value> {
        if let Some((network, name)) = ids::split_subnet(id) {
            let subnets = self.networks.get(&ids::key(network))?["properties"]["subnets"].as_array()?;
            return subnets.iter().find(|subnet| is_named(subnet, name));
        }
        let key = ids::key(id);
        self.registries.get(&key).or_else(|| self.networks.get(&key)).or_else(|| self.groups.get(&key))
    }

    pub(super) fn document_mut(&mut self, id: &str) -> Option<&mut Value> {
        if let Some((network, name)) = ids::split_subnet(id) {
            let network = self.networks.get_mut(&ids::key(network))?;
            let subnets = network["properties"]["subnets"].as_array_mut()?;
            return subnets.iter_mut().find(|subnet| is_named(subnet, name));
        }
        let key = ids::key(id);
        if self.registries.contains_key(&key) {
            return self.registries.get_mut(&key);
        }
        if self.networks.contains_key(&key) {
            return self.networks.get_mut(&key);
        }
        self.groups.get_mut(&key)
    }

    /// Puts a document in its place, or takes it away. A subnet whose network is missing goes nowhere.
    fn store(&mut self, id: &str, document: Option<Value>) {
        let Some((network, name)) = ids::split_subnet(id) else {
            return self.store_top(id, document);
        };
        let Some(network) = self.networks.get_mut(&ids::key(network)) else { return };
        if !network["properties"]["subnets"].is_array() {
            network["properties"]["subnets"] = json!([]);
        }
        let Some(subnets) = network["properties"]["subnets"].as_array_mut() else { return };
        let place = subnets.iter().position(|subnet| is_named(subnet, name));
        match (place, document) {
            (Some(index), Some(document)) => subnets[index] = document,
            (Some(index), None) => drop(subnets.remove(index)),
            (None, Some(document)) => subnets.push(document),
            (None, None) => {}
        }
    }

    fn store_top(&mut self, id: &str, document: Option<Value>) {
        let map = if ids::is_registry(id) {
            &mut self.registries
        } else if ids::is_network(id) {
            &mut self.networks
        } else {
            &mut self.groups
        };
        match document {
            Some(document) => drop(map.insert(ids::key(id), document)),
            None => drop(map.remove(&ids::key(id))),
        }
    }

    pub(super) fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.get(&id.to_ascii_lowercase())
    }

    /// The registration state of a provider; a provider nobody spoke of is registered.
    pub(super) fn registration(&self, subscription: &str, namespace: &str) -> String {
        let known = self.subscription(subscription).and_then(|it| it.providers.get(&namespace.to_ascii_lowercase()));
        known.map_or_else(|| "Registered".to_owned(), |(state, _)| state.clone())
    }
}

fn is_named(subnet: &Value, name: &str) -> bool {
    subnet["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// Adds the members of `defaults` that `target` lacks, at every level; what is there stays in its place.
pub(super) fn fill(target: &mut Value, defaults: &Value) {
    let (Some(target), Some(defaults)) = (target.as_object_mut(), defaults.as_object()) else { return };
    for (name, default) in defaults {
        match target.get_mut(name) {
            Some(own) => fill(own, default),
            None => drop(target.insert(name.clone(), default.clone())),
        }
    }
}

/// RFC 7386: objects merge, `null` removes, anything else replaces.
pub(super) fn merge_patch(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            merge_patch(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
