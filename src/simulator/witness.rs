//! Who knew what: tells a write that undoes another caller's, because its writer had read before that.
//!
//! Registries have no etag, so ARM takes such a write; this is a test's means to count them. From reads and writes come the rules a
//! caller has seen, out goes what a write undid. A caller is a process, known by the correlation id that it sends.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::Call;
use super::ids;
use super::oauth;

/// What a write undid without its writer's knowledge: rules as `16.17.18.0/24`, or the id of a subnet in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overwrite {
    /// Rules that came after the writer had last read, and are gone.
    pub dropped: Vec<String>,
    /// Rules that were there when the writer last read and had gone since, and are back.
    pub restored: Vec<String>,
}

/// What each caller last saw of each registry.
#[derive(Debug, Default)]
pub(super) struct Witness {
    known: HashMap<Sight, BTreeSet<String>>,
    order: VecDeque<Sight>,
}

/// Caller, and [`ids::key`] of a registry.
type Sight = (String, String);

impl Witness {
    /// A caller was shown a registry. At most `limit` sights are remembered.
    pub(super) fn saw(&mut self, call: &Call, id: &str, document: &Value, limit: usize) {
        let sight = (caller(call), ids::key(id));
        if self.known.insert(sight.clone(), rules(document)).is_none() {
            self.order.push_back(sight);
        }
        while self.order.len() > limit {
            self.order.pop_front().and_then(|oldest| self.known.remove(&oldest));
        }
    }

    /// What a write undoes that its caller cannot have known; `None` when nothing, or when the caller never read.
    pub(super) fn overwritten(&self, call: &Call, id: &str, before: &Value, next: &Value) -> Option<Overwrite> {
        let known = self.known.get(&(caller(call), ids::key(id)))?;
        let (before, next) = (rules(before), rules(next));
        let overwrite = Overwrite {
            dropped: before.difference(&next).filter(|rule| !known.contains(*rule)).cloned().collect(),
            restored: next.difference(&before).filter(|rule| known.contains(*rule)).cloned().collect(),
        };
        (overwrite != Overwrite::default()).then_some(overwrite)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// One id per process is what the provider, azurerm and azapi send; without it, the principal.
fn caller(call: &Call) -> String {
    call.header("x-ms-correlation-request-id").map_or_else(|| oauth::caller(call).object, str::to_owned)
}

fn rules(document: &Value) -> BTreeSet<String> {
    let set = &document["properties"]["networkRuleSet"];
    let texts = |list: &'static str, member: &'static str| {
        set[list].as_array().into_iter().flatten().filter_map(move |rule| rule[member].as_str())
    };
    let subnets = texts("virtualNetworkRules", "virtualNetworkSubnetResourceId").map(ids::key);
    texts("ipRules", "value").map(str::to_owned).chain(subnets).collect()
}
