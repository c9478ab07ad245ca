//! What becomes one write, and what is looked after.

use super::*;
use crate::azure::error::ErrorKind;

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_quiet_registry_makes_two_calls_and_waits_for_nobody() {
    let azure = Azure::new(&[]);
    let began = Instant::now();
    client(&azure).update_registry(&id(), &call(), exactly(&["1.1.1.1"])).await.unwrap();
    assert_eq!((azure.methods().as_str(), began.elapsed()), ("GET PATCH", Duration::from_millis(80)));
}

#[tokio::test(start_paused = true)]
async fn edits_that_come_together_are_one_write_and_one_more_look() {
    let azure = Azure::new(&["9.9.9.9"]);
    let edits = vec![adding("1.1.1.1"), adding("2.2.2.2"), removing("9.9.9.9")];
    for outcome in at_once(&client(&azure), edits).await {
        let updated = outcome.unwrap();
        assert!(updated.wrote);
        assert_eq!(updated.before.ip_rules(), ["9.9.9.9"], "what others add in the same write was not there before");
        assert_eq!(updated.after.ip_rules(), ["1.1.1.1", "2.2.2.2"]);
    }
    assert_eq!(azure.methods(), "GET PATCH GET");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_comes_while_the_registry_is_read_is_folded_in() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    let (id, call) = (id(), call());
    let (first, second) = tokio::join!(client.update_registry(&id, &call, exactly(&["1.1.1.1"])), async {
        sleep(Duration::from_millis(10)).await;
        let same = RegistryEdit::alone(|current| (current.default_action() != "Deny").then(|| with_ips(Vec::new())));
        client.update_registry(&id, &call, same).await
    });
    assert_eq!((first.unwrap().wrote, second.unwrap().wrote), (true, false));
    assert_eq!(azure.methods(), "GET PATCH");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_comes_after_the_reading_is_of_the_next_batch() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    let (id, call) = (id(), call());
    let (first, second) = tokio::join!(client.update_registry(&id, &call, adding("1.1.1.1")), async {
        sleep(Duration::from_millis(95)).await;
        client.update_registry(&id, &call, adding("2.2.2.2")).await
    });
    assert!(first.unwrap().wrote && second.unwrap().wrote);
    assert_eq!(azure.patches(), 2);
    assert_eq!(azure.ips(), ["1.1.1.1", "2.2.2.2"]);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_rules_by_ten_at_a_time_are_ten_writes_though_they_come_late() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    let slots = Arc::new(tokio::sync::Semaphore::new(10));
    let rng = Arc::new(Mutex::new(fastrand::Rng::with_seed(5)));
    let mut running = Vec::new();
    for rule in 0..100 {
        let (client, slots, rng) = (client.clone(), Arc::clone(&slots), Arc::clone(&rng));
        running.push(tokio::spawn(async move {
            let _slot = slots.acquire().await.unwrap();
            let late = rng.lock().unwrap().u64(0..45);
            sleep(Duration::from_millis(late)).await;
            client.update_registry(&id(), &call(), adding(&format!("1.1.1.{rule}"))).await.unwrap();
        }));
    }
    for one in running {
        one.await.unwrap();
    }
    assert_eq!((azure.ips().len(), azure.patches()), (100, 10));
}

#[tokio::test(start_paused = true)]
async fn who_wants_the_opposite_comes_after() {
    let azure = Azure::new(&[]);
    for outcome in at_once(&client(&azure), vec![adding("1.1.1.1"), adding("2.2.2.2"), removing("1.1.1.1")]).await {
        outcome.unwrap();
    }
    assert_eq!((azure.ips(), azure.patches()), (strings(&["2.2.2.2"]), 2));
}

#[tokio::test(start_paused = true)]
async fn what_a_writer_with_an_older_reading_undid_is_written_again() {
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| world.overwrites.push_back(strings(&["9.9.9.9", "8.8.8.8"])));
    for outcome in at_once(&client(&azure), vec![adding("1.1.1.1"), removing("9.9.9.9")]).await {
        assert_eq!(outcome.unwrap().after.ip_rules(), ["8.8.8.8", "1.1.1.1"]);
    }
    // After that it is looked at more often.
    assert_eq!(azure.methods(), "GET PATCH GET PATCH GET GET GET GET");
}

#[tokio::test(start_paused = true)]
async fn what_is_undone_a_second_time_is_seen_before_the_last_look() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.overwrites.extend(vec![strings(&["8.8.8.8"]); 2]));
    client(&azure).update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    assert_eq!(azure.methods(), "GET PATCH GET PATCH GET PATCH GET GET GET GET");
}

#[tokio::test(start_paused = true)]
async fn rules_of_others_that_vanish_are_not_brought_back() {
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| world.overwrites.push_back(Vec::new()));
    client(&azure).update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    assert_eq!(azure.ips(), ["1.1.1.1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_undone_each_time_is_an_error_that_names_it() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.overwrites.extend(vec![strings(&["8.8.8.8"]); 4]));
    let client = client_with(&azure, |config| config.coordination.rewrites = 3);
    let failed = client.update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Undone, Effect::Unknown));
    assert!(failed.error.message.ends_with("4 times: IP rules: missing 1.1.1.1"), "{}", failed.error);
    assert_eq!(failed.seen.unwrap().ip_rules(), ["8.8.8.8"]);
    assert_eq!(azure.patches(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_look_waits_twice_as_long_as_the_slowest_write_took() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.latency = |_| Duration::from_millis(250));
    client(&azure).update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    let log = azure.world.lock().unwrap().log.clone();
    // A second for both calls; from the write to the look: its way back, twice that second, the way there.
    assert_eq!(log[2].1.checked_sub(log[1].1).unwrap(), Duration::from_millis(250 + 2000 + 250));
}

#[tokio::test(start_paused = true)]
async fn an_owner_looks_again_where_others_have_just_been_writing() {
    // The time of day in these tests is 1994-11-06T08:49:37Z.
    for (changed, methods) in [
        ("1994-11-06T08:49:33Z", "GET PATCH GET"),
        ("1994-11-06T08:49:40Z", "GET PATCH GET"),
        ("1994-11-06T08:49:31Z", "GET PATCH"),
        ("1994-01-01T00:00:00Z", "GET PATCH"),
    ] {
        let azure = Azure::new(&[]);
        azure.set(|world| world.changed_at = Some(changed.to_owned()));
        client(&azure).update_registry(&id(), &call(), exactly(&["1.1.1.1"])).await.unwrap();
        assert_eq!(azure.methods(), methods, "{changed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_others_that_comes_before_the_reading_back_fails_nobody() {
    let azure = Azure::new(&[]);
    azure.set(|world| {
        world.asynchronous = true;
        world.overwrites.push_back(strings(&["1.1.1.1", "8.8.8.8"]));
    });
    client(&azure).update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    assert_eq!((azure.ips(), azure.patches()), (strings(&["1.1.1.1", "8.8.8.8"]), 1));
}

#[tokio::test(start_paused = true)]
async fn our_own_change_is_not_taken_for_one_of_others() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    azure.set(|world| world.asynchronous = true);
    client.update_registry(&id(), &call(), exactly(&["1.1.1.1"])).await.unwrap();
    client.update_registry(&id(), &call(), exactly(&["2.2.2.2"])).await.unwrap();
    azure.set(|world| world.asynchronous = false);
    client.update_registry(&id(), &call(), exactly(&["3.3.3.3"])).await.unwrap();
    client.update_registry(&id(), &call(), exactly(&["4.4.4.4"])).await.unwrap();
    // An operation is polled at the registry itself, and read back.
    assert_eq!(azure.methods(), "GET PATCH GET GET GET PATCH GET GET GET PATCH GET PATCH");
}

/// It comes before our reading back, which shows its time as that of the last change.
#[tokio::test(start_paused = true)]
async fn a_change_of_others_is_not_taken_for_our_own() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    azure.set(|world| {
        world.asynchronous = true;
        world.overwrites.push_back(strings(&["1.1.1.1", "8.8.8.8"]));
    });
    client.update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    azure.set(|world| {
        world.asynchronous = false;
        world.log.clear();
    });
    client.update_registry(&id(), &call(), exactly(&["2.2.2.2"])).await.unwrap();
    assert_eq!(azure.methods(), "GET PATCH GET");
}

#[tokio::test(start_paused = true)]
async fn what_azure_accepts_and_never_stores_is_not_sent_for_long() {
    let azure = Azure::new(&[]);
    azure.set(|world| {
        world.asynchronous = true;
        world.overwrites.extend(vec![Vec::new(); 20]);
    });
    let failed = client(&azure).update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::NotStored);
    assert!(failed.error.message.ends_with("IP rules: missing 1.1.1.1"), "{}", failed.error);
    assert_eq!(azure.patches(), 2);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_lead_to_a_fresh_reading() {
    let azure = Azure::new(&[]);
    azure.set(|world| {
        world.faults.push_back(("PATCH", 429, json!({"error": {"code": "TooManyRequests", "message": "m"}})));
    });
    client(&azure).update_registry(&id(), &call(), exactly(&["1.1.1.1"])).await.unwrap();
    assert_eq!(azure.methods(), "GET PATCH GET PATCH");
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_when_nobody_is_left_and_another_begins_when_somebody_comes() {
    let azure = Azure::new(&[]);
    let client = client(&azure);
    let weak = Arc::downgrade(&azure);
    client.update_registry(&id(), &call(), adding("1.1.1.1")).await.unwrap();
    client.update_registry(&id(), &call(), adding("2.2.2.2")).await.unwrap();
    tokio::task::yield_now().await;
    drop((client, azure));
    assert!(weak.upgrade().is_none(), "a task still holds the client");
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_grew_old_in_the_queue_of_requests_is_renewed() {
    let azure = Azure::new(&[]);
    let client = client_with(&azure, |config| config.max_concurrent_requests = 1);
    let (id, call) = (id(), call());
    let (updated, ()) = tokio::join!(client.update_registry(&id, &call, exactly(&["1.1.1.1"])), async {
        sleep(Duration::from_millis(30)).await;
        azure.set(|world| world.latency = |_| Duration::from_millis(100));
        // It takes the one place among the requests under way right after the reading.
        client.registry(&id, &call).await.unwrap();
        azure.set(|world| world.latency = |_| Duration::from_millis(20));
    });
    updated.unwrap();
    assert_eq!(azure.methods(), "GET GET GET PATCH");
}
