//! Random interleavings of readings, writes and changes by others: no reading is older than allowed or than a write that had ended, and no write
//! follows from a list (which the ARM in memory checks at each write).

use std::sync::Mutex;

use super::memory::{Memory, path};
use super::*;

/// What a run of one seed did.
#[derive(Default)]
struct Done {
    /// The version that a finished write has left, by registry.
    written: HashMap<String, u64>,
    listed: usize,
    wrote_at_once: usize,
}

#[test]
fn no_reading_is_older_than_allowed_and_no_write_follows_from_a_list() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let all: Vec<(usize, usize)> = (0..150).map(|seed| runtime().block_on(run(seed))).collect();
    let (listed, at_once) = all.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(listed > 1000 && at_once > 100, "too little happened: {listed} from lists, {at_once} written at once");
}

async fn run(seed: u64) -> (usize, usize) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let groups = rng.usize(1..=3);
    let paths: Vec<String> = (0..rng.usize(20..60)).map(|number| path(number % groups, number)).collect();
    let azure = Memory::of(paths.clone());
    let (page_size, way) = (rng.usize(5..40), rng.u64(1..400));
    let by_chance = Some(fastrand::Rng::with_seed(seed));
    azure.set(|world| (world.page_size, world.way, world.by_chance) = (page_size, way, by_chance));
    let arm = azure.client(|config| config.max_concurrent_requests = 1000);
    let done = Arc::new(Mutex::new(Done::default()));
    let mut working = tokio::task::JoinSet::new();
    // Most of the time there are readers alone: a write ends the lists of its places.
    let writes_from = Duration::from_secs(rng.u64(0..20));
    for worker in 0..12 {
        let (arm, azure, paths, done) = (arm.clone(), Arc::clone(&azure), paths.clone(), Arc::clone(&done));
        let rng = fastrand::Rng::with_seed(seed * 100 + worker);
        working.spawn(async move { work(&arm, &azure, &paths, &done, rng, writes_from).await });
    }
    working.join_all().await;
    let done = done.lock().unwrap();
    (done.listed, done.wrote_at_once)
}

async fn work(
    arm: &ArmClient,
    azure: &Memory,
    paths: &[String],
    done: &Mutex<Done>,
    mut rng: fastrand::Rng,
    writes_from: Duration,
) {
    let began = Instant::now();
    for step in 0..30 {
        let longest = [5, 100, 3000][rng.usize(0..3)];
        tokio::time::sleep(Duration::from_millis(rng.u64(0..=longest))).await;
        let path = &paths[rng.usize(..paths.len())];
        match rng.usize(0..20) {
            0..2 => azure.world().touch(path),
            2 if began.elapsed() > writes_from => {
                write(arm, azure, path, done, format!("{step} {}", rng.u64(..))).await;
            }
            3 if began.elapsed() > writes_from => {
                read(arm, azure, path, done).await;
                write(arm, azure, path, done, format!("{step} {}", rng.u64(..))).await;
            }
            _ => read(arm, azure, path, done).await,
        }
    }
}

async fn read(arm: &ArmClient, azure: &Memory, path: &str, done: &Mutex<Done>) {
    let asked = Instant::now();
    let written = done.lock().unwrap().written.get(path).copied().unwrap_or_default();
    let Reading::Found(found) = arm.recent_registry(&path.parse().unwrap(), &call(600)).await.unwrap() else {
        panic!("{path} is there");
    };
    let (version, how) = found.login_server().unwrap().split_once('.').unwrap();
    let version: u64 = version.parse().unwrap();
    assert!(version >= written, "{path}: version {version} after a write that left {written}");
    if let Some(replaced) = azure.world().replaced.get(&(path.to_owned(), version)) {
        let age = asked.saturating_duration_since(*replaced);
        assert!(age <= RECENT, "{path}: {how}, replaced {age:?} before it was asked for");
    }
    done.lock().unwrap().listed += usize::from(how == "listed");
}

async fn write(arm: &ArmClient, azure: &Memory, path: &str, done: &Mutex<Done>, mark: String) {
    let edit = RegistryEdit::alone(move |found: &Registry| {
        let mut ips = found.ip_rules();
        if ips.contains(&mark) {
            return None;
        }
        ips.retain(|ip| !ip.starts_with("from "));
        ips.extend([mark.clone(), format!("from {}", found.login_server().unwrap())]);
        let action = Some("Allow".to_owned());
        Some(RegistryPatch { default_action: action, ip_rules: Some(ips), ..RegistryPatch::default() })
    });
    let before = azure.world().log.len();
    let updated = arm.update_registry(&path.parse().unwrap(), &call(600), edit).await.unwrap();
    let version: u64 = updated.after.login_server().unwrap().split_once('.').unwrap().0.parse().unwrap();
    let read = format!("GET {path}");
    let read_again = azure.world().log[before..].contains(&read);
    let mut done = done.lock().unwrap();
    done.wrote_at_once += usize::from(!read_again);
    let written = done.written.entry(path.to_owned()).or_default();
    *written = version.max(*written);
}
