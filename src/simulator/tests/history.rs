//! Every state a resource was in, and who made it so.

use super::*;
use crate::simulator::{Action, By, Fault, RegistryWrites};

/// Who made each change, and the default action of the registry after it.
fn story(azure: &Azure) -> Vec<(By, String)> {
    let action = |document: Option<Value>| match document {
        Some(document) => document["properties"]["networkRuleSet"]["defaultAction"].to_string(),
        None => "gone".to_owned(),
    };
    azure.simulator.history().into_iter().map(|change| (change.by, action(change.document))).collect()
}

#[tokio::test]
async fn each_write_is_a_change_by_its_request_and_a_read_is_none() {
    let azure = Azure::small();
    azure.get(REGISTRY, NEW).await;
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    azure.simulator.edit(REGISTRY, &json!({"properties": {"networkRuleSet": {"defaultAction": "Allow"}}})).unwrap();
    azure.get(REGISTRY, NEW).await;
    assert_eq!(story(&azure), [(By::Request(2), "\"Deny\"".to_owned()), (By::Behind, "\"Allow\"".to_owned())]);
    let stored: Vec<u64> = azure.simulator.requests().iter().map(|record| record.stored).collect();
    assert_eq!(stored, [0, 1, 2], "what the first saw, what the second left, what the third saw");
}

#[tokio::test]
async fn a_refused_write_changes_nothing_and_one_whose_answer_is_lost_does() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(Action::Reset { after_effect: false }));
    let request = || azure.request(Method::PATCH, REGISTRY, NEW).body(rules("Deny", &[], &[]).to_string());
    assert!(request().send().await.is_err());
    assert_eq!(azure.simulator.history().len(), 0);
    azure.simulator.fault(Fault::new(Action::Reset { after_effect: true }));
    assert!(request().send().await.is_err());
    assert_eq!(story(&azure), [(By::Request(2), "\"Deny\"".to_owned())]);
    let faults: Vec<Option<String>> = azure.simulator.requests().into_iter().map(|record| record.fault).collect();
    assert_eq!(faults, [Some("reset".to_owned()), Some("reset".to_owned())]);
}

#[tokio::test]
async fn a_failed_operation_takes_its_write_back_by_itself() {
    let azure = Azure::small();
    azure.turn(|settings| settings.registry_writes = RegistryWrites::AsyncOperation);
    let failure = Action::FailOperation {
        code: "X".to_owned(),
        message: "no".to_owned(),
        status: "Failed".to_owned(),
        keep_effect: false,
    };
    azure.simulator.fault(Fault::new(failure).on("PATCH", "registries"));
    let answer = azure.patch(NEW, &rules("Deny", &[], &[])).await;
    azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    assert_eq!(story(&azure), [(By::Request(1), "\"Deny\"".to_owned()), (By::Operation, "\"Allow\"".to_owned())]);
    // Who comes after the operation is told apart from it again.
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    let last = azure.simulator.requests().last().expect("the request").seq;
    assert_eq!(azure.simulator.history().last().expect("a change").by, By::Request(last));
}

#[tokio::test]
async fn somebody_else_changes_a_resource_in_one_piece() {
    let azure = Azure::small();
    let add = |document: &mut Value| {
        let list = document["properties"]["networkRuleSet"]["ipRules"].as_array_mut().expect("a list");
        list.push(json!({"value": "8.8.8.8/32"}));
    };
    azure.simulator.alter(REGISTRY, add).unwrap();
    assert_eq!(azure.rule_set()["ipRules"], json!([{"action": "Allow", "value": "8.8.8.8"}]));
    let old = azure.simulator.resource(OPEN).expect("a subnet")["etag"].clone();
    azure.simulator.alter(OPEN, |subnet| subnet["properties"]["futureThing"] = json!(2)).unwrap();
    assert_ne!(azure.simulator.resource(OPEN).expect("a subnet")["etag"], old);
    assert!(azure.simulator.alter("/subscriptions/s1/resourceGroups/nowhere", |_| {}).is_err());
}

#[tokio::test]
async fn the_history_is_bounded_and_cleared_as_the_log_is() {
    let azure = Azure::small();
    azure.turn(|settings| settings.log_limit = 2);
    for action in ["Deny", "Allow", "Deny"] {
        azure.patch(NEW, &rules(action, &[], &[])).await;
    }
    let numbers: Vec<u64> = azure.simulator.history().iter().map(|change| change.number).collect();
    assert_eq!(numbers, [2, 3]);
    azure.simulator.clear_requests();
    assert_eq!(azure.simulator.history().len(), 0);
    azure.patch(NEW, &rules("Allow", &[], &[])).await;
    assert_eq!(azure.simulator.history()[0].number, 4, "numbers go on");
}
