//! The oracle finds what it is there for: histories in which one thing is wrong, beside the same with nothing wrong.

use serde_json::{Map, Value, json};

use acrnet::simulator::{By, Change, Record};

use super::{Command, Content, Evidence, Verdict, after_all, after_destroy, after_success, judge};
use crate::azure::{REGISTRY, ip_rule, subnet_rule};
use crate::torture::hcl;
use crate::torture::story::{Config, Endpoint, Net, OnDestroy, Set, Verb};

const OURS: &str = "52.10.0.1";
const THEIRS: &str = "40.30.0.1";

fn number(length: usize) -> u64 {
    length.try_into().expect("few of them")
}

fn registry(action: &str, ips: &[&str]) -> Value {
    let rules: Vec<Value> = ips.iter().map(|ip| ip_rule(ip)).collect();
    json!({"tags": {}, "properties": {
        "publicNetworkAccess": "Enabled", "networkRuleBypassOptions": "AzureServices", "networkRuleBypassAllowedForTasks": false,
        "networkRuleSet": {"defaultAction": action, "ipRules": rules, "virtualNetworkRules": []},
    }})
}

fn subnet(services: &[&str]) -> Value {
    let list: Vec<Value> = services.iter().map(|service| json!({"service": service})).collect();
    json!({"name": "app", "etag": services.len(), "properties": {"addressPrefix": "10.0.0.0/24", "serviceEndpoints": list}})
}

fn sharing(ips: &[&'static str]) -> Config {
    let set = Set {
        additive: true,
        deny: true,
        ips: ips.to_vec(),
        subnets: Vec::new(),
        public: None,
        bypass: None,
        tasks: None,
        fail: false,
        on_destroy: OnDestroy::Default,
    };
    Config { set: Some(set), ..Config::default() }
}

fn owning(ips: &[&'static str]) -> Config {
    let mut config = sharing(ips);
    config.set.as_mut().expect("a rule set").additive = false;
    config
}

/// A run of one command, `a1`, on a registry that denies and holds a rule of ours and one of theirs.
struct Run(Evidence);

impl Run {
    fn of(verb: Verb, config: Config) -> Self {
        let command = Command {
            label: "a1".to_owned(),
            team: 0,
            verb,
            config,
            ended: u64::MAX,
            succeeded: true,
            killed: false,
            disturbed: false,
        };
        Self(Evidence {
            registry: registry("Deny", &[OURS, THEIRS]),
            subnets: vec![(Net::App, subnet(&["Microsoft.Storage", "Microsoft.ContainerRegistry"]))],
            changes: Vec::new(),
            log: Vec::new(),
            commands: vec![command],
            jumped: false,
        })
    }

    fn asked(&mut self, method: &str, path: &str, body: Value) -> u64 {
        let seq = number(self.0.log.len()) + 1;
        let headers = json!({"user-agent": "terraform torture/a1"}).as_object().cloned().expect("headers");
        self.0.log.push(Record {
            seq,
            time_ms: seq,
            effect_ms: Some(10 * seq),
            method: method.to_owned(),
            path: path.to_owned(),
            api_version: None,
            query: Map::new(),
            headers,
            body,
            status: 200,
            response: Value::Null,
            stored: number(self.0.changes.len()),
            fault: None,
            overwrite: None,
        });
        seq
    }

    fn changed(&mut self, id: &str, by: By, document: Value) {
        let number = number(self.0.changes.len()) + 1;
        self.0.changes.push(Change { number, id: id.to_owned(), by, document: Some(document) });
    }

    fn reads(mut self) -> Self {
        self.asked("GET", REGISTRY, Value::Null);
        self
    }

    /// A PATCH with that body, which leaves that.
    fn patches(mut self, properties: &Value, left: Value) -> Self {
        let seq = self.asked("PATCH", REGISTRY, json!({"properties": properties}));
        self.changed(REGISTRY, By::Request(seq), left);
        self
    }

    fn writes(self, left: Value) -> Self {
        self.patches(&json!({"networkRuleSet": {"defaultAction": "Deny"}}), left)
    }

    fn others(mut self, left: Value) -> Self {
        self.changed(REGISTRY, By::Behind, left);
        self
    }

    fn puts(mut self, left: Value) -> Self {
        let seq = self.asked("PUT", &hcl::id(Net::App), Value::Null);
        self.changed(&hcl::id(Net::App), By::Request(seq), left);
        self
    }

    fn judged(&self) -> Verdict {
        judge(&self.0)
    }

    /// The oracle finds this, and nothing else.
    #[track_caller]
    fn finds(&self, what: &str) {
        let found = self.judged().violations;
        assert!(!found.is_empty() && found.iter().all(|one| one.contains(what)), "{what:?} was to be found: {found:?}");
    }

    #[track_caller]
    fn finds_nothing(&self) {
        assert_eq!(self.judged().violations, [""; 0]);
    }
}

#[test]
fn a_registry_that_is_opened_though_the_configuration_denies() {
    Run::of(Verb::Apply, sharing(&[OURS])).writes(registry("Allow", &[OURS, THEIRS])).finds("was opened");
    let mut open = sharing(&[OURS]);
    open.set.as_mut().expect("a rule set").deny = false;
    Run::of(Verb::Apply, open).writes(registry("Allow", &[OURS, THEIRS])).finds_nothing();
    // Not even between the two halves of a replacement.
    let gap = Run::of(Verb::Apply, sharing(&[OURS])).writes(registry("Allow", &[OURS, THEIRS]));
    gap.writes(registry("Deny", &[OURS, THEIRS])).finds("was opened");
}

#[test]
fn a_rule_of_others_that_is_removed_unless_the_rule_set_owns_all() {
    Run::of(Verb::Apply, sharing(&[OURS])).writes(registry("Deny", &[OURS])).finds("");
    Run::of(Verb::Apply, owning(&[OURS])).writes(registry("Deny", &[OURS])).finds_nothing();
    Run::of(Verb::Destroy, sharing(&[OURS])).writes(registry("Allow", &[])).finds("was removed");
    Run::of(Verb::Destroy, sharing(&[OURS])).writes(registry("Allow", &[THEIRS])).finds_nothing();
}

#[test]
fn what_others_change_between_reading_and_write_can_be_undone_and_what_they_changed_before_cannot() {
    let config = || sharing(&[OURS, "52.10.3.7"]);
    let both = || registry("Deny", &[OURS, THEIRS, "40.30.1.0/24"]);
    let lost = || registry("Deny", &[OURS, THEIRS, "52.10.3.7"]);
    let collision = Run::of(Verb::Apply, config()).reads().others(both()).writes(lost());
    collision.finds_nothing();
    assert!(collision.judged().collisions > 0);
    Run::of(Verb::Apply, config()).others(both()).reads().writes(lost()).finds("");
    assert!(!Run::of(Verb::Apply, config()).others(both()).reads().writes(lost()).judged().violations.is_empty());
}

#[test]
fn a_client_that_is_cut_though_it_is_let_in_before_and_after() {
    let wide = sharing(&["52.10.0.0/24"]);
    // What was listed before is inside of what is listed now.
    let widened = || {
        let mut run = Run::of(Verb::Apply, wide.clone());
        let earlier = Command { label: "a0".to_owned(), config: sharing(&[OURS]), ..run.0.commands[0].clone() };
        run.0.commands.insert(0, earlier);
        run
    };
    widened().writes(registry("Deny", &[THEIRS])).finds("was cut");
    widened().writes(registry("Deny", &[THEIRS, "52.10.0.0/24"])).finds_nothing();
    let mut closing = Run::of(Verb::Apply, owning(&[OURS]));
    closing.0.registry = registry("Allow", &[]);
    closing.writes(registry("Deny", &[])).finds("was cut");
}

#[test]
fn a_setting_that_is_not_managed() {
    let carries = json!({"networkRuleSet": {"defaultAction": "Deny"}, "publicNetworkAccess": "Enabled"});
    Run::of(Verb::Apply, sharing(&[OURS])).patches(&carries, registry("Deny", &[OURS, THEIRS])).finds("is not managed");
    let mut managed = sharing(&[OURS]);
    managed.set.as_mut().expect("a rule set").public = Some(true);
    Run::of(Verb::Apply, managed).patches(&carries, registry("Deny", &[OURS, THEIRS])).finds_nothing();
    let mut changed = registry("Deny", &[OURS, THEIRS]);
    changed["properties"]["networkRuleBypassOptions"] = "None".into();
    Run::of(Verb::Apply, sharing(&[OURS])).writes(changed).finds("bypass option changed");
    let mut tagged = registry("Deny", &[OURS, THEIRS]);
    tagged["tags"]["x"] = "y".into();
    Run::of(Verb::Apply, sharing(&[OURS])).writes(tagged).finds("not ours");
}

#[test]
fn a_write_of_a_plan_and_a_request_that_is_none_of_ours() {
    Run::of(Verb::Plan, sharing(&[OURS, "52.10.3.7"]))
        .writes(registry("Deny", &[OURS, THEIRS, "52.10.3.7"]))
        .finds("was added");
    let mut run = Run::of(Verb::Apply, sharing(&[OURS]));
    run.asked("DELETE", REGISTRY, Value::Null);
    run.finds("no request of this provider");
}

#[test]
fn a_subnet_of_which_more_changes_than_the_endpoint() {
    let app = || Config { endpoints: vec![Endpoint { net: Net::App, remove: None }], ..Config::default() };
    let whole = ["Microsoft.Storage", "Microsoft.ContainerRegistry"];
    Run::of(Verb::Apply, app()).puts(subnet(&whole[1..])).finds("endpoints of others");
    let mut moved = subnet(&whole);
    moved["properties"]["addressPrefix"] = "10.9.0.0/24".into();
    Run::of(Verb::Apply, app()).puts(moved).finds("something else");
    Run::of(Verb::Apply, app()).puts(subnet(&whole[..1])).finds("was removed");
    Run::of(Verb::Destroy, app()).puts(subnet(&whole[..1])).finds_nothing();
    Run::of(Verb::Destroy, Config::default()).puts(subnet(&whole[..1])).finds("was removed");
}

#[test]
fn an_endpoint_that_goes_before_its_rule() {
    let config = Config {
        endpoints: vec![Endpoint { net: Net::App, remove: None }],
        subnets: vec![Net::App],
        ..Config::default()
    };
    let mut run = Run::of(Verb::Destroy, config);
    run.0.registry["properties"]["networkRuleSet"]["virtualNetworkRules"] = json!([subnet_rule(&hcl::id(Net::App))]);
    run.puts(subnet(&["Microsoft.Storage"])).finds("before the rule");
}

#[test]
fn a_success_that_is_none_and_what_is_left_over() {
    let run = Run::of(Verb::Apply, sharing(&[OURS, "52.10.3.7"]));
    assert_eq!(after_success(&run.0, &run.0.commands[0]).len(), 1);
    assert_eq!(after_success(&run.0, &Command { succeeded: false, ..run.0.commands[0].clone() }), [""; 0]);
    let last = [sharing(&[])];
    assert!(after_all(&run.0, &last).iter().any(|found| found.contains("left over")), "{OURS} was ours");
    let mut killed = run;
    killed.0.commands[0] = Command { killed: true, succeeded: false, ..killed.0.commands[0].clone() };
    assert_eq!(after_all(&killed.0, &last), [""; 0], "nobody could note it");
}

#[test]
fn a_destroy_that_leaves_something_else_than_it_says() {
    let before = Content::of(&registry("Deny", &[OURS, THEIRS]));
    let left = |config: Config, content: Value| {
        let run = Run::of(Verb::Destroy, config.clone()).others(content);
        after_destroy(&run.0, &[config], &before).len()
    };
    let with = |on_destroy: OnDestroy, mut config: Config| {
        config.set.as_mut().expect("a rule set").on_destroy = on_destroy;
        config
    };
    assert_eq!(left(sharing(&[OURS]), registry("Allow", &[THEIRS])), 0);
    assert_eq!(left(sharing(&[OURS]), registry("Deny", &[THEIRS])), 1);
    assert_eq!(left(sharing(&[OURS]), registry("Allow", &[OURS, THEIRS])), 1);
    assert_eq!(left(owning(&[OURS]), registry("Allow", &[THEIRS])), 1);
    assert_eq!(left(with(OnDestroy::Keep, sharing(&[OURS])), registry("Deny", &[OURS, THEIRS])), 0);
    assert_eq!(left(with(OnDestroy::Keep, sharing(&[OURS])), registry("Allow", &[OURS, THEIRS])), 1);
    assert_eq!(left(with(OnDestroy::Previous, owning(&[OURS])), registry("Deny", &[OURS, THEIRS])), 0);
    let nowhere = Run::of(Verb::Destroy, with(OnDestroy::Previous, owning(&[OURS])));
    assert_eq!(after_destroy(&nowhere.0, &[], &before), ["the default action is another than before the destroy"; 0]);
}
