//! What must not stay as it is, is changed again and again.

use super::*;
use crate::azure::error::ErrorKind;

/// A registry that holds the rule, and gives these answers to the next writes.
fn answering(writes: &[(u16, &'static str)]) -> Arc<Azure> {
    let azure = Azure::new(&["1.1.1.1"]);
    for &(status, code) in writes {
        let body = json!({"error": {"code": code, "message": "not now"}});
        azure.set(|world| world.faults.push_back(("PATCH", status, body)));
    }
    azure
}

async fn insist(azure: &Arc<Azure>, call: &Call) -> Outcome {
    let client = client_with(azure, |config| config.retry.max_retries = 1);
    client.insist_on_registry(&id(), call, removing("1.1.1.1")).await
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_is_no_end_though_all_retries_were_used() {
    let azure = answering(&[(503, "ServiceUnavailable"); 5]);
    assert!(insist(&azure, &call()).await.unwrap().wrote);
    assert_eq!((azure.ips(), azure.patches()), (vec![], 6));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_end() {
    let azure = answering(&[(403, "AuthorizationFailed")]);
    let failed = insist(&azure, &call()).await.unwrap_err();
    assert_eq!((failed.error.kind, azure.patches()), (ErrorKind::Forbidden, 1));
    assert_eq!(failed.seen.unwrap().ip_rules(), ["1.1.1.1"]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_last_failure_when_the_time_is_over() {
    let azure = answering(&[(503, "ServiceUnavailable"); 100]);
    let began = Instant::now();
    let failed = insist(&azure, &Call::within(Duration::from_secs(120))).await.unwrap_err();
    assert_eq!(failed.error.code.as_deref(), Some("ServiceUnavailable"));
    assert!(began.elapsed() <= Duration::from_secs(120), "{:?}", began.elapsed());
    assert!(azure.patches() > 4, "{}", azure.methods());
}
