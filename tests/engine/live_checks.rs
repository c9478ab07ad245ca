//! What a plan learns of Azure: errors and warnings before anything is written, each beside a neighbour that is silent, and the calls it costs.

use serde_json::{Map, Value, json};

use acrnet::simulator::{Action, Fault};

use crate::azure::{APP, BUILD, GROUP, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};
use crate::run::{Run, Said};
use crate::support::{RULES, Workspace, endpoint, rule_set};

const DENY: &str = "  default_action = \"Deny\"\n";
const OURS: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n";
const ON_APP: &str = "  default_action = \"Deny\"\n  virtual_network_subnet_ids = [\"APP\"]\n";
const ON_READY: &str = "  default_action = \"Deny\"\n  virtual_network_subnet_ids = [\"READY\"]\n";
const ON_ENDPOINT: &str =
    "  default_action = \"Deny\"\n  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]\n";

/// A value that Terraform knows only after something was made.
fn late(value: &str) -> String {
    format!("resource \"terraform_data\" \"late\" {{\n  input = \"{value}\"\n}}\n")
}

/// What was read, as `GET Demo1`, sorted.
fn reads(workspace: &Workspace) -> Vec<String> {
    let requests = workspace.azure.simulator().requests();
    let read = requests.iter().filter(|record| record.method == "GET");
    let mut reads: Vec<String> =
        read.map(|record| record.path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    reads.sort_unstable();
    reads
}

/// A plan, and what it read.
fn plan_and_reads(workspace: &Workspace, arguments: &[&str]) -> (Run, Vec<String>) {
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&[&["plan", "-json"], arguments].concat());
    assert_eq!(run.errors(), []);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    (run, reads(workspace))
}

fn refused(status: u16, code: &str) -> Action {
    let body = json!({"error": {"code": code, "message": "The client may not do that."}});
    Action::Answer { status, headers: Map::new(), body, after_effect: false }
}

fn assert_says(said: &Said, summary: &str, line: &str, parts: &[&str]) {
    assert_eq!(said.summary, summary, "{said:#?}");
    assert!(said.line.contains(line), "not at the line of {line}: {said:#?}");
    for part in parts {
        assert!(said.detail.contains(part), "{part:?} is not said: {said:#?}");
    }
}

/// A plan without a word.
fn assert_silent(workspace: &Workspace) {
    let plan = workspace.plan();
    assert_eq!((plan.errors(), plan.warnings()), (vec![], vec![]), "{}", plan.stdout);
}

// The registry.

#[test]
fn a_registry_that_is_not_premium_is_an_error_of_the_plan() {
    let workspace = Workspace::of(&rule_set(OURS));
    assert_silent(&workspace);
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Standard"}})).unwrap();
    let error = workspace.plan().error();
    let parts = ["It is Standard", "sku = \"Premium\"", "az acr update --name Demo1 --sku Premium"];
    assert_says(&error, "Registry Demo1 is not Premium", "registry_id", &parts);
}

/// What is only for later is in the state alone: so can a rule set be told to leave a registry that bears no rules any more.
#[test]
fn a_change_that_writes_nothing_passes_on_a_registry_that_lost_its_sku() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    let written = workspace.azure.writes().len();
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Standard"}})).unwrap();
    workspace.write(&rule_set(&format!("{OURS}  on_destroy = \"keep\"\n")));
    workspace.apply();
    workspace.destroy();
    assert_eq!(workspace.azure.writes().len(), written);
}

#[test]
fn a_registry_that_becomes_known_at_apply_is_checked_before_the_first_write() {
    let workspace = Workspace::of(&format!(
        "{}{}",
        late(REGISTRY),
        rule_set(OURS).replace("\"REGISTRY\"", "terraform_data.late.output")
    ));
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Basic"}})).unwrap();
    assert_silent(&workspace);
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Registry Demo1 is not Premium");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(workspace.state(RULES).is_none());
}

#[test]
fn a_registry_that_lost_its_sku_after_the_plan_is_refused_before_any_write() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    let written = workspace.azure.writes().len();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]\n"));
    assert!(workspace.terraform(&["plan", "-json", "-out=saved"]).success());
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Basic"}})).unwrap();
    let error = workspace.terraform(&["apply", "-json", "saved"]).error();
    assert_eq!(error.summary, "Registry Demo1 is not Premium");
    assert_eq!(workspace.azure.writes().len(), written);
}

#[test]
fn a_rule_set_that_stays_as_it_is_is_no_error_on_whatever_registry() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Basic"}})).unwrap();
    assert_silent(&workspace);
    workspace.destroy();
}

#[test]
fn a_registry_that_does_not_exist_is_an_error_of_the_plan() {
    let missing = REGISTRY.replace("Demo1", "Missing1");
    let workspace = Workspace::of(&rule_set(OURS).replace("\"REGISTRY\"", &format!("\"{missing}\"")));
    let error = workspace.plan().error();
    let parts = ["azurerm_container_registry.<name>.id", "ResourceNotFound", &missing];
    assert_says(&error, "Could not find registry Missing1", "registry_id", &parts);
}

#[test]
fn a_resource_group_and_a_subscription_that_do_not_exist_are_told_in_azures_words() {
    let group = REGISTRY.replace("/resourceGroups/rg/", "/resourceGroups/gone/");
    let workspace = Workspace::of(&rule_set(OURS).replace("\"REGISTRY\"", &format!("\"{group}\"")));
    assert!(workspace.plan().error().detail.contains("ResourceGroupNotFound"));
    let subscription = REGISTRY.replace("11111111-1111-1111-1111-111111111111", "99999999-9999-9999-9999-999999999999");
    workspace.write(&rule_set(OURS).replace("\"REGISTRY\"", &format!("\"{subscription}\"")));
    let error = workspace.plan().error();
    let parts = ["Subscription 99999999-9999-9999-9999-999999999999 does not exist", "SubscriptionNotFound"];
    assert_says(&error, "Could not find registry Demo1", "registry_id", &parts);
}

#[test]
fn public_access_that_is_off_is_a_warning_once() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.edit_registry(&json!({"publicNetworkAccess": "Disabled"}));
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    let parts = ["Only private endpoints reach the registry then."];
    let summary = "Rules have no effect while public network access is disabled";
    assert_says(&plan.warning(), summary, "registry_id", &parts);
    assert_eq!(plan.warnings().len(), 1);
    workspace.write(&rule_set(&format!("{OURS}  public_network_access_enabled = false")));
    let plan = workspace.plan();
    assert_says(&plan.warning(), summary, "public_network_access_enabled", &parts);
    workspace.write(&rule_set(&format!("{OURS}  public_network_access_enabled = true")));
    assert_silent(&workspace);
    workspace.write(&rule_set(DENY));
    assert_silent(&workspace);
}

#[test]
fn public_access_that_somebody_turns_off_later_is_a_warning_of_an_unchanged_plan() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"publicNetworkAccess": "Disabled"}));
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(plan.warning().summary, "Rules have no effect while public network access is disabled");
    assert_eq!(plan.actions(), [""; 0]);
    assert_eq!(reads, ["Demo1"]);
}

#[test]
fn virtual_network_rules_beside_private_endpoints_are_a_warning() {
    let workspace = Workspace::of(&rule_set(ON_READY));
    assert_silent(&workspace);
    let connection = json!({"id": format!("{REGISTRY}/privateEndpointConnections/one"), "properties": {}});
    workspace.azure.edit_registry(&json!({"privateEndpointConnections": [connection]}));
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    let summary = "Registry Demo1 has virtual network rules beside private endpoints";
    assert_says(&plan.warning(), summary, "virtual_network_subnet_ids", &["Azure does not support both"]);
    workspace.write(&rule_set(OURS));
    assert_silent(&workspace);
}

// Room.

fn holding_others(count: usize) -> Workspace {
    let workspace = Workspace::new();
    let rules: Vec<Value> = (0..count).map(|n| ip_rule(&format!("20.{}.{}.7", n / 200, n % 200))).collect();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": rules}}));
    workspace
}

fn additive(ips: &[&str]) -> String {
    let list: Vec<String> = ips.iter().map(|ip| format!("\"{ip}\"")).collect();
    rule_set(&format!("{DENY}  rules_mode = \"additive\"\n  ip_rules = [{}]", list.join(", ")))
}

#[test]
fn rules_of_others_count_against_the_limit_of_an_additive_rule_set() {
    let workspace = holding_others(199);
    workspace.write(&additive(&["16.17.18.0", "16.17.18.1"]));
    let error = workspace.plan().error();
    let parts = [
        "199 of others and 2 listed here: 1 too many",
        "aggregate_ip_rules",
        "turns the 2 listed here into 1",
        "raise ip_rule_limit",
    ];
    assert_says(&error, "201 IP rules are more than the 200 that a registry holds", "ip_rules", &parts);
    workspace.write(&additive(&["16.17.18.0"]));
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    assert!(plan.warning().detail.contains("199 of others and 1 listed here: there is room for no more"));
    workspace.write(&additive(&["20.0.0.7", "20.0.1.7"]));
    assert_silent(&workspace);
}

#[test]
fn an_additive_rule_set_with_room_enough_is_silent() {
    let workspace = holding_others(178);
    workspace.write(&additive(&["16.17.18.0", "16.17.18.1"]));
    assert_silent(&workspace);
}

#[test]
fn rules_of_others_that_come_after_the_plan_are_counted_before_the_first_write() {
    let workspace = Workspace::of(&additive(&["16.17.18.0", "16.17.19.1"]));
    assert!(workspace.terraform(&["plan", "-json", "-out=saved"]).success());
    let rules: Vec<Value> = (0..199).map(|n| ip_rule(&format!("20.0.{n}.7"))).collect();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": rules}}));
    let errors = workspace.terraform(&["apply", "-json", "saved"]).errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].summary, "201 IP rules are more than the 200 that a registry holds");
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

// Subnets.

#[test]
fn a_subnet_without_the_endpoint_is_a_warning_that_names_the_attribute_to_use() {
    let workspace = Workspace::of(&rule_set(ON_APP));
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    let summary = "Subnet app lacks the service endpoint Microsoft.ContainerRegistry";
    let parts = ["acrnet_subnet_service_endpoint.<name>.subnet_id", APP];
    assert_says(&plan.warning(), summary, "virtual_network_subnet_ids", &parts);
    workspace.write(&rule_set(ON_READY));
    assert_silent(&workspace);
}

#[test]
fn a_subnet_whose_endpoint_this_plan_adds_or_keeps_is_no_warning() {
    let workspace = Workspace::of(&format!("{}{}", endpoint("APP", ""), rule_set(ON_ENDPOINT)));
    assert_silent(&workspace);
    workspace.write(&endpoint("APP", ""));
    workspace.apply();
    workspace.write(&format!("{}{}", endpoint("APP", ""), rule_set(ON_ENDPOINT)));
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(plan.warnings(), []);
    assert_eq!(reads, ["Demo1", "Microsoft.ContainerRegistry", "app"], "the subnet is read by the refresh alone");
}

#[test]
fn subnets_that_do_not_exist_are_an_error_each() {
    let nowhere = APP.replace("subnets/app", "subnets/nowhere");
    let elsewhere = APP.replace("virtualNetworks/net", "virtualNetworks/gone");
    let workspace = Workspace::of(&rule_set(&format!(
        "{DENY}  virtual_network_subnet_ids = [\"{nowhere}\", \"{elsewhere}\", \"READY\"]"
    )));
    let errors = workspace.plan().errors();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    for (name, id) in [("nowhere", &nowhere), ("app", &elsewhere)] {
        let said = errors.iter().find(|said| said.detail.contains(id.as_str())).unwrap();
        let parts = ["azurerm_subnet.<name>.id"];
        assert_says(said, &format!("Could not find subnet {name}"), "virtual_network_subnet_ids", &parts);
    }
    workspace.write(&endpoint(&nowhere, ""));
    assert_says(&workspace.plan().error(), "Could not find subnet nowhere", "subnet_id", &[]);
}

#[test]
fn everything_that_is_wrong_is_told_in_one_plan() {
    let workspace = holding_others(199);
    workspace.azure.simulator().edit(REGISTRY, &json!({"sku": {"name": "Basic"}})).unwrap();
    let nowhere = APP.replace("subnets/app", "subnets/nowhere");
    workspace.write(&rule_set(&format!(
        "{DENY}  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.19\", \"16.17.18.21\"]\n  virtual_network_subnet_ids = [\"{nowhere}\", \"APP\"]"
    )));
    let plan = workspace.plan();
    let summaries: Vec<String> = plan.errors().into_iter().map(|said| said.summary).collect();
    assert_eq!(summaries.len(), 3, "{summaries:#?}");
    assert_eq!(plan.warnings().len(), 1, "{:#?}", plan.warnings());
}

// Who may not look.

#[test]
fn who_may_not_read_is_not_stopped_by_a_check() {
    let workspace = Workspace::of(&rule_set(ON_APP));
    workspace.azure.fault(Fault::new(refused(403, "AuthorizationFailed")).on("GET", REGISTRY).times(None));
    workspace.azure.fault(Fault::new(refused(403, "AuthorizationFailed")).on("GET", APP).times(None));
    assert_silent(&workspace);
}

// Calls.

/// Rule sets on registries of their own, `Demo0` and up, of this many, with these lines.
fn many(workspace: &Workspace, count: usize, lines: &str) -> String {
    let id = |at: usize| format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Demo{at}0");
    let registries: Vec<Value> =
        (0..count).map(|at| json!({"id": id(at), "location": "westeurope", "sku": {"name": "Premium"}})).collect();
    workspace.azure.simulator().add(&json!({"registries": registries})).unwrap();
    (0..count)
        .map(|at| {
            let rules = rule_set(lines).replace("\"this\"", &format!("\"this{at}\""));
            rules.replace("\"REGISTRY\"", &format!("\"{}\"", id(at)))
        })
        .collect()
}

#[test]
fn a_plan_reads_each_registry_subnet_and_subscription_once() {
    let workspace = Workspace::new();
    let lines = format!("{DENY}  virtual_network_subnet_ids = [\"READY\", \"{}\"]", BUILD.to_ascii_uppercase());
    workspace.write(&many(&workspace, 5, &lines));
    let once = ["BUILD", "Demo00", "Demo10", "Demo20", "Demo30", "Demo40", "Microsoft.ContainerRegistry", "ready"];
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(plan.warnings().len(), 5, "one for each rule set: {:#?}", plan.warnings());
    assert_eq!(reads, once);
}

#[test]
fn a_subnet_that_may_not_be_read_is_asked_for_once() {
    let workspace = Workspace::new();
    workspace.azure.fault(Fault::new(refused(403, "AuthorizationFailed")).on("GET", BUILD).times(None));
    let lines = format!("{DENY}  virtual_network_subnet_ids = [\"{BUILD}\"]");
    workspace.write(&many(&workspace, 5, &lines));
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(plan.warnings(), []);
    assert_eq!(reads.iter().filter(|read| *read == "build").count(), 1, "{reads:?}");
}

#[test]
fn an_unchanged_plan_reads_what_its_refresh_reads_and_without_refresh_nothing() {
    let workspace = Workspace::of(&format!("{}{}", endpoint("APP", ""), rule_set(ON_ENDPOINT)));
    workspace.apply();
    assert_eq!(plan_and_reads(&workspace, &[]).1, ["Demo1", "app"]);
    assert_eq!(plan_and_reads(&workspace, &["-refresh=false"]).1, [""; 0]);
}

#[test]
fn a_changed_plan_reads_besides_only_the_subnets_that_are_new() {
    let workspace = Workspace::of(&rule_set(ON_READY));
    workspace.apply();
    workspace.write(&rule_set(&format!("{ON_READY}  ip_rules = [\"16.17.18.19\"]")));
    assert_eq!(plan_and_reads(&workspace, &[]).1, ["Demo1"]);
    workspace.write(&rule_set(&ON_READY.replace("[\"READY\"]", "[\"READY\", \"BUILD\"]")));
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(reads, ["Demo1", "Microsoft.ContainerRegistry", "build"]);
    assert_eq!(plan.warning().summary, "Subnet build lacks the service endpoint Microsoft.ContainerRegistry");
    assert_eq!(plan_and_reads(&workspace, &["-refresh=false"]).1, ["Microsoft.ContainerRegistry", "build"]);
}

#[test]
fn each_subscription_is_asked_once_for_its_registration() {
    let workspace = Workspace::new();
    let far = NETWORK.replace("11111111-1111-1111-1111-111111111111", "44444444-4444-4444-4444-444444444444");
    let subnet = json!({"name": "far", "properties": {"addressPrefix": "10.1.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let network = json!({"id": far, "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]}});
    workspace.azure.simulator().add(&json!({"virtualNetworks": [network]})).unwrap();
    let lines = format!("{DENY}  virtual_network_subnet_ids = [\"READY\", \"{far}/subnets/far\"]");
    workspace.write(&many(&workspace, 3, &lines));
    let (plan, reads) = plan_and_reads(&workspace, &[]);
    assert_eq!(plan.warnings(), []);
    let namespace = "Microsoft.ContainerRegistry";
    assert_eq!(reads, ["Demo00", "Demo10", "Demo20", namespace, namespace, "far", "ready"]);
}

#[test]
fn an_apply_says_each_warning_in_the_same_words() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.edit_registry(&json!({"publicNetworkAccess": "Disabled"}));
    let said = workspace.apply().warning();
    assert_eq!(said.summary, "Rules have no effect while public network access is disabled");
}

#[test]
fn rules_for_subnets_of_others_that_stay_are_not_looked_at() {
    let workspace = Workspace::new();
    workspace.azure.edit_registry(
        &json!({"networkRuleSet": {"defaultAction": "Deny", "virtualNetworkRules": [subnet_rule(READY)]}}),
    );
    workspace.write(&additive(&["16.17.18.19"]));
    assert_eq!(plan_and_reads(&workspace, &[]).1, ["Demo1"]);
}
