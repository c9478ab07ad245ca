//! The provider alone, driven as core drives it in a plan in which nothing changes: ten objects at a time, each read and then planned.
//!
//! Without Terraform, so that ten thousand objects are feasible and its own time does not hide the provider's.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::value::Value;
use serde_json::json;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::azure::{Azure, Conditions};
use crate::estate::{Estate, RULES};
use crate::it::core::{Core, Kind, Object};
use crate::it::host::HostOptions;
use crate::process;
use crate::results::Calls;
use crate::run::PROVIDER;

/// Core's `-parallelism`, unless somebody sets it.
pub(crate) const PARALLELISM: usize = 10;
/// The order in which core comes to the objects is nobody's promise; this one is the same each time.
const SHUFFLE: u64 = 1;

/// The rule sets of an estate, as Terraform would have them in its state.
pub(crate) struct Settled {
    kind: Kind,
    /// State and configuration of each.
    objects: Vec<(Object, Value)>,
    world: String,
}

/// What the provider used for one plan.
pub(crate) struct Used {
    pub(crate) seconds: f64,
    pub(crate) cpu: Option<f64>,
    pub(crate) memory: Option<u64>,
    pub(crate) calls: Calls,
}

impl Settled {
    /// Puts the estate into Azure and imports it, by a provider that is not measured.
    pub(crate) fn prepare(provider: &Path, azure: &Azure, estate: &Estate) -> Outcome<Self> {
        let world = estate.seed(true).to_string();
        azure.begin(&world, Conditions::AtOnce)?;
        let kind = Kind::resource(AcrnetProvider::new(Environment::default()), "acrnet_registry_network_rule_set");
        let estate = *estate;
        let imports = async {
            let core = Arc::new(start(provider, azure.url()).await);
            let of_kind = kind.clone();
            let objects = ten_at_a_time((0..estate.registries).collect(), move |index| {
                let (core, kind) = (Arc::clone(&core), of_kind.clone());
                async move { imported(&core, &kind, &estate.id(index)).await }
            });
            objects.await
        };
        let mut objects = runtime()?.block_on(imports);
        fastrand::Rng::with_seed(SHUFFLE).shuffle(&mut objects);
        Ok(Self { kind, objects, world })
    }

    /// Plans all of them in a new process.
    pub(crate) fn plan(&self, provider: &Path, azure: &Azure, conditions: Conditions) -> Outcome<Used> {
        azure.begin(&self.world, conditions)?;
        let (seconds, cpu, memory) = runtime()?.block_on(async {
            let core = Arc::new(start(provider, azure.url()).await);
            let id = core.host.process.id();
            let (before, began) = (process::cpu_of_threads(id), Instant::now());
            let (shared, kind) = (Arc::clone(&core), self.kind.clone());
            ten_at_a_time(self.objects.clone(), move |(object, config)| {
                let (core, kind) = (Arc::clone(&shared), kind.clone());
                async move { nothing_changes(&core, &kind, &object, &config).await }
            })
            .await;
            let seconds = began.elapsed().as_secs_f64();
            let cpu = process::cpu_of_threads(id).zip(before).map(|(after, before)| after - before);
            let memory = process::peak_memory(id, PROVIDER);
            if let Some(core) = Arc::into_inner(core) {
                core.host.shut_down().await;
            }
            (seconds, cpu, memory)
        });
        Ok(Used { seconds, cpu, memory, calls: azure.calls()? })
    }
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

async fn start(provider: &Path, url: &str) -> Core {
    let core = Core::start(HostOptions { program: provider.to_owned(), ..HostOptions::default() }).await;
    let block = json!({"endpoint": {"resource_manager_endpoint": url}, "access_token": "any"});
    core.configure(&AcrnetProvider::new(Environment::default()), &block).await.ok();
    core
}

async fn imported(core: &Core, kind: &Kind, id: &str) -> (Object, Value) {
    let begun = core.import(kind, id).await.ok().expect("invariant: the id is a registry's");
    let object = core.read(kind, &begun).await.ok();
    let config = kind.config(&json!({"registry_id": id, "default_action": "Deny", "ip_rules": RULES}));
    (object, config)
}

async fn nothing_changes(core: &Core, kind: &Kind, object: &Object, config: &Value) {
    let read = core.read(kind, object).await.ok();
    let planned = core.plan(kind, &read, config).await.ok().planned;
    assert_eq!(planned, read.value, "invariant: the estate is as configured");
}

/// What core's graph walk comes down to where no object needs another.
async fn ten_at_a_time<T, R, F>(items: Vec<T>, work: impl Fn(T) -> F + Clone + Send + 'static) -> Vec<R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send,
{
    let (items, next) = (Arc::new(items), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..PARALLELISM {
        let (items, next, work) = (Arc::clone(&items), Arc::clone(&next), work.clone());
        workers.spawn(async move {
            let mut results = Vec::new();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                results.push(work(item.clone()).await);
            }
            results
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}
