//! Faults on demand.

use super::*;
use crate::simulator::{Action, Fault};

async fn deny(azure: &Azure) -> Result<reqwest::Response, reqwest::Error> {
    let request = azure.request(Method::PATCH, REGISTRY, NEW).header("content-type", "application/json");
    request.body(rules("Deny", &[], &[OPEN]).to_string()).send().await
}

fn answer(status: u16, body: Value, after_effect: bool) -> Action {
    let headers = json!({"x-odd": "1"}).as_object().cloned().unwrap_or_default();
    Action::Answer { status, headers, body, after_effect }
}

#[tokio::test]
async fn a_scripted_answer_comes_once_and_instead_of_the_effect() {
    let azure = Azure::small();
    azure
        .simulator
        .fault(Fault::new(answer(500, json!({"error": {"code": "X"}}), false)).on("PATCH", "registries/ALPHA"));
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 200);
    let first = azure.patch(NEW, &rules("Deny", &[], &[])).await;
    assert_eq!((first.status, first.code(), first.header("x-odd")), (500, "X", Some("1")));
    assert!(first.header("x-ms-request-id").is_some(), "an error of ARM has a request id");
    assert_eq!(azure.rule_set()["defaultAction"], "Allow");
    assert_eq!(azure.patch(NEW, &rules("Deny", &[], &[])).await.status, 200);
}

#[tokio::test]
async fn a_proxy_page_is_html_and_may_hide_an_effect() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(answer(502, json!("<html>Bad Gateway</html>"), true)));
    let page = azure.patch(NEW, &rules("Deny", &[], &[])).await;
    assert_eq!((page.status, page.header("content-type")), (502, Some("text/html")));
    assert_eq!(page.header("x-ms-request-id"), None);
    assert_eq!(azure.rule_set()["defaultAction"], "Deny");
}

#[tokio::test]
async fn the_nth_call_is_hit_and_the_count_is_kept() {
    let azure = Azure::small();
    azure
        .simulator
        .fault(Fault::new(answer(503, Value::Null, false)).on("GET", "registries/alpha").from_nth(2).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(azure.get(REGISTRY, NEW).await.status);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
}

#[tokio::test]
async fn a_rule_without_an_end_stays_until_it_is_cleared() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(answer(503, Value::Null, false)).times(None));
    for _ in 0..3 {
        assert_eq!(azure.get(REGISTRY, NEW).await.status, 503);
    }
    azure.simulator.clear_faults();
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 200);
}

#[tokio::test]
async fn a_throttled_call_is_told_when_to_come_back_in_seconds_or_as_a_date() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(Action::Throttle { retry_after: Some(17), http_date: false }));
    azure.simulator.fault(Fault::new(Action::Throttle { retry_after: Some(17), http_date: true }));
    let seconds = azure.get(REGISTRY, NEW).await;
    assert_eq!((seconds.status, seconds.header("retry-after")), (429, Some("17")));
    let date = azure.get(REGISTRY, NEW).await;
    assert_eq!(date.header("retry-after"), Some("Sun, 22 Nov 2026 10:00:17 GMT"));
    let times: Vec<_> = date.headers.get_all("date").iter().collect();
    assert_eq!(times, ["Sun, 22 Nov 2026 10:00:00 GMT"], "the time to measure from is the simulated one");
}

#[tokio::test]
async fn a_reset_before_the_effect_leaves_nothing_behind_and_one_after_it_does() {
    let azure = Azure::small();
    for (after_effect, expected) in [(false, "Allow"), (true, "Deny")] {
        azure.simulator.fault(Fault::new(Action::Reset { after_effect }).on("PATCH", ""));
        let error = deny(&azure).await.expect_err("the connection is reset");
        assert!(error.is_request(), "{error:?}");
        assert_eq!(azure.rule_set()["defaultAction"], expected);
        assert_eq!(azure.simulator.requests().last().map(|record| record.status), Some(0));
    }
}

#[tokio::test]
async fn a_truncated_answer_has_a_status_and_half_a_body() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(Action::Truncate));
    let answer = deny(&azure).await.expect("a head");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect_err("the body must break off");
    assert_eq!(azure.rule_set()["defaultAction"], "Deny");
}

#[tokio::test]
async fn rules_can_be_lost_although_the_answer_was_200() {
    let azure = Azure::small();
    for shows in [true, false] {
        let lost = Action::NotStored { member: "virtualNetworkRules".to_owned(), answer_shows_it: shows };
        azure.simulator.fault(Fault::new(lost).on("PATCH", ""));
        let answer = azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[OPEN])).await;
        let shown = answer.body["properties"]["networkRuleSet"]["virtualNetworkRules"].as_array().map(Vec::len);
        assert_eq!((answer.status, shown), (200, Some(usize::from(shows))));
        assert_eq!(azure.rule_set()["virtualNetworkRules"], json!([]));
        assert_eq!(azure.rule_set()["ipRules"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn an_endpoint_can_be_lost_too() {
    let azure = Azure::small();
    let lost = Action::NotStored { member: "serviceEndpoints".to_owned(), answer_shows_it: true };
    azure.simulator.fault(Fault::new(lost).on("PUT", "/subnets/"));
    let body = json!({"properties": {
        "addressPrefix": "10.0.1.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
    }});
    let answer = azure.put(PLAIN, NRP, &body).await;
    assert!(answer.body["properties"].get("serviceEndpoints").is_some());
    assert_eq!(azure.get(PLAIN, NRP).await.body["properties"].get("serviceEndpoints"), None);
}

#[tokio::test]
async fn a_write_can_be_slow_to_appear_to_single_reads_and_lists() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(Action::SlowToAppear { reads: 2 }).on("PATCH", ""));
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    let action = |document: &Value| document["properties"]["networkRuleSet"]["defaultAction"].clone();
    let list = azure.get(&format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries"), NEW).await;
    let mut seen = vec![action(&list.body["value"][0])];
    for _ in 0..3 {
        seen.push(action(&azure.get(REGISTRY, NEW).await.body));
    }
    assert_eq!(seen, ["Allow", "Allow", "Allow", "Deny"]);
}

#[tokio::test]
async fn a_delayed_call_is_carried_out_all_the_same() {
    let azure = Azure::small();
    azure.simulator.fault(Fault::new(Action::Delay { ms: 1 }));
    assert_eq!(azure.patch(NEW, &rules("Deny", &[], &[])).await.status, 200);
}

#[test]
fn a_fault_reads_as_documented() {
    let text = r#"{"match": {"method": "PATCH", "path": "x", "nth": 2}, "times": null, "action": {"throttle": {"retry_after": 3}}}"#;
    let fault: Fault = serde_json::from_str(text).expect("a fault");
    assert!(matches!(fault.action, Action::Throttle { retry_after: Some(3), http_date: false }));
    assert_eq!((fault.times, fault.when.nth), (None, Some(2)));
    let short: Fault = serde_json::from_str(r#"{"action": "truncate"}"#).expect("a fault");
    assert_eq!(short.times, Some(1));
    serde_json::from_str::<Fault>(r#"{"action": "truncate", "tims": 2}"#).expect_err("a misspelt member");
}
