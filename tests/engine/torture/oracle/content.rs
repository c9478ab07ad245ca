//! What a registry or a subnet is, read from the documents that were stored, and who gets in. Written from product.md and what Azure documents;
//! it uses nothing of the provider and nothing of the simulator.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

/// An IPv4 range: its first address, and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    first: u32,
    length: u8,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    Ip(Range),
    /// The id of a subnet, in lower case.
    Subnet(String),
}

/// A registry as far as the network is concerned, and the rest of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) deny: bool,
    pub(crate) rules: BTreeSet<Rule>,
    pub(crate) public: bool,
    pub(crate) bypass: String,
    pub(crate) tasks: bool,
    /// Everything else that is somebody's to set.
    pub(crate) rest: Value,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subnet {
    /// Whether it has the registry endpoint.
    pub(crate) serves: bool,
    /// The other endpoints, in their order.
    pub(crate) others: Vec<Value>,
    /// Everything else that is somebody's to set.
    pub(crate) rest: Value,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Client {
    Address(u32),
    /// Somebody in that subnet, whose endpoint is taken for granted.
    Inside(String),
}

impl Range {
    pub(crate) fn read(text: &str) -> Self {
        let (address, length) = text.split_once('/').unwrap_or((text, "32"));
        let address: Ipv4Addr = address.parse().expect("an address");
        Self { first: address.into(), length: length.parse().expect("a length") }
    }

    fn holds(self, address: u32) -> bool {
        let mask = u32::MAX.checked_shl(32 - u32::from(self.length)).unwrap_or(0);
        address & mask == self.first & mask
    }

    /// Addresses inside of it, and the nearest outside.
    pub(crate) fn clients(self) -> [Client; 3] {
        let size = 1u32.checked_shl(32 - u32::from(self.length)).unwrap_or(0);
        [self.first, self.first.wrapping_add(size.wrapping_sub(1)), self.first.wrapping_add(size)].map(Client::Address)
    }
}

impl Rule {
    pub(crate) fn ip(text: &str) -> Self {
        Self::Ip(Range::read(text))
    }

    pub(crate) fn subnet(id: &str) -> Self {
        Self::Subnet(id.to_lowercase())
    }
}

impl Content {
    pub(crate) fn of(document: &Value) -> Self {
        let properties = &document["properties"];
        let set = &properties["networkRuleSet"];
        let texts = |list: &str, member: &str| -> Vec<String> {
            let list = set[list].as_array().cloned().unwrap_or_default();
            list.iter().map(|rule| rule[member].as_str().expect("a rule").to_owned()).collect()
        };
        let ips = texts("ipRules", "value").into_iter().map(|text| Rule::ip(&text));
        let subnets = texts("virtualNetworkRules", "virtualNetworkSubnetResourceId").into_iter();
        let mut rest = document.clone();
        without(&mut rest, &["systemData"]);
        let own = ["provisioningState", "networkRuleSet", "publicNetworkAccess", "networkRuleBypassOptions"];
        without(&mut rest["properties"], &own);
        without(&mut rest["properties"], &["networkRuleBypassAllowedForTasks"]);
        Self {
            deny: set["defaultAction"] == "Deny",
            rules: ips.chain(subnets.map(|id| Rule::subnet(&id))).collect(),
            public: properties["publicNetworkAccess"] == "Enabled",
            bypass: properties["networkRuleBypassOptions"].as_str().unwrap_or_default().to_owned(),
            tasks: properties["networkRuleBypassAllowedForTasks"] == true,
            rest,
        }
    }

    /// Whether that client gets in.
    pub(crate) fn lets_in(&self, client: &Client) -> bool {
        self.public && (!self.deny || lets_in(&self.rules, client))
    }
}

/// Whether one of these rules is for that client.
pub(crate) fn lets_in(rules: &BTreeSet<Rule>, client: &Client) -> bool {
    rules.iter().any(|rule| match (rule, client) {
        (Rule::Ip(range), Client::Address(address)) => range.holds(*address),
        (Rule::Subnet(id), Client::Inside(subnet)) => id == subnet,
        _ => false,
    })
}

/// Clients that could tell one of these rules from another.
pub(crate) fn clients<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<Client> {
    let mut clients: BTreeSet<Client> = rules
        .flat_map(|rule| match rule {
            Rule::Ip(range) => range.clients().to_vec(),
            Rule::Subnet(id) => vec![Client::Inside(id.clone())],
        })
        .collect();
    clients.insert(Client::Address(Ipv4Addr::new(99, 9, 9, 9).into()));
    clients
}

impl Subnet {
    pub(crate) fn of(document: &Value) -> Self {
        let of_registries = |entry: &Value| entry["service"] == "Microsoft.ContainerRegistry";
        let mut list = document["properties"]["serviceEndpoints"].as_array().cloned().unwrap_or_default();
        let serves = list.iter().any(of_registries);
        list.retain(|entry| !of_registries(entry));
        for entry in &mut list {
            without(entry, &["provisioningState"]);
        }
        let mut rest = document.clone();
        without(&mut rest, &["etag"]);
        without(&mut rest["properties"], &["provisioningState", "serviceEndpoints"]);
        Self { serves, others: list, rest }
    }
}

fn without(value: &mut Value, members: &[&str]) {
    if let Some(object) = value.as_object_mut() {
        for member in members {
            object.shift_remove(*member);
        }
    }
}

#[test]
fn a_client_is_in_a_range_and_its_neighbour_is_not() {
    for (text, inside) in [("52.10.1.0/24", "52.10.1.255"), ("0.0.0.0/0", "9.9.9.9"), ("52.10.0.1", "52.10.0.1")] {
        let client = Client::Address(inside.parse::<Ipv4Addr>().expect("an address").into());
        assert!(lets_in(&[Rule::ip(text)].into(), &client), "{text} holds {inside}");
    }
    let [first, last, after] = Range::read("52.10.1.128/25").clients();
    let rules: BTreeSet<Rule> = [Rule::ip("52.10.1.128/25")].into();
    assert!(lets_in(&rules, &first) && lets_in(&rules, &last) && !lets_in(&rules, &after));
    assert_eq!(Range::read("52.10.0.2/32"), Range::read("52.10.0.2"));
}

#[test]
fn who_gets_in_depends_on_the_action_the_rules_and_public_access() {
    let registry = |action: &str, public: &str| {
        Content::of(&json!({"properties": {
            "publicNetworkAccess": public,
            "networkRuleSet": {"defaultAction": action, "ipRules": [{"value": "52.10.0.1"}], "virtualNetworkRules": []},
        }}))
    };
    let (ours, other) = (Client::Address(0x340A_0001), Client::Address(1));
    let judged = |content: &Content| (content.lets_in(&ours), content.lets_in(&other));
    assert_eq!(judged(&registry("Allow", "Enabled")), (true, true));
    assert_eq!(judged(&registry("Deny", "Enabled")), (true, false));
    assert_eq!(judged(&registry("Allow", "Disabled")), (false, false));
}
