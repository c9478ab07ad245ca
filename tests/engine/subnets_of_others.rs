//! A subnet belongs to somebody else: it comes back as it came, but for one entry of one list.

use serde_json::{Value, json};

use acrnet::simulator::BusyAnswer;

use crate::azure::{APP, Azure, BUILD, GROUP, NETWORK, READY};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

/// Everything that a subnet can have, in an odd order, with numbers that a float would change and members that nobody knows.
const RICH: &str = r#"{
  "zebra": {"b": 1.10, "a": 12345678901234567890, "deep": [1e400, null, {"x": "\u00e4"}]},
  "properties": {
    "routeTable": {"id": "GROUP/providers/Microsoft.Network/routeTables/rt"},
    "addressPrefix": "10.0.9.0/24",
    "futureSetting": {"ratio": 1.10, "on": false},
    "serviceEndpoints": [
      {"service": "Microsoft.Storage", "locations": ["westeurope", "northeurope"], "provisioningState": "Succeeded",
       "networkIdentifier": {"id": "GROUP/providers/Microsoft.Network/publicIPAddresses/out"}},
      {"service": "Microsoft.KeyVault", "locations": ["*"], "provisioningState": "Succeeded", "color": "blue"}
    ],
    "networkSecurityGroup": {"id": "GROUP/providers/Microsoft.Network/networkSecurityGroups/nsg"},
    "natGateway": {"id": "GROUP/providers/Microsoft.Network/natGateways/nat"},
    "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms", "actions": ["x/join/action"]}}],
    "privateLinkServiceNetworkPolicies": "Disabled",
    "privateEndpointNetworkPolicies": "NetworkSecurityGroupEnabled",
    "serviceEndpointPolicies": [{"id": "GROUP/providers/Microsoft.Network/serviceEndpointPolicies/p"}],
    "ipAllocations": [{"id": "GROUP/providers/Microsoft.Network/ipAllocations/i"}],
    "ipamPoolPrefixAllocations": [{"numberOfIpAddresses": "64", "pool": {"id": "GROUP/pools/p"}}],
    "defaultOutboundAccess": false,
    "sharingScope": "Tenant"
  },
  "name": "rich"
}"#;

fn rich_id() -> String {
    format!("{NETWORK}/subnets/rich")
}

fn with_rich_subnet() -> Workspace {
    let workspace = Workspace::new();
    let rich: Value = serde_json::from_str(&RICH.replace("GROUP", GROUP)).unwrap();
    let network = json!({
        "id": NETWORK, "location": "westeurope",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [rich]},
    });
    workspace.azure.simulator().add(&json!({"virtualNetworks": [network]})).unwrap();
    workspace.write(&endpoint(&rich_id(), ""));
    workspace
}

/// What the provider read last before it wrote.
fn read_before_put(azure: &Azure) -> Value {
    let requests = azure.simulator().requests();
    let put = requests.iter().rposition(|record| record.method == "PUT").expect("a PUT");
    let read = requests[..put].iter().rfind(|record| record.method == "GET" && record.path.ends_with("/subnets/rich"));
    read.expect("a GET before the PUT").response.clone()
}

fn put(azure: &Azure) -> Value {
    azure.simulator().requests().iter().rfind(|record| record.method == "PUT").expect("a PUT").body.clone()
}

#[test]
fn a_subnet_goes_back_byte_for_byte_but_for_one_entry() {
    let workspace = with_rich_subnet();
    workspace.apply();
    let mut expected = read_before_put(&workspace.azure);
    expected["properties"]["serviceEndpoints"]
        .as_array_mut()
        .unwrap()
        .push(json!({"service": "Microsoft.ContainerRegistry"}));
    assert_eq!(put(&workspace.azure).to_string(), expected.to_string());
    let body = put(&workspace.azure).to_string();
    assert!(body.contains(r#""zebra":{"b":1.10,"a":12345678901234567890,"#), "{body}");
    assert!(body.contains(r#""futureSetting":{"ratio":1.10,"on":false}"#), "{body}");
    workspace.assert_settled();
    workspace.destroy();
    let mut expected = read_before_put(&workspace.azure);
    assert_eq!(
        expected["properties"]["serviceEndpoints"].as_array_mut().unwrap().pop().unwrap()["service"],
        "Microsoft.ContainerRegistry"
    );
    assert_eq!(put(&workspace.azure).to_string(), expected.to_string());
}

#[test]
fn after_create_and_destroy_a_subnet_is_what_it_was() {
    let workspace = with_rich_subnet();
    let before = workspace.azure.subnet(&rich_id());
    workspace.apply();
    workspace.destroy();
    let mut after = workspace.azure.subnet(&rich_id());
    after["etag"] = before["etag"].clone();
    assert_eq!(after, before);
}

#[test]
fn endpoints_that_others_add_meanwhile_stay() {
    let workspace = with_rich_subnet();
    workspace.apply();
    let mut endpoints = workspace.azure.subnet(&rich_id())["properties"]["serviceEndpoints"].clone();
    let theirs = json!({"service": "Microsoft.Sql", "locations": ["westeurope"], "provisioningState": "Succeeded"});
    endpoints.as_array_mut().unwrap().insert(0, theirs);
    workspace.azure.simulator().edit(&rich_id(), &json!({"properties": {"serviceEndpoints": endpoints}})).unwrap();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(&rich_id()), ["Microsoft.Sql", "Microsoft.Storage", "Microsoft.KeyVault"]);
}

#[test]
fn an_endpoint_that_is_there_is_adopted_without_a_write_and_stays() {
    let workspace = Workspace::of(&endpoint("READY", ""));
    workspace.apply();
    assert_eq!(workspace.object(ENDPOINT).attributes["remove_on_destroy"], false);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert_eq!(workspace.azure.endpoints(READY), ["Microsoft.ContainerRegistry"]);
}

#[test]
fn an_endpoint_that_is_there_can_be_refused() {
    let workspace = Workspace::of(&endpoint("READY", "  on_existing = \"fail\""));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Subnet ready already has the service endpoint");
    assert!(error.detail.contains("import {") && error.detail.contains(READY), "{}", error.detail);
    assert!(error.line.contains("subnet_id"), "{error:?}");
    assert!(workspace.state(ENDPOINT).is_none());
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn an_adopted_endpoint_goes_when_that_is_asked_for() {
    let workspace = Workspace::of(&endpoint("READY", "  remove_on_destroy = true"));
    workspace.apply();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(READY), [""; 0]);
}

#[test]
fn an_own_endpoint_stays_when_that_is_asked_for() {
    let workspace = Workspace::of(&endpoint("APP", "  remove_on_destroy = false"));
    workspace.apply();
    workspace.destroy();
    assert_eq!(workspace.azure.writes(), ["PUT app"]);
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
}

#[test]
fn subnets_of_one_network_in_one_apply_take_turns() {
    let text = format!(
        "resource \"acrnet_subnet_service_endpoint\" \"all\" {{\n  for_each = toset([\"{APP}\", \"{BUILD}\", \"{READY}\"])\n  subnet_id = each.key\n}}\n{}",
        rule_set(
            "  default_action = \"Deny\"\n  virtual_network_subnet_ids = [for one in acrnet_subnet_service_endpoint.all : one.subnet_id]"
        )
    );
    let workspace = Workspace::of(&text);
    workspace.apply();
    assert_eq!(workspace.azure.rules().2, ["app", "build", "ready"]);
    let refused = workspace.azure.simulator().requests().into_iter().filter(|record| record.status >= 400).count();
    assert_eq!(refused, 0, "Azure was asked while it was busy");
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(BUILD), [""; 0]);
    assert!(workspace.state(RULES).is_none());
}

#[test]
fn another_operation_on_the_network_is_sat_out() {
    for busy in [BusyAnswer::TooManyRequests, BusyAnswer::Conflict, BusyAnswer::Retryable] {
        let workspace = Workspace::of(&endpoint("APP", ""));
        workspace.azure.simulator().settings(|settings| settings.busy_answer = busy).unwrap();
        let contended = json!({"error": {"code": "AnotherOperationInProgress", "message": "Another operation on this or dependent resource is in progress."}});
        let action = acrnet::simulator::Action::Answer {
            status: if busy == BusyAnswer::Conflict { 409 } else { 429 },
            headers: serde_json::Map::from_iter([("Retry-After".to_owned(), json!("0"))]),
            body: contended,
            after_effect: false,
        };
        workspace.azure.fault(acrnet::simulator::Fault::new(action).on("PUT", "subnets/app").times(2));
        workspace.apply();
        assert_eq!(workspace.azure.writes(), ["PUT app", "PUT app", "PUT app"]);
        assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
    }
}

/// Carried out and refused: as if others had added it, and nothing of ours had been written.
#[test]
fn an_endpoint_that_others_add_between_reading_and_writing_stays_theirs() {
    let stale = json!({"error": {"code": "PreconditionFailed", "message": "ETAG does not match."}});
    for adopts in [true, false] {
        let workspace = Workspace::of(&endpoint("APP", if adopts { "" } else { "  on_existing = \"fail\"" }));
        let action = acrnet::simulator::Action::Answer {
            status: 412,
            headers: serde_json::Map::new(),
            body: stale.clone(),
            after_effect: true,
        };
        workspace.azure.fault(acrnet::simulator::Fault::new(action).on("PUT", "subnets/app"));
        let applying = workspace.start(&["apply", "-json", "-auto-approve"]);
        workspace.azure.wait_for("their write", |record| record.method == "PUT" && record.effect_ms.is_some());
        workspace.azure.release();
        assert_eq!(applying.finish().success(), adopts);
        let adopted = workspace.state(ENDPOINT);
        assert_eq!(
            adopted.map(|object| object.attributes["remove_on_destroy"].clone()),
            adopts.then_some(json!(false))
        );
        workspace.destroy();
        assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
    }
}

#[test]
fn a_write_of_others_between_reading_and_writing_is_not_lost() {
    let workspace = with_rich_subnet();
    // The PUT comes with the etag of the reading; a changed one is refused, and all is read again.
    let stale =
        json!({"error": {"code": "PreconditionFailed", "message": "ETAG provided in if-match header does not match."}});
    let action = acrnet::simulator::Action::Answer {
        status: 412,
        headers: serde_json::Map::new(),
        body: stale,
        after_effect: false,
    };
    workspace.azure.fault(acrnet::simulator::Fault::new(action).on("PUT", "subnets/rich"));
    workspace.apply();
    let requests = workspace.azure.simulator().requests();
    let puts: Vec<_> = requests.iter().filter(|record| record.method == "PUT").collect();
    assert_eq!(puts.len(), 2);
    assert!(puts.iter().all(|record| record.headers.contains_key("if-match")), "without If-Match");
    let between = requests
        .iter()
        .filter(|record| record.seq > puts[0].seq && record.seq < puts[1].seq && record.method == "GET")
        .count();
    assert!(between > 0, "not read again");
}
