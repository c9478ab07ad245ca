//! Texts of users and of Azure, one to a line: resource ids, addresses and ranges, and lists of them, which lines of two dashes divide.
//!
//! What is read is shown as it was written and is itself in other letters; what is not read is quoted. Of the lists (ours, ours before, those on the
//! registry) the laws of sets are asked that edits and aggregation promise.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::LazyLock;

use acrnet::azure::cloud::{Cloud, CloudName, Endpoints};
use acrnet::azure::id::{RegistryEndpointId, RegistryId, SubnetId, SubscriptionId, VirtualNetworkId};
use acrnet::azure::registry_access::LoginServer;
use acrnet::provider::AcrnetProvider;
use acrnet::rules::aggregate::{aggregate, covers};
use acrnet::rules::findings::{check_ip_rule, is_usable};
use acrnet::rules::{Contents, DefaultAction, Edit, IpRange, IpRule, Limits, RuleSet, Rules, SubnetRef};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::value::Value;

use super::text;

/// Lists of users are not longer, and long ones make an input slow.
const LONGEST_LIST: usize = 64;

static SERVER: LazyLock<Server<AcrnetProvider>> =
    LazyLock::new(|| Server::new(AcrnetProvider::new(Environment::default())));

/// Reads each line as everything that it may be, and the lines together as lists of rules.
pub fn run(input: &[u8]) {
    let text = text(input);
    for line in text.lines().take(LONGEST_LIST) {
        ids(line);
        hosts(line);
        range(line);
    }
    let mut lists = text.split("\n--\n").map(|list| list.lines().take(LONGEST_LIST).collect::<Vec<_>>());
    let [ours, before, held] = std::array::from_fn(|_| lists.next().unwrap_or_default());
    addresses(&ours, before.first().copied().unwrap_or_default());
    findings(&ours, &held);
    edits(&rules(&ours), &rules(&before), &rules(&held));
}

fn ids(line: &str) {
    if let Some(id) = parsed::<RegistryId>(line) {
        assert_eq!(RegistryId::from_parts(id.subscription(), id.resource_group(), id.name()), Ok(id));
    }
    if let Some(id) = parsed::<SubnetId>(line) {
        let network = parsed::<VirtualNetworkId>(id.virtual_network().as_str()).expect("a part of an id is one");
        let parts = SubnetId::from_parts(id.subscription(), id.resource_group(), network.name(), id.name());
        assert_eq!(parts, Ok(id.clone()));
        let endpoint = RegistryEndpointId::of(id);
        assert_eq!(endpoint.to_string().parse(), Ok(endpoint));
    }
    parsed::<VirtualNetworkId>(line);
    if let Ok(id) = line.parse::<SubscriptionId>() {
        assert_eq!(format!("/subscriptions/{id}").parse(), Ok(id));
    }
    if let Ok(id) = line.parse::<RegistryEndpointId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

/// An id is shown as it was written, and is the same in other letters; what is none is quoted.
fn parsed<T: FromStr<Err: Display> + Display + PartialEq + Debug>(line: &str) -> Option<T> {
    match line.parse::<T>() {
        Ok(id) => {
            assert_eq!(id.to_string(), line);
            assert!(line.to_ascii_uppercase().parse::<T>().is_ok_and(|loud| loud == id), "{line} in other letters");
            Some(id)
        }
        Err(error) => {
            assert!(error.to_string().starts_with(&format!("{line:?} is not ")), "{error}");
            None
        }
    }
}

/// Names of hosts that a user writes: no panic, and none with a password in what is said.
fn hosts(line: &str) {
    if let Ok(server) = line.parse::<LoginServer>() {
        assert_eq!(server.to_string(), line);
    }
    let endpoints = Endpoints { resource_manager_endpoint: Some(line.to_owned()), ..Endpoints::default() };
    if let Ok(cloud) = Cloud::new(CloudName::Public, &endpoints) {
        let url = cloud.resource_manager();
        assert!(url.scheme() == "https" || url.scheme() == "http", "{url}");
        assert!(url.username().is_empty() && url.password().is_none() && url.query().is_none(), "{url}");
    }
}

fn range(line: &str) {
    match line.parse::<IpRange>() {
        Ok(range) => {
            assert_eq!(range.as_str(), line);
            assert_eq!(range.canonical().parse(), Ok(range.clone()));
            assert_eq!(IpRange::from(range.network()), range);
            assert_eq!(check_ip_rule(line).is_ok(), is_usable(&range));
        }
        Err(error) => {
            assert!(error.to_string().starts_with(&format!("{line:?}")), "{error}");
            assert!(check_ip_rule(line).is_err());
        }
    }
    let rule = IpRule::read(line);
    assert_eq!(rule.as_str(), line);
    assert_eq!(rule.to_canonical(), rule);
    assert_eq!(IpRule::read(rule.to_canonical().as_str()), rule);
}

/// The shortest list has the same edges as the list it came from, and the function of that name says the same.
fn addresses(list: &[&str], asked: &str) {
    let ranges: Vec<IpRange> = list.iter().filter_map(|line| line.parse().ok()).collect();
    let networks = || ranges.iter().map(IpRange::network);
    let shortest = aggregate(networks());
    assert!(shortest.len() <= ranges.len());
    assert_eq!(aggregate(shortest.iter().copied()), shortest);
    for edge in networks().chain(shortest.iter().copied()).flat_map(|net| [net.network(), net.broadcast()]) {
        let edge = u32::from(edge);
        for probe in [edge.wrapping_sub(1), edge, edge.wrapping_add(1)].map(Ipv4Addr::from) {
            let held = shortest.iter().any(|net| net.contains(&probe));
            assert_eq!(networks().any(|net| net.contains(&probe)), held, "{probe} of {list:?}");
            assert_eq!(covers(networks(), probe.into()), held, "{probe} of {list:?}");
        }
    }
    let texts = Value::List(list.iter().map(|line| Value::from(*line)).collect());
    if let Ok(Value::List(answer)) = SERVER.call("aggregate_ip_rules", std::slice::from_ref(&texts)) {
        let spelled: Vec<Value> = shortest.into_iter().map(|net| IpRange::from(net).canonical().into()).collect();
        assert_eq!(answer, spelled);
    }
    for name in ["normalize_ip_rules", "is_public_ip_rules", "ip_rules_cover"] {
        let _ = SERVER.call(name, &[texts.clone(), asked.into()]);
        let _ = SERVER.call(name, std::slice::from_ref(&texts));
    }
    for name in ["normalize_ip_rule", "is_public_ip_rule", "parse_registry_id", "parse_subnet_id"] {
        let _ = SERVER.call(name, &[asked.into()]);
    }
}

fn findings(ours: &[&str], held: &[&str]) {
    let (subnets, ip_rules): (Vec<&str>, Vec<&str>) = ours.iter().copied().partition(|line| line.starts_with('/'));
    let contents = Contents { default_action: Some(DefaultAction::Deny), ip_rules, subnets, others: rules(held) };
    for finding in contents.findings(&Limits { ip_rules: 8, virtual_network_rules: 4 }) {
        assert!(!finding.summary.is_empty() && !finding.detail.is_empty(), "{finding:?}");
    }
}

/// Lines that begin with a slash are subnets.
fn rules(list: &[&str]) -> Rules {
    let (subnets, ip_rules): (Vec<&str>, Vec<&str>) = list.iter().copied().partition(|line| line.starts_with('/'));
    Rules {
        ip_rules: ip_rules.into_iter().map(IpRule::read).collect(),
        subnets: subnets.into_iter().map(SubnetRef::new).collect(),
    }
}

fn edits(ours: &Rules, before: &Rules, held: &Rules) {
    let current = RuleSet {
        default_action: DefaultAction::Allow,
        ip_rules: held.ip_rules.clone(),
        subnets: Some(held.subnets.clone()),
    };
    let authoritative = Edit::authoritative(DefaultAction::Deny, ours.clone());
    assert_eq!(after(&authoritative, &current), *ours);
    let additive = Edit::additive(None, ours.clone(), before);
    assert_eq!(after(&additive, &current), held.without(&before.without(ours)).with(ours));
    let removal = Edit::removal(None, ours.clone());
    assert_eq!(after(&removal, &current), held.without(ours));
    for edit in [authoritative, additive, removal] {
        let spared = after(&edit.sparing(before, &current), &current);
        assert_eq!(held.shared_with(before).without(&spared), Rules::default(), "rules that were to be spared went");
        let strangers = after(&edit, &current).without(held).without(ours);
        assert_eq!(strangers, Rules::default(), "rules came that nobody listed");
    }
    let spelled = current.spelled_as(before);
    assert!(spelled == current && spelled.difference(&current).is_empty(), "another spelling is no other rule");
}

/// The rules after an edit, which once more changes nothing.
fn after(edit: &Edit, current: &RuleSet) -> Rules {
    let edited = edit.apply(current).expect("all rules are known");
    assert_eq!(edited.changed, edited.rule_set != *current);
    let again = edit.apply(&edited.rule_set).expect("all rules are known");
    assert!(!again.changed, "{edit:?} changes again what it has changed");
    let spelled = |rules: &BTreeSet<IpRule>| rules.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(spelled(&again.rule_set.ip_rules), spelled(&edited.rule_set.ip_rules), "another spelling");
    Rules { ip_rules: edited.rule_set.ip_rules, subnets: edited.rule_set.subnets.unwrap_or_default() }
}
