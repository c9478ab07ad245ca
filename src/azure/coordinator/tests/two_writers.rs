//! Writers in several processes, which know nothing of each other: at the end every rule that is owned is there, and none that was removed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A few seeds, or many for `make contention`: time is virtual here, so that a seed takes little of the real one.
fn seeds() -> u64 {
    let wanted = std::env::var("CONTENTION_SEEDS").ok().and_then(|wanted| wanted.parse::<u64>().ok());
    wanted.map_or(5, |seeds| seeds * 15)
}

fn ip(process: usize, rule: usize) -> String {
    format!("{process}.1.1.{rule}")
}

/// One process: adds its rules at random moments, and removes every third again.
async fn process(client: ArmClient, number: usize, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut running = Vec::new();
    for rule in 0..12 {
        let (client, late, later) = (client.clone(), rng.u64(0..3000), rng.u64(0..2000));
        running.push(tokio::spawn(async move {
            sleep(Duration::from_millis(late)).await;
            client.update_registry(&id(), &call(), adding(&ip(number, rule))).await.unwrap();
            if rule % 3 == 0 {
                sleep(Duration::from_millis(later)).await;
                client.update_registry(&id(), &call(), removing(&ip(number, rule))).await.unwrap();
            }
        }));
    }
    for one in running {
        one.await.unwrap();
    }
}

/// So many processes on a registry whose calls take that long each way; gives what is missing of what they own, and what is too much.
async fn crowd(processes: usize, [read, write]: [Latency; 2], seed: u64) -> Vec<String> {
    let kept =
        (1..=processes).flat_map(|process| (0..12).filter(|rule| rule % 3 != 0).map(move |rule| ip(process, rule)));
    let expected: BTreeSet<String> = kept.chain(["9.9.9.9".to_owned()]).collect();
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| {
        (world.latency, world.write_latency) = (read, Some(write));
        world.rng = fastrand::Rng::with_seed(seed);
    });
    let mut running = Vec::new();
    for number in 1..=processes {
        running.push(tokio::spawn(process(client(&azure), number, seed * 8 + number as u64)));
    }
    for one in running {
        one.await.unwrap();
    }
    azure.ips().into_iter().collect::<BTreeSet<_>>().symmetric_difference(&expected).cloned().collect()
}

/// From 10 to 300 ms for a call: no window is longer than the shortest settle time.
#[tokio::test(start_paused = true)]
async fn lose_nothing_of_each_others_and_bring_nothing_back() {
    let latency: Latency = |rng| Duration::from_millis(rng.u64(5..150));
    for seed in 0..seeds() {
        assert_eq!(crowd(3, [latency; 2], seed).await, [""; 0], "seed {seed}");
    }
}

/// From 10 to 800 ms, eight processes: 500 ms before the last look, and twice the slowest pair of calls, were not enough for one seed of 150.
#[tokio::test(start_paused = true)]
async fn lose_nothing_where_one_call_takes_much_longer_than_another() {
    let latency: Latency = |rng| Duration::from_millis(rng.u64(5..400));
    for seed in 0..seeds() {
        assert_eq!(crowd(8, [latency; 2], seed).await, [""; 0], "seed {seed}");
    }
}

/// As slow as Azure was seen to be: up to ten seconds for a write.
#[tokio::test(start_paused = true)]
async fn lose_nothing_where_writes_take_seconds() {
    let write: Latency = |rng| Duration::from_millis(rng.u64(500..5000));
    for seed in 0..seeds() {
        assert_eq!(
            crowd(4, [|rng| Duration::from_millis(rng.u64(50..150)), write], seed).await,
            [""; 0],
            "seed {seed}"
        );
    }
}

/// A script of `az acr network-rule add`, without a pause: it reads, thinks for 50 to 300 ms, and writes what it has read and a rule of its own.
async fn az(azure: Arc<Azure>, mut rng: fastrand::Rng, stop: Arc<AtomicBool>) {
    let ask = async |method: &str, body: &Value| {
        let request = Request::builder().method(method).uri("/").body(Bytes::from(body.to_string())).unwrap();
        serde_json::from_slice::<Value>(azure.send(request).await.unwrap().body()).unwrap()
    };
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let mut set = ask("GET", &Value::Null).await["properties"]["networkRuleSet"].clone();
        set["ipRules"].as_array_mut().unwrap().push(json!({"action": "Allow", "value": format!("40.1.1.{number}")}));
        sleep(Duration::from_millis(rng.u64(50..=300))).await;
        ask("PATCH", &json!({"properties": {"networkRuleSet": set}})).await;
    }
}

/// Most writes of ours fall into its window and are lost; each is found and made again, soon enough to get through.
#[tokio::test(start_paused = true)]
async fn get_through_beside_a_script_that_never_rests() {
    for seed in 0..seeds() {
        let azure = Azure::new(&[]);
        azure.set(|world| {
            world.latency = |rng| Duration::from_millis(rng.u64(5..75));
            world.rng = fastrand::Rng::with_seed(seed);
        });
        let stop = Arc::new(AtomicBool::new(false));
        let script = tokio::spawn(az(Arc::clone(&azure), fastrand::Rng::with_seed(seed), Arc::clone(&stop)));
        let edits: Vec<RegistryEdit> = (0..10).map(|rule| adding(&ip(1, rule))).collect();
        for outcome in at_once(&client(&azure), edits).await {
            outcome.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        script.await.unwrap();
        let held = azure.ips();
        assert!((0..10).all(|rule| held.contains(&ip(1, rule))), "seed {seed}: {held:?}");
    }
}
