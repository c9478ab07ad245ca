//! When readings become lists, what that costs, and what answers where a list does not.

use super::memory::{Lists, Memory, path};
use super::*;

fn id(path: &str) -> RegistryId {
    path.parse().unwrap()
}

/// Reads all of them as Terraform does, ten at a time.
async fn read_all(arm: &ArmClient, paths: &[String]) {
    let queue = Arc::new(Mutex::new(paths.to_vec()));
    let mut working = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (arm, queue) = (arm.clone(), Arc::clone(&queue));
        working.spawn(async move {
            loop {
                let Some(path) = queue.lock().unwrap().pop() else { return };
                assert!(found(&arm, &path).await.is_some(), "{path}");
            }
        });
    }
    working.join_all().await;
}

/// The version that is told, and how it was read.
async fn found(arm: &ArmClient, path: &str) -> Option<(u64, String)> {
    match arm.recent_registry(&id(path), &call(60)).await.unwrap() {
        Reading::Found(registry) => {
            let (version, how) = registry.login_server().unwrap().split_once('.').unwrap();
            Some((version.parse().unwrap(), how.to_owned()))
        }
        Reading::Missing(_) => None,
    }
}

fn in_one_group(count: usize) -> Vec<String> {
    (0..count).map(|number| path(0, number)).collect()
}

/// In an order that is nobody's.
fn shuffled(mut paths: Vec<String>) -> Vec<String> {
    fastrand::Rng::with_seed(5).shuffle(&mut paths);
    paths
}

const GROUP_LIST: &str = "GET /subscriptions/s/resourceGroups/g0/providers/Microsoft.ContainerRegistry/registries";
const SUBSCRIPTION_LIST: &str = "GET /subscriptions/s/providers/Microsoft.ContainerRegistry/registries";

#[tokio::test(start_paused = true)]
async fn ten_of_a_group_are_read_alone_and_all_others_from_its_list() {
    let paths = in_one_group(100);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..10]).await;
    assert_eq!((azure.alone(), azure.listed().len()), (10, 0));
    read_all(&arm, &paths[10..]).await;
    assert_eq!((azure.alone(), azure.listed()), (10, vec![GROUP_LIST.to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_of_one_group_are_twenty_calls_and_less_than_a_second() {
    let paths = in_one_group(1000);
    let azure = Memory::of(paths.clone());
    let (arm, began) = (azure.client(|_| {}), Instant::now());
    read_all(&arm, &shuffled(paths)).await;
    assert_eq!((azure.alone(), azure.listed().len()), (10, 10));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_are_twenty_calls_also_when_they_are_asked_for_one_after_another() {
    let paths = in_one_group(1000);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    for path in shuffled(paths) {
        assert!(found(&arm, &path).await.is_some(), "{path}");
    }
    assert_eq!((azure.alone(), azure.listed().len()), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn who_asks_while_the_last_page_is_on_its_way_waits_for_it() {
    let paths = in_one_group(1000);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..10]).await;
    let last = async |path: &String| assert!(found(&arm, path).await.is_some());
    let late = async {
        tokio::time::sleep(Duration::from_millis(50 * 9 + 25)).await;
        last(&paths[998]).await;
    };
    tokio::join!(last(&paths[999]), late);
    assert_eq!((azure.alone(), azure.listed().len()), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_in_many_groups_are_read_from_the_list_of_the_subscription() {
    let paths: Vec<String> = (0..1000).map(|number| path(number / 10, number)).collect();
    let azure = Memory::of(paths.clone());
    read_all(&azure.client(|_| {}), &shuffled(paths)).await;
    assert_eq!((azure.alone(), azure.listed()), (10, vec![SUBSCRIPTION_LIST.to_owned(); 10]));
}

#[tokio::test(start_paused = true)]
async fn few_beside_a_group_that_is_listed_are_read_alone() {
    let (many, few): (Vec<_>, Vec<_>) = (in_one_group(200), (0..8).map(|number| path(number, 900 + number)).collect());
    let azure = Memory::of(many.iter().cloned().chain(few.clone()));
    let arm = azure.client(|_| {});
    read_all(&arm, &many).await;
    read_all(&arm, &few[1..]).await;
    assert_eq!((azure.alone(), azure.listed()), (10 + 7, vec![GROUP_LIST.to_owned(); 2]));
}

#[tokio::test(start_paused = true)]
async fn all_of_five_thousand_are_read_with_far_fewer_calls() {
    let paths: Vec<String> = (0..5000).map(|number| path(number % 50, number)).collect();
    let azure = Memory::of(paths.clone());
    read_all(&azure.client(|_| {}), &shuffled(paths)).await;
    let calls = azure.world().log.len();
    assert!(calls < 250, "{calls} calls, {} alone", azure.alone());
}

#[tokio::test(start_paused = true)]
async fn a_dozen_among_five_thousand_cost_few_pages() {
    let paths: Vec<String> = (0..5000).map(|number| path(number % 50, number)).collect();
    let azure = Memory::of(paths.clone());
    let (arm, began) = (azure.client(|_| {}), Instant::now());
    read_all(&arm, &shuffled(paths)[..12]).await;
    assert!(azure.listed().len() <= 10, "{:?}", azure.listed());
    assert!(began.elapsed() <= Duration::from_millis(50 * 12), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_page_is_read_that_nobody_waits_for() {
    let paths = in_one_group(1000);
    let azure = Memory::of(paths.clone());
    read_all(&azure.client(|_| {}), &paths[..100]).await;
    assert_eq!((azure.alone(), azure.listed().len()), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn where_listing_fails_each_is_read_alone() {
    for status in [403, 404, 429, 500] {
        let paths = in_one_group(30);
        let azure = Memory::of(paths.clone());
        azure.world().lists = Lists::Refused(status);
        let (arm, began) = (azure.client(|_| {}), Instant::now());
        read_all(&arm, &paths).await;
        assert_eq!(azure.alone(), 30);
        assert!(azure.listed().len() <= 2, "no list is asked for again: {:?}", azure.listed());
        assert!(began.elapsed() < Duration::from_secs(1), "{status}: nothing is waited for");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_without_its_rules_is_read_alone() {
    let paths = in_one_group(100);
    let azure = Memory::of(paths.clone());
    azure.world().lists = Lists::HalfWithoutRules;
    read_all(&azure.client(|_| {}), &paths).await;
    assert!((50..=60).contains(&azure.alone()), "{}", azure.alone());
    assert_eq!(azure.listed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_any_rules_is_left() {
    let paths = in_one_group(300);
    let azure = Memory::of(paths.clone());
    azure.world().lists = Lists::WithoutRules;
    read_all(&azure.client(|_| {}), &paths).await;
    assert_eq!((azure.alone(), azure.listed().len()), (300, 2), "one try of the group, one of the subscription");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_leads_elsewhere_or_in_a_circle_is_not_followed() {
    let elsewhere = ["https://evil.example/more", "http://management.azure.com/more", "more"].map(Lists::LeadTo);
    for lists in elsewhere.into_iter().chain([Lists::LeadInACircle]) {
        let paths = in_one_group(150);
        let azure = Memory::of(paths.clone());
        azure.world().lists = lists;
        read_all(&azure.client(|_| {}), &paths).await;
        assert!(azure.listed().len() <= 4, "{:?}", azure.listed());
        let known = azure.alone() + azure.listed().len();
        assert_eq!(azure.world().log.len(), known, "{:?}", azure.listed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_list_shows_is_missing_only_when_its_own_reading_says_so() {
    let paths = in_one_group(40);
    let azure = Memory::of(paths.clone());
    azure.world().remove(&paths[39]);
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..39]).await;
    assert_eq!(found(&arm, &paths[39]).await, None);
    assert_eq!(azure.world().log.last(), Some(&format!("GET {}", paths[39])));
}

#[tokio::test(start_paused = true)]
async fn a_page_is_as_old_as_its_request() {
    let paths = in_one_group(60);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..40]).await;
    azure.world().touch(&paths[50]);
    azure.world().touch(&paths[51]);
    assert_eq!(found(&arm, &paths[50]).await, Some((0, "listed".to_owned())));
    after(5.1).await;
    assert_eq!(found(&arm, &paths[51]).await, Some((1, "listed".to_owned())), "the list was read again");
    assert_eq!(azure.listed().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_in_an_old_list_and_is_gone_is_missing() {
    let paths = in_one_group(60);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..40]).await;
    azure.world().remove(&paths[50]);
    after(5.1).await;
    assert_eq!(found(&arm, &paths[50]).await, None);
    assert_eq!(azure.listed().len(), 2);
}

fn adding(ip: &'static str) -> RegistryEdit {
    RegistryEdit::alone(move |found: &Registry| {
        let mut ips = found.ip_rules();
        ips.push(ip.to_owned());
        let patch =
            RegistryPatch { default_action: Some("Allow".to_owned()), ip_rules: Some(ips), ..RegistryPatch::default() };
        (!found.ip_rules().iter().any(|present| present == ip)).then_some(patch)
    })
}

#[tokio::test(start_paused = true)]
async fn after_a_write_nothing_of_its_group_and_subscription_is_told_from_a_list() {
    let paths = in_one_group(80);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..40]).await;
    arm.update_registry(&id(&paths[50]), &call(60), adding("52.57.22.38")).await.unwrap();
    read_all(&arm, &paths[41..]).await;
    assert_eq!(found(&arm, &paths[50]).await, Some((1, "alone".to_owned())));
    assert_eq!(azure.listed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_on_its_way_when_a_write_begins_is_not_told() {
    let paths = in_one_group(40);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..10]).await;
    azure.world().way = 1000;
    let writing = async {
        after(0.5).await;
        drop(arm.snapshots().registries.writing(&id(&paths[30])));
    };
    let (read, ()) = tokio::join!(found(&arm, &paths[20]), writing);
    assert_eq!(read, Some((0, "alone".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn whose_time_is_over_leaves_the_list_to_the_others() {
    let paths = in_one_group(40);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..10]).await;
    azure.world().way = 1000;
    let (hasty_id, hasty) = (id(&paths[20]), call(1));
    let (first, second) = tokio::join!(arm.recent_registry(&hasty_id, &hasty), found(&arm, &paths[21]));
    assert_eq!(first.unwrap_err().kind, ErrorKind::Timeout);
    assert_eq!(second, Some((0, "listed".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn without_lists_each_is_read_alone() {
    let paths = in_one_group(40);
    let azure = Memory::of(paths.clone());
    read_all(&azure.client(|config| config.lists = false), &paths).await;
    assert_eq!((azure.alone(), azure.world().log.len()), (40, 40));
}

#[tokio::test(start_paused = true)]
async fn many_subnets_of_one_network_are_read_from_its_list() {
    let network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";
    let shown = |number: usize| {
        json!({
            "id": format!("{network}/subnets/n{number}"), "name": format!("n{number}"),
            "properties": {
                "provisioningState": "Succeeded",
                "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry", "locations": ["*"]}],
                "ipConfigurations": [{"id": "…"}],
            },
        })
    };
    let alone = |script: Script, number: usize| {
        script.on("GET", &format!("subnets/n{number}?"), Reply::json(200, &shown(number)))
    };
    let all: Vec<_> = (0..20).map(shown).collect();
    let script = (0..10).fold(Script::new(), alone).on("GET", "/v/subnets?", Reply::json(200, &json!({"value": all})));
    let script = Arc::new(script);
    let arm = client(&script);
    for number in 0..20 {
        let id = format!("{network}/subnets/n{number}").parse().unwrap();
        let Reading::Found(subnet) = arm.recent_subnet(&id, &call(60)).await.unwrap() else { panic!("it is there") };
        assert!(subnet.registry_endpoint().is_some());
    }
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_write_goes_on_from_what_its_plan_has_just_read_alone() {
    let azure = Memory::of(in_one_group(1));
    let arm = azure.client(|_| {});
    found(&arm, &path(0, 0)).await;
    after(0.09).await;
    arm.update_registry(&id(&path(0, 0)), &call(60), adding("52.57.22.38")).await.unwrap();
    assert_eq!(azure.world().log, [format!("GET {}", path(0, 0)), format!("PATCH {}", path(0, 0))]);
}

#[tokio::test(start_paused = true)]
async fn a_write_reads_for_itself_when_the_plan_looked_too_long_ago() {
    let azure = Memory::of(in_one_group(1));
    let arm = azure.client(|_| {});
    found(&arm, &path(0, 0)).await;
    after(0.11).await;
    arm.update_registry(&id(&path(0, 0)), &call(60), adding("52.57.22.38")).await.unwrap();
    let get = format!("GET {}", path(0, 0));
    assert_eq!(azure.world().log, [get.clone(), get, format!("PATCH {}", path(0, 0))]);
}

#[tokio::test(start_paused = true)]
async fn a_write_reads_for_itself_what_the_plan_has_from_a_list() {
    let paths = in_one_group(40);
    let azure = Memory::of(paths.clone());
    let arm = azure.client(|_| {});
    read_all(&arm, &paths[..30]).await;
    assert_eq!(found(&arm, &paths[35]).await, Some((0, "listed".to_owned())));
    azure.world().log.clear();
    arm.update_registry(&id(&paths[35]), &call(60), adding("52.57.22.38")).await.unwrap();
    assert_eq!(azure.world().log, [format!("GET {}", paths[35]), format!("PATCH {}", paths[35])]);
}
