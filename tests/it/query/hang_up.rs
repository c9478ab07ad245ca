//! A host that hangs up in the middle of a list: Azure is asked for no page more.

use acrnet::simulator::{Action, Fault};
use serde_json::json;

use super::estate::{GROUPS, core, list, many, pages_of};

/// How long the page takes at which the host hangs up.
const LATE_MS: u64 = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_ends_with_the_page_that_was_asked_for() {
    let azure = many(1, 40);
    let core = core(&azure).await;
    let [first, second] = GROUPS;
    let of_first = format!("/resourceGroups/{first}/");
    let of_second = format!("/resourceGroups/{second}/");
    azure.fault(Fault::new(Action::Delay { ms: LATE_MS }).on("GET", &of_first).from_nth(4));
    let block = list("acrnet_registry_network_rule_set", &json!({"resource_group_name": first}));
    let mut events = core.list(&block).await;
    for _ in 0..3 {
        assert!(events.message().await.unwrap().is_some());
    }
    while pages_of(&azure, first) < 4 {
        tokio::task::yield_now().await;
    }
    drop(events);
    // By the end of this, the late page has long been there.
    azure.fault(Fault::new(Action::Delay { ms: 2 * LATE_MS }).on("GET", &of_second));
    let block = list("acrnet_registry_network_rule_set", &json!({"resource_group_name": second}));
    assert_eq!(core.query(&block).await.ok().len(), 40);
    assert_eq!(pages_of(&azure, first), 4);
}
