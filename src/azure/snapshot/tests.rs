use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use super::*;
use crate::azure::client::Config;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::registry::{RegistryEdit, RegistryPatch};
use crate::azure::scripted::{Reply, Script, ambient, client};
use crate::azure::subnet::add_registry_endpoint;
use crate::azure::transport::{Transport, TransportError};

mod interleaving;
mod lists;
mod memory;

/// Answers everything after a while, each time with the number of the request in it.
struct Slow {
    takes: Duration,
    status: u16,
    asked: AtomicU64,
}

impl Slow {
    fn new(seconds: u64, status: u16) -> Arc<Self> {
        Arc::new(Self { takes: Duration::from_secs(seconds), status, asked: AtomicU64::new(0) })
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    fn client(self: &Arc<Self>) -> ArmClient {
        let config = Config::new(Cloud::named(CloudName::Public));
        ArmClient::new(config, Arc::new(StaticToken::new("t".to_owned())), Arc::clone(self) as _, ambient())
    }
}

impl Transport for Slow {
    fn send(
        &self,
        _: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(self.takes).await;
            let body = match self.status {
                200 => json!({ "number": number }),
                status => json!({"error": {"code": format!("Code{status}"), "message": format!("answer {number}")}}),
            };
            Ok(Response::builder().status(self.status).body(Bytes::from(body.to_string())).unwrap())
        })
    }
}

fn registry(name: &str) -> RegistryId {
    format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/{name}")
        .parse()
        .unwrap()
}

fn subnet() -> SubnetId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n".parse().unwrap()
}

fn call(seconds: u64) -> Call {
    Call::within(Duration::from_secs(seconds))
}

/// Which answer it was.
fn number(outcome: Result<Reading<Registry>, ArmError>) -> u64 {
    match outcome.unwrap() {
        Reading::Found(registry) => registry.raw()["number"].as_u64().unwrap(),
        Reading::Missing(error) => panic!("{error}"),
    }
}

async fn ask(arm: &ArmClient) -> Result<Reading<Registry>, ArmError> {
    arm.recent_registry(&registry("prod1"), &call(60)).await
}

async fn after(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_at_once_share_one_reading_whatever_letters_they_use() {
    let azure = Slow::new(1, 200);
    let arm = azure.client();
    let mut asking = tokio::task::JoinSet::new();
    for at in 0..100 {
        let (arm, id) = (arm.clone(), registry(["prod1", "PROD1"][at % 2]));
        asking.spawn(async move { number(arm.recent_registry(&id, &call(60)).await) });
    }
    assert!(asking.join_all().await.iter().all(|number| *number == 1));
    arm.recent_registry(&registry("prod2"), &call(60)).await.unwrap();
    assert_eq!(azure.asked(), 2, "one for each registry");
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_recent_for_five_seconds_from_when_it_was_asked_for() {
    let azure = Slow::new(4, 200);
    let arm = azure.client();
    assert_eq!(number(ask(&arm).await), 1);
    after(0.9).await;
    assert_eq!(number(ask(&arm).await), 1);
    after(0.2).await;
    assert_eq!(number(ask(&arm).await), 2);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_slow_reading_is_content_with_it() {
    let azure = Slow::new(20, 200);
    let arm = azure.client();
    let (first, second) = tokio::join!(ask(&arm), ask(&arm));
    assert_eq!((number(first), number(second)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn whose_time_is_over_does_not_take_the_others_down() {
    let azure = Slow::new(3, 200);
    let arm = azure.client();
    let id = registry("prod1");
    let (hasty, impatient, patient) = (call(1), call(2), call(60));
    let (first, second, third) = tokio::join!(
        arm.recent_registry(&id, &hasty),
        arm.recent_registry(&id, &impatient),
        arm.recent_registry(&id, &patient),
    );
    assert_eq!(first.unwrap_err().kind, ErrorKind::Timeout);
    assert_eq!(second.unwrap_err().kind, ErrorKind::Timeout);
    assert_eq!(number(third), 3);
}

#[tokio::test(start_paused = true)]
async fn who_waits_behind_a_reading_longer_than_it_may_is_told_so() {
    let azure = Slow::new(10, 200);
    let arm = azure.client();
    let id = registry("prod1");
    let short = call(1);
    let (first, second) = tokio::join!(ask(&arm), arm.recent_registry(&id, &short));
    assert_eq!(number(first), 1);
    let error = second.unwrap_err();
    assert!(error.message.contains("waiting for another reading"), "{error}");
    assert_eq!(azure.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_those_who_waited_for_it_and_nobody_else() {
    let azure = Slow::new(1, 400);
    let arm = azure.client();
    let (first, second) = tokio::join!(ask(&arm), ask(&arm));
    assert!(first.is_err() && second.is_err());
    assert_eq!(azure.asked(), 1);
    after(0.1).await;
    assert!(ask(&arm).await.is_err());
    assert_eq!(azure.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_not_asked_for_again_at_once() {
    let azure = Slow::new(1, 403);
    let arm = azure.client();
    assert_eq!(ask(&arm).await.unwrap_err().kind, ErrorKind::Forbidden);
    after(0.1).await;
    assert_eq!(ask(&arm).await.unwrap_err().kind, ErrorKind::Forbidden);
    assert_eq!(azure.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_told_in_azures_words() {
    let arm = Slow::new(1, 404).client();
    let Reading::Missing(error) = ask(&arm).await.unwrap() else { panic!("nothing is there") };
    assert_eq!((error.code.as_deref(), error.message.as_str()), (Some("Code404"), "answer 1"));
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_is_told_without_asking() {
    let azure = Slow::new(1, 200);
    let arm = azure.client();
    assert!(arm.seen_registry(&registry("prod1")).is_none());
    ask(&arm).await.unwrap();
    after(60.0).await;
    assert_eq!(number(arm.seen_registry(&registry("PROD1")).unwrap()), 1);
    assert!(arm.seen_subnet(&subnet()).is_none());
    assert_eq!(azure.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_drops_what_was_read_when_it_begins_and_when_it_ends() {
    let azure = Slow::new(1, 200);
    let arm = azure.client();
    assert_eq!(number(ask(&arm).await), 1);
    let written = arm.snapshots().registries.writing(&registry("PROD1"));
    assert_eq!(number(ask(&arm).await), 2);
    assert_eq!(number(ask(&arm).await), 2, "as good as any while the write is under way");
    drop(written);
    assert!(arm.seen_registry(&registry("prod1")).is_none());
    assert_eq!(number(ask(&arm).await), 3);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_began_before_a_write_ended_is_not_kept() {
    let azure = Slow::new(2, 200);
    let arm = azure.client();
    let writing = async {
        let written = arm.snapshots().registries.writing(&registry("prod1"));
        after(1.0).await;
        drop(written);
        ask(&arm).await
    };
    let during = async {
        after(0.5).await;
        ask(&arm).await
    };
    let (afterwards, during) = tokio::join!(writing, during);
    assert_eq!((number(during), number(afterwards)), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_registry_drops_what_was_read_of_it() {
    let shown = |action: &str| {
        Reply::json(
            200,
            &json!({"properties": {"provisioningState": "Succeeded", "networkRuleSet": {"defaultAction": action}}}),
        )
    };
    let script = Script::new().on("GET", "prod1", shown("Allow")).on("PATCH", "prod1", shown("Deny")).on(
        "GET",
        "prod1",
        shown("Deny"),
    );
    let script = Arc::new(script);
    let arm = client(&script);
    ask(&arm).await.unwrap();
    let patch = |found: &Registry| {
        let deny = RegistryPatch { default_action: Some("Deny".to_owned()), ..RegistryPatch::default() };
        (found.default_action() == "Allow").then_some(deny)
    };
    arm.update_registry(&registry("prod1"), &call(60), RegistryEdit::alone(patch)).await.unwrap();
    let Reading::Found(found) = ask(&arm).await.unwrap() else { panic!("it is there") };
    assert_eq!(found.default_action(), "Deny");
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_subnet_drops_what_was_read_of_it() {
    let shown = |endpoints: serde_json::Value| {
        Reply::json(200, &json!({"properties": {"provisioningState": "Succeeded", "serviceEndpoints": endpoints}}))
    };
    let without = || shown(json!([]));
    let with = || shown(json!([{"service": "Microsoft.ContainerRegistry", "locations": ["*"]}]));
    let network = || Reply::json(200, &json!({"properties": {"provisioningState": "Succeeded"}}));
    let script = Script::new()
        .on("GET", "/subnets/n", without())
        .on("GET", "/subnets/n", without())
        .on("GET", "/virtualNetworks/v?", network())
        .on("PUT", "/subnets/n", with())
        .on("GET", "/subnets/n", with())
        .on("GET", "/virtualNetworks/v?", network())
        .on("GET", "/subnets/n", with());
    let script = Arc::new(script);
    let arm = client(&script);
    arm.recent_subnet(&subnet(), &call(60)).await.unwrap();
    arm.edit_subnet(&subnet(), &call(60), &add_registry_endpoint).await.unwrap();
    let Reading::Found(found) = arm.recent_subnet(&subnet(), &call(60)).await.unwrap() else { panic!("it is there") };
    assert!(found.registry_endpoint().is_some());
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn the_oldest_readings_make_room_for_new_ones() {
    let azure = Slow::new(0, 200);
    let arm = azure.client();
    for at in 0..=REMEMBERED {
        arm.recent_registry(&registry(&format!("prod{at}")), &call(60)).await.unwrap();
        after(0.001).await;
    }
    assert_eq!(arm.snapshots().registries.lock().len(), REMEMBERED);
    assert!(arm.seen_registry(&registry("prod0")).is_none());
    assert!(arm.seen_registry(&registry(&format!("prod{REMEMBERED}"))).is_some());
}
