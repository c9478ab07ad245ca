use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::azure::scripted::{Reply, Script, client, client_with};
use crate::azure::write::{Updated, WriteFailed};

mod documents;

const PATH: &str = "/registries/prod1?api-version=2026-03-01-preview";
const LINK: &str = "https://management.azure.com/subscriptions/s/operations/1";

fn id() -> RegistryId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1".parse().unwrap()
}

fn subnet(name: &str) -> String {
    format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}")
}

fn call() -> Call {
    Call::within(Duration::from_secs(600))
}

/// A Premium registry as ARM shows it.
fn shown(action: &str, ips: &[&str], subnets: &[&str]) -> Value {
    let ips: Vec<Value> = ips.iter().map(|ip| json!({"action": "Allow", "value": ip})).collect();
    let subnets: Vec<Value> =
        subnets.iter().map(|name| json!({"action": "Allow", "virtualNetworkSubnetResourceId": subnet(name)})).collect();
    json!({
        "sku": {"name": "Premium", "tier": "Premium"},
        "name": "prod1",
        "properties": {
            "loginServer": "prod1-abc.azurecr.io",
            "provisioningState": "Succeeded",
            "networkRuleSet": {"defaultAction": action, "virtualNetworkRules": subnets, "ipRules": ips},
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
            "networkRuleBypassAllowedForTasks": false,
            "privateEndpointConnections": [{}, {}]
        }
    })
}

fn ok(document: &Value) -> Reply {
    Reply::json(200, document)
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Deny, with these ranges.
fn ranges(ips: &[&str]) -> RegistryPatch {
    RegistryPatch { default_action: Some("Deny".to_owned()), ip_rules: Some(strings(ips)), ..RegistryPatch::default() }
}

/// The edit that wants Deny and `1.2.3.4`, and is content when it is there.
fn wanted(registry: &Registry) -> Option<RegistryPatch> {
    let patch = ranges(&["1.2.3.4"]);
    (!patch.unstored(registry).is_empty()).then_some(patch)
}

fn old() -> Value {
    shown("Allow", &[], &[])
}

fn new() -> Value {
    shown("Deny", &["1.2.3.4"], &[])
}

async fn update(script: &Arc<Script>) -> Result<Updated<Registry>, WriteFailed<Registry>> {
    client(script).update_registry(&id(), &call(), RegistryEdit::alone(wanted)).await
}

// Reading.

#[tokio::test(start_paused = true)]
async fn a_registry_that_does_not_exist_is_none() {
    let script = Arc::new(Script::new().on("GET", PATH, Reply::error(404, "ResourceNotFound", "was not found")));
    assert_eq!(client(&script).registry(&id(), &call()).await.unwrap(), None);
}

// Writing.

#[tokio::test(start_paused = true)]
async fn a_change_is_one_read_and_one_write_when_the_answer_proves_it() {
    let script = Arc::new(Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, ok(&new())));
    let updated = update(&script).await.unwrap();
    assert!(updated.wrote);
    assert_eq!((updated.before.raw(), updated.after.raw()), (&old(), &new()));
    let rules = json!({"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "1.2.3.4"}]});
    assert_eq!(script.seen()[1].json(), json!({"properties": {"networkRuleSet": rules}}));
    assert_eq!(script.seen()[1].method, "PATCH");
    assert!(script.seen()[1].uri.ends_with(PATH));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_when_nothing_has_to_change() {
    let script = Arc::new(Script::new().on("GET", PATH, ok(&new())));
    assert!(!update(&script).await.unwrap().wrote);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_nothing_is_not_written() {
    let script = Arc::new(Script::new().on("GET", PATH, ok(&old())));
    let nothing = |_: &Registry| Some(RegistryPatch::default());
    assert!(!client(&script).update_registry(&id(), &call(), RegistryEdit::alone(nothing)).await.unwrap().wrote);
}

#[tokio::test(start_paused = true)]
async fn an_asynchronous_write_is_followed_and_read_back() {
    let mut updating = new();
    updating["properties"]["provisioningState"] = "Updating".into();
    let script = Script::new()
        .on("GET", PATH, ok(&old()))
        .on("PATCH", PATH, Reply::json(201, &updating).header("azure-asyncoperation", LINK))
        .on("GET", LINK, ok(&json!({"status": "Succeeded"})))
        .on("GET", PATH, ok(&new()));
    let script = Arc::new(script);
    assert_eq!(update(&script).await.unwrap().after.raw(), &new());
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_arrays_proves_nothing_and_is_read_back() {
    let mut bare = new();
    bare["properties"].as_object_mut().unwrap().remove("networkRuleSet");
    let script = Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, ok(&bare)).on("GET", PATH, ok(&new()));
    let script = Arc::new(script);
    update(&script).await.unwrap();
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_change_that_shows_late_is_waited_for() {
    let script = Script::new()
        .on("GET", PATH, ok(&old()))
        .on("PATCH", PATH, Reply::text(200, ""))
        .on("GET", PATH, ok(&old()))
        .on("GET", PATH, ok(&new()));
    let script = Arc::new(script);
    update(&script).await.unwrap();
    assert_eq!(script.pauses()[2], Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_200_that_did_not_store_what_was_sent_is_an_error_that_names_it() {
    let (held, there) = (shown("Deny", &["9.9.9.9"], &[]), ok(&shown("Deny", &["9.9.9.9"], &[])));
    let mut script = Script::new().on("GET", PATH, there.clone());
    for _ in 0..2 {
        script = script.on("PATCH", PATH, there.clone());
        for _ in 0..3 {
            script = script.on("GET", PATH, there.clone());
        }
    }
    let script = Arc::new(script.on("GET", PATH, there));
    let failed = update(&script).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::NotStored, Effect::Unknown));
    assert!(
        failed.error.message.ends_with("IP rules: missing 1.2.3.4; IP rules: unexpected 9.9.9.9"),
        "{}",
        failed.error
    );
    assert_eq!(failed.before.unwrap().raw(), &held);
    assert_eq!(failed.seen.unwrap().raw(), &held);
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_write_that_landed_is_found_by_reading_again() {
    for lost in [Reply::lost(), Reply::error(500, "InternalServerError", "m"), Reply::text(200, "{\"sku\": ")] {
        let script = Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, lost).on("GET", PATH, ok(&new()));
        let script = Arc::new(script);
        let updated = update(&script).await.unwrap();
        assert_eq!((updated.wrote, updated.before.raw()), (true, &old()));
        script.assert_finished();
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_write_that_did_not_land_leads_to_another_from_a_fresh_reading() {
    let others = shown("Allow", &["8.8.8.8"], &[]);
    let script = Script::new()
        .on("GET", PATH, ok(&old()))
        .on("PATCH", PATH, Reply::lost())
        .on("GET", PATH, ok(&others))
        .on("PATCH", PATH, ok(&shown("Deny", &["8.8.8.8", "1.2.3.4"], &[])));
    let script = Arc::new(script);
    let add = |registry: &Registry| {
        let mut all = registry.ip_rules();
        all.push("1.2.3.4".to_owned());
        Some(RegistryPatch { ip_rules: Some(all), ..ranges(&[]) })
    };
    client(&script).update_registry(&id(), &call(), RegistryEdit::alone(add)).await.unwrap();
    let sent = script.seen()[3].json()["properties"]["networkRuleSet"]["ipRules"].clone();
    assert_eq!(sent, json!([{"action": "Allow", "value": "8.8.8.8"}, {"action": "Allow", "value": "1.2.3.4"}]));
}

#[tokio::test(start_paused = true)]
async fn a_write_refused_for_another_in_progress_is_made_again_from_a_fresh_reading() {
    // Whether others may be writing, so that it is looked at once more.
    for (status, code, others) in
        [(409, "Conflict", true), (412, "PreconditionFailed", true), (429, "TooManyRequests", false)]
    {
        let refused = Reply::error(status, code, "busy").header("retry-after", "9");
        let mut script = Script::new()
            .on("GET", PATH, ok(&old()))
            .on("PATCH", PATH, refused)
            .on("GET", PATH, ok(&old()))
            .on("PATCH", PATH, ok(&new()));
        if others {
            script = script.on("GET", PATH, ok(&new()));
        }
        let script = Arc::new(script);
        update(&script).await.unwrap();
        script.assert_finished();
        assert_eq!(script.pauses()[1], Duration::from_secs(9), "{status}");
    }
}

/// Others may have come while Azure kept us waiting; after a write whose outcome nobody knows, what is there may be ours.
#[tokio::test(start_paused = true)]
async fn an_edit_looks_at_every_reading_until_something_of_it_may_be_written() {
    let busy = || Reply::error(429, "TooManyRequests", "busy").header("retry-after", "9");
    for (outcome, looks) in [(busy(), 2), (Reply::lost(), 1)] {
        let script = Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, outcome);
        let script = Arc::new(script.on("GET", PATH, ok(&old())).on("PATCH", PATH, ok(&new())));
        let looked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&looked);
        let edit = RegistryEdit::alone(wanted).looking(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        client(&script).update_registry(&id(), &call(), edit).await.unwrap();
        assert_eq!(looked.load(Ordering::Relaxed), looks);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final_and_what_was_read_is_still_what_is_there() {
    let refused = Reply::error(400, "NetworkRuleValidationError", "Could not validate network rule");
    let script = Arc::new(Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, refused));
    let failed = update(&script).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::BadRequest, Effect::None));
    assert_eq!(failed.error.code.as_deref(), Some("NetworkRuleValidationError"));
    assert_eq!(failed.seen.unwrap().raw(), &old());
}

#[tokio::test(start_paused = true)]
async fn a_missing_registration_is_not_waited_out() {
    let refused = Reply::error(409, "MissingSubscriptionRegistration", "not registered");
    let script = Arc::new(Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, refused));
    assert_eq!(update(&script).await.unwrap_err().error.kind, ErrorKind::Conflict);
}

#[tokio::test(start_paused = true)]
async fn after_all_retries_the_last_look_tells_what_is_there() {
    let mut script = Script::new();
    for _ in 0..3 {
        script = script.on("GET", PATH, ok(&old())).on("PATCH", PATH, Reply::error(500, "Oops", "m"));
    }
    let script = Arc::new(script.on("GET", PATH, ok(&new())));
    let client = client_with(&script, |config| config.retry.max_retries = 2);
    let failed = client.update_registry(&id(), &call(), RegistryEdit::alone(wanted)).await.unwrap_err();
    assert_eq!(failed.error.effect, Effect::Unknown);
    assert!(failed.error.to_string().contains("all 2 retries were used"), "{}", failed.error);
    assert_eq!(failed.seen.unwrap().raw(), &new());
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_fails_after_a_lost_write_keeps_the_effect_unknown() {
    let script = Script::new()
        .on("GET", PATH, ok(&old()))
        .on("PATCH", PATH, Reply::lost())
        .on("GET", PATH, Reply::error(403, "AuthorizationFailed", "m"))
        .on("GET", PATH, Reply::error(403, "AuthorizationFailed", "m"));
    let failed = update(&Arc::new(script)).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Forbidden, Effect::Unknown));
    assert_eq!(failed.seen, None);
}

#[tokio::test(start_paused = true)]
async fn a_write_cancelled_under_way_is_looked_at_once_more() {
    let script = Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, Reply::Hang).on("GET", PATH, ok(&new()));
    let script = Arc::new(script);
    let call = call();
    let cancel = call.cancel.clone();
    let client = client(&script);
    let id = id();
    let (result, ()) = tokio::join!(client.update_registry(&id, &call, RegistryEdit::alone(wanted)), async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        cancel.cancel();
    });
    let failed = result.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Cancelled, Effect::Unknown));
    assert_eq!(failed.seen.unwrap().raw(), &new());
}

#[tokio::test(start_paused = true)]
async fn the_last_look_takes_ten_seconds_at_most() {
    let script = Script::new().on("GET", PATH, ok(&old())).on("PATCH", PATH, Reply::Hang).on("GET", PATH, Reply::Hang);
    let script = Arc::new(script);
    let began = Instant::now();
    let call = Call::within(Duration::from_secs(30));
    let failed = client(&script).update_registry(&id(), &call, RegistryEdit::alone(wanted)).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.seen), (ErrorKind::Timeout, None));
    assert_eq!(began.elapsed(), Duration::from_secs(40));
}

#[tokio::test(start_paused = true)]
async fn an_absent_registry_cannot_be_changed() {
    let script = Arc::new(Script::new().on("GET", PATH, Reply::error(404, "ResourceNotFound", "m")));
    let failed = update(&script).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.before.is_none()), (ErrorKind::NotFound, true));
}

#[tokio::test(start_paused = true)]
async fn a_version_without_subnets_fails_before_anything_is_sent() {
    let script = Arc::new(Script::new().on("GET", "/prod1?api-version=2025-11-01", ok(&old())));
    let client = client_with(&script, |config| config.registry_api_version = "2025-11-01".parse().unwrap());
    let edit = |_: &Registry| Some(RegistryPatch { virtual_network_rules: Some(vec![subnet("a")]), ..ranges(&[]) });
    let failed = client.update_registry(&id(), &call(), RegistryEdit::alone(edit)).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Unsupported, Effect::None));
}

#[tokio::test(start_paused = true)]
async fn two_changes_of_one_registry_are_one_write_whatever_the_letters_of_its_id() {
    let script = Script::new()
        .on("GET", PATH, ok(&old()))
        .on("PATCH", PATH, Reply::json(201, &old()).header("azure-asyncoperation", LINK))
        .on("GET", LINK, ok(&json!({"status": "Succeeded"})))
        .on("GET", PATH, ok(&new()));
    let script = Arc::new(script);
    let client = client(&script);
    let (one, other) = (id(), id().to_string().replace("/g/", "/G/").parse().unwrap());
    let call = call();
    let (first, second) = tokio::join!(
        client.update_registry(&one, &call, RegistryEdit::alone(wanted)),
        client.update_registry(&other, &call, RegistryEdit::alone(wanted))
    );
    assert_eq!((first.unwrap().wrote, second.unwrap().wrote), (true, false));
    assert_eq!(script.methods(), "GET PATCH GET GET");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_ones_turn_ends_with_the_call() {
    let script = Script::new().on("GET", PATH, Reply::Hang);
    let script = Arc::new(script);
    let client = client_with(&script, |config| config.retry.max_retries = 0);
    let (id, long, short) = (id(), call(), Call::within(Duration::from_secs(2)));
    let (_, second) = tokio::join!(
        client.update_registry(&id, &long, RegistryEdit::alone(wanted)),
        client.update_registry(&id, &short, RegistryEdit::alone(wanted))
    );
    let error = second.unwrap_err().error;
    assert_eq!((error.kind, error.effect, error.attempts), (ErrorKind::Timeout, Effect::None, 0));
}
