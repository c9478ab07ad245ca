//! `acrnet_temporary_ip_rule` in the real process, against the simulator.

use std::time::{Duration, SystemTime};

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Config, Simulator};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use super::host::{close, kind, open, renew};
use crate::core::{Core, Kind};
use crate::host::HostOptions;

const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/first";
const RUNNER: &str = "16.17.18.19";

fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

/// A registry that lets in nobody but these, and the provider.
async fn denying(rules: &[&str]) -> (Simulator, Core, Kind) {
    let azure = Simulator::start(Config::default()).unwrap();
    azure
        .seed(&json!({"registries": [{"id": REGISTRY, "location": "westeurope", "sku": {"name": "Premium"}}]}))
        .unwrap();
    azure.settings(|settings| RUNNER.clone_into(&mut settings.client_address)).unwrap();
    hold(&azure, rules);
    let core = Core::start(HostOptions::default()).await;
    let block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
    core.configure(&provider(), &block).await.ok();
    (azure, core, kind(provider(), "acrnet_temporary_ip_rule"))
}

fn hold(azure: &Simulator, rules: &[&str]) {
    let rules: Vec<Json> = rules.iter().map(|rule| json!({"action": "Allow", "value": rule})).collect();
    let set = json!({"defaultAction": "Deny", "ipRules": rules, "virtualNetworkRules": []});
    azure.edit(REGISTRY, &json!({"properties": {"networkRuleSet": set}})).unwrap();
}

fn held(azure: &Simulator) -> Vec<String> {
    let registry = azure.resource(REGISTRY).unwrap();
    let rules = registry["properties"]["networkRuleSet"]["ipRules"].as_array().unwrap().clone();
    rules.iter().map(|rule| rule["value"].as_str().unwrap().to_owned()).collect()
}

fn entry<'v>(result: &'v Value, name: &str) -> &'v Value {
    result.entry(name).expect("an attribute")
}

/// The minutes until a time, rounded up.
fn minutes(at: Option<SystemTime>) -> u64 {
    at.expect("a time").duration_since(SystemTime::now()).expect("ahead").as_secs().div_ceil(60)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_goes_meanwhile_is_added_again_and_goes_at_the_end() {
    let (azure, core, kind) = denying(&[]).await;
    let opened = open(&core, &kind, &kind.config(&json!({"registry_id": REGISTRY}))).await.ok();
    assert_eq!(
        (entry(&opened.result, "ip_range"), entry(&opened.result, "already_open")),
        (&RUNNER.into(), &false.into())
    );
    assert_eq!((held(&azure), minutes(opened.renew_at)), (vec![RUNNER.to_owned()], 4));
    azure.clear_requests();
    let (next, private) = renew(&core, &kind, &opened.private).await.ok();
    assert!(azure.requests().iter().all(|record| record.method == "GET"), "it is there: only looked at");
    assert_eq!(minutes(next), 4);
    hold(&azure, &["52.57.22.38"]);
    renew(&core, &kind, &private).await.ok();
    assert_eq!(held(&azure), [RUNNER, "52.57.22.38"]);
    close(&core, &kind, &opened).await.ok();
    assert_eq!(held(&azure), ["52.57.22.38"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_rule_that_goes_meanwhile_becomes_ours() {
    let (azure, core, kind) = denying(&[RUNNER]).await;
    let config = kind.config(&json!({"registry_id": REGISTRY, "ip_range": format!("{RUNNER}/32")}));
    let opened = open(&core, &kind, &config).await.ok();
    assert_eq!(entry(&opened.result, "already_open"), &true.into());
    hold(&azure, &[]);
    // A reading of the open may count for a moment.
    let mut private = opened.private.clone();
    for _ in 0..50 {
        private = renew(&core, &kind, &private).await.ok().1;
    }
    assert_eq!(held(&azure), [RUNNER]);
    close(&core, &kind, &opened).await.ok();
    assert_eq!(held(&azure), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_let_in_at_first_is_let_in_again_when_that_ends() {
    let (azure, core, kind) = denying(&["16.17.0.0/16"]).await;
    let opened = open(&core, &kind, &kind.config(&json!({"registry_id": REGISTRY}))).await.ok();
    assert_eq!(
        (entry(&opened.result, "ip_range"), entry(&opened.result, "already_open")),
        (&Value::Null, &true.into())
    );
    assert_eq!(minutes(opened.renew_at), 1);
    let (next, private) = renew(&core, &kind, &opened.private).await.ok();
    assert_eq!((minutes(next), held(&azure)), (1, vec!["16.17.0.0/16".to_owned()]));
    azure.settings(|settings| "52.57.22.40".clone_into(&mut settings.client_address)).unwrap();
    let (next, _) = renew(&core, &kind, &private).await.ok();
    assert_eq!((minutes(next), held(&azure)), (4, vec!["16.17.0.0/16".to_owned(), "52.57.22.40".to_owned()]));
    close(&core, &kind, &opened).await.ok();
    assert_eq!(held(&azure), ["16.17.0.0/16"]);
}

/// Core's renewal may be on its way when it closes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_that_comes_after_the_close_opens_nothing() {
    let (azure, core, kind) = denying(&[]).await;
    let opened = open(&core, &kind, &kind.config(&json!({"registry_id": REGISTRY}))).await.ok();
    assert_eq!(held(&azure), [RUNNER]);
    close(&core, &kind, &opened).await.ok();
    let (next, _) = renew(&core, &kind, &opened.private).await.ok();
    assert_eq!((next, held(&azure)), (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_that_fails_is_made_again_soon() {
    let (azure, core, kind) = denying(&[]).await;
    let config = kind.config(&json!({"registry_id": REGISTRY, "ip_range": RUNNER}));
    let opened = open(&core, &kind, &config).await.ok();
    azure.edit(REGISTRY, &json!({"sku": {"name": "Basic"}})).unwrap();
    hold(&azure, &[]);
    let (next, _) = renew(&core, &kind, &opened.private).await.ok();
    assert_eq!(minutes(next), 1, "core would make no other one after an error");
    close(&core, &kind, &opened).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_close_comes_after_the_stop_and_works() {
    let (azure, core, kind) = denying(&[]).await;
    let opened = open(&core, &kind, &kind.config(&json!({"registry_id": REGISTRY}))).await.ok();
    core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap();
    close(&core, &kind, &opened).await.ok();
    assert_eq!(held(&azure), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_when_the_process_is_asked_to_end_is_closed() {
    for by_signal in [false, true] {
        let (azure, core, kind) = denying(&["52.57.22.38"]).await;
        let config = kind.config(&json!({"registry_id": REGISTRY, "ip_range": RUNNER}));
        open(&core, &kind, &config).await.ok();
        if by_signal {
            core.host.process.signal("TERM");
            core.host.process.ended().await;
        } else {
            core.host.shut_down().await;
        }
        assert_eq!(held(&azure), ["52.57.22.38"]);
    }
}

/// Who sends SIGTERM often kills some seconds later. Until then there is time, and nobody is served by ending earlier.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_azure_is_waited_for_when_the_process_is_asked_to_end() {
    let (azure, core, kind) = denying(&["52.57.22.38"]).await;
    let config = kind.config(&json!({"registry_id": REGISTRY, "ip_range": RUNNER}));
    open(&core, &kind, &config).await.ok();
    azure.settings(|settings| settings.latency_ms = [5000, 5000]).unwrap();
    core.host.process.signal("TERM");
    core.host.process.ended().await;
    assert_eq!(held(&azure), ["52.57.22.38"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_rules_are_waited_for_until_they_count() {
    let (azure, core, kind) = denying(&[]).await;
    azure.settings(|settings| settings.propagation_seconds = 3.0).unwrap();
    let began = tokio::time::Instant::now();
    open(&core, &kind, &kind.config(&json!({"registry_id": REGISTRY}))).await.ok();
    assert!(began.elapsed() >= Duration::from_secs(3));
    let looks: Vec<u16> =
        azure.requests().iter().filter(|record| record.path == "/v2/").map(|record| record.status).collect();
    assert!(
        looks.len() > 2 && looks.iter().rev().skip(1).all(|status| *status == 403) && looks.last() == Some(&401),
        "{looks:?}"
    );
}
