//! Writers in two processes, which know nothing of each other: at the end every rule that is owned is there, and none that was removed.

use std::collections::BTreeSet;

use super::*;

/// Writes take from 10 to 300 ms each way: no longer than half the settle time.
fn at_random() -> Arc<Azure> {
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| world.latency = |rng| Duration::from_millis(rng.u64(5..150)));
    azure
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

#[tokio::test(start_paused = true)]
async fn lose_nothing_of_each_others_and_bring_nothing_back() {
    let kept = (1..=3).flat_map(|process| (0..12).filter(|rule| rule % 3 != 0).map(move |rule| ip(process, rule)));
    let expected: BTreeSet<String> = kept.chain(["9.9.9.9".to_owned()]).collect();
    for seed in 0..20 {
        let azure = at_random();
        azure.set(|world| world.rng = fastrand::Rng::with_seed(seed));
        tokio::join!(
            process(client(&azure), 1, seed * 3),
            process(client(&azure), 2, seed * 3 + 1),
            process(client(&azure), 3, seed * 3 + 2)
        );
        assert_eq!(azure.ips().into_iter().collect::<BTreeSet<_>>(), expected, "seed {seed}");
    }
}
