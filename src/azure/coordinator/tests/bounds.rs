//! Deadlines, cancellation and panics belong to one caller.

use super::*;
use crate::azure::error::ErrorKind;

/// Reads and writes take two seconds each.
fn slow() -> Arc<Azure> {
    let azure = Azure::new(&[]);
    azure.set(|world| world.latency = |_| Duration::from_secs(1));
    azure
}

#[tokio::test(start_paused = true)]
async fn who_runs_out_of_time_before_the_write_is_left_out_of_it() {
    let azure = slow();
    let client = client(&azure);
    let (id, long, short) = (id(), call(), Call::within(Duration::from_millis(1500)));
    let (patient, hasty) = tokio::join!(
        client.update_registry(&id, &long, adding("1.1.1.1")),
        client.update_registry(&id, &short, adding("2.2.2.2"))
    );
    let error = hasty.unwrap_err().error;
    assert_eq!((error.kind, error.effect), (ErrorKind::Timeout, Effect::None));
    assert_eq!(patient.unwrap().after.ip_rules(), ["1.1.1.1"]);
}

#[tokio::test(start_paused = true)]
async fn who_runs_out_of_time_during_the_write_does_not_know_and_the_others_go_on() {
    let azure = slow();
    let client = client(&azure);
    let (id, long, short) = (id(), call(), Call::within(Duration::from_secs(3)));
    let (patient, hasty) = tokio::join!(
        client.update_registry(&id, &long, adding("1.1.1.1")),
        client.update_registry(&id, &short, adding("2.2.2.2"))
    );
    let failed = hasty.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Timeout, Effect::Unknown));
    assert_eq!(failed.seen.unwrap().ip_rules(), ["1.1.1.1", "2.2.2.2"], "its last look tells");
    assert!(patient.unwrap().wrote);
}

#[tokio::test(start_paused = true)]
async fn who_is_cancelled_after_the_proof_has_succeeded() {
    let azure = slow();
    let call = call();
    let cancel = call.cancel.clone();
    let (client, id) = (client(&azure), id());
    let (updated, ()) = tokio::join!(client.update_registry(&id, &call, adding("1.1.1.1")), async {
        sleep(Duration::from_secs(6)).await;
        cancel.cancel();
    });
    assert!(updated.unwrap().wrote);
    assert_eq!(azure.methods(), "GET PATCH");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_all_are_gone() {
    let azure = slow();
    let client = client(&azure);
    let cancelled = call();
    let (id, hasty, cancel) = (id(), Call::within(Duration::from_millis(500)), cancelled.cancel.clone());
    let dropped = tokio::time::timeout(Duration::from_millis(700), async {
        let (all, call) = (call(), client.clone());
        call.update_registry(&id, &all, adding("3.3.3.3")).await
    });
    let (first, second, third, ()) = tokio::join!(
        client.update_registry(&id, &hasty, adding("1.1.1.1")),
        client.update_registry(&id, &cancelled, adding("2.2.2.2")),
        dropped,
        async {
            sleep(Duration::from_millis(900)).await;
            cancel.cancel();
        }
    );
    assert_eq!(first.unwrap_err().error.kind, ErrorKind::Timeout);
    let error = second.unwrap_err().error;
    assert_eq!((error.kind, error.effect), (ErrorKind::Cancelled, Effect::None));
    assert!(third.is_err());
    sleep(Duration::from_secs(60)).await;
    assert_eq!(azure.patches(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_one_is_told_its_own_reason_though_a_more_patient_one_was_cancelled_before() {
    let azure = slow();
    let client = client(&azure);
    let (patient, hasty, id) = (call(), Call::within(Duration::from_millis(500)), id());
    let cancel = patient.cancel.clone();
    let (first, last, ()) = tokio::join!(
        client.update_registry(&id, &patient, adding("1.1.1.1")),
        client.update_registry(&id, &hasty, adding("2.2.2.2")),
        async {
            sleep(Duration::from_millis(300)).await;
            cancel.cancel();
        }
    );
    assert_eq!(first.unwrap_err().error.kind, ErrorKind::Cancelled);
    assert_eq!(last.unwrap_err().error.kind, ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_panics_takes_nobody_down() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    let mine = client.clone();
    let panics = tokio::spawn(async move {
        let edit = RegistryEdit::in_company(|_| panic!("a bug"));
        mine.update_registry(&id(), &call(), edit).await
    });
    let other = client.update_registry(&id(), &call(), adding("1.1.1.1")).await;
    assert_eq!(other.unwrap().after.ip_rules(), ["1.1.1.1"]);
    let panic = panics.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug"));
}
