//! Somebody with a script of `az acr network-rule add` and `remove`: reads the registry, edits the rules in memory, writes all of them back.
//!
//! It takes its time between the two, holds no lock and looks at nothing afterwards, as azure-cli does (`network_rule.py` of 2.91.0).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::azure::{Azure, REGISTRY, ip_rule};

/// The version of azure-cli 2.91.0.
const VERSION: &str = "2026-09-01-preview";
/// Milliseconds that `az` needs from the answer of its GET to its PATCH.
const THOUGHT_MS: std::ops::RangeInclusive<u64> = 50..=300;

/// One script; it has added its rules, and no others, to the registry.
pub(crate) struct Outsider {
    url: String,
    name: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    seed: u8,
    rng: fastrand::Rng,
    own: Vec<String>,
    steps: Vec<Step>,
}

/// One `az acr network-rule add` or `remove`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Whether the rule was added.
    pub(crate) added: bool,
    /// The rule.
    pub(crate) address: String,
    /// How the PATCH was answered.
    pub(crate) status: u16,
}

/// A script that goes on until it is stopped.
pub(crate) struct Loop {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Outsider>,
}

impl Outsider {
    /// A script for [`REGISTRY`]. The seed decides what it does, and which addresses are its own: `40.0.<seed>.*`.
    pub(crate) fn new(azure: &Azure, seed: u8) -> Self {
        // The process has one TLS implementation; it may be there already.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        Self {
            url: format!("{}{REGISTRY}?api-version={VERSION}", azure.simulator().url()),
            name: format!("az-{seed}"),
            client: reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            seed,
            rng: fastrand::Rng::with_seed(u64::from(seed)),
            own: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Adds and removes rules of its own in a thread, one after the other, 256 times at most.
    pub(crate) fn start(mut self) -> Loop {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for number in 0..=u8::MAX {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let thought = Duration::from_millis(self.rng.u64(THOUGHT_MS));
                let pause = || std::thread::sleep(thought);
                if !self.own.is_empty() && self.rng.u8(0..3) == 0 {
                    let address = self.own[self.rng.usize(0..self.own.len())].clone();
                    self.remove(&address, pause);
                } else {
                    self.add(&format!("40.0.{}.{number}", self.seed), pause);
                }
            }
            self
        });
        Loop { stop, thread }
    }

    /// `az acr network-rule add --ip-address`; `between` happens after it has read and before it writes.
    pub(crate) fn add(&mut self, address: &str, between: impl FnOnce()) {
        self.change(address, true, between);
    }

    /// `az acr network-rule remove --ip-address`, likewise.
    pub(crate) fn remove(&mut self, address: &str, between: impl FnOnce()) {
        self.change(address, false, between);
    }

    /// What it did, in order.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Its seed.
    pub(crate) fn seed(&self) -> u8 {
        self.seed
    }

    /// The rules it believes to be there.
    pub(crate) fn own(&self) -> &[String] {
        &self.own
    }

    fn change(&mut self, address: &str, added: bool, between: impl FnOnce()) {
        let (_, registry) = self.ask(Method::GET, &Value::Null);
        let mut set = registry["properties"]["networkRuleSet"].clone();
        let rules = set["ipRules"].as_array_mut().unwrap();
        rules.retain(|rule| added || rule["value"] != address);
        if added {
            rules.push(ip_rule(address));
        }
        between();
        let (status, _) = self.ask(Method::PATCH, &json!({"properties": {"networkRuleSet": set}}));
        if status == 200 {
            self.own.retain(|own| own != address);
            self.own.extend(added.then(|| address.to_owned()));
        }
        self.steps.push(Step { added, address: address.to_owned(), status });
    }

    fn ask(&self, method: Method, body: &Value) -> (u16, Value) {
        // `az` sends no such id; by it the simulator tells writers apart.
        let request = self.client.request(method, &self.url).header("x-ms-correlation-request-id", &self.name);
        let request = request.header("authorization", "Bearer any").header("content-type", "application/json");
        self.runtime.block_on(async {
            let answer = request.body(body.to_string()).send().await.unwrap();
            (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
        })
    }
}

impl Loop {
    /// Lets it finish the command it is at.
    pub(crate) fn stop(self) -> Outsider {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

#[test]
fn it_overwrites_what_was_written_between_its_reading_and_its_writing() {
    let azure = Azure::new();
    let mut outsider = Outsider::new(&azure, 1);
    outsider.add("40.0.1.1", || {});
    outsider.add("40.0.1.2", || azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("52.0.0.1")]}})));
    assert_eq!(azure.rules().1, ["40.0.1.1", "40.0.1.2"]);
    let figures = azure.simulator().statistics();
    let figures = &figures[&REGISTRY.to_lowercase()];
    assert_eq!((figures.patches, figures.overwrites), (2, 1));
    assert_eq!(
        (&figures.dropped[..], &figures.restored[..]),
        (&["52.0.0.1".to_owned()][..], &["40.0.1.1".to_owned()][..])
    );
}

#[test]
fn alone_it_gets_what_it_wants() {
    let azure = Azure::new();
    let running = Outsider::new(&azure, 2).start();
    // A GET and a PATCH each.
    azure.wait_for("five commands", |record| record.seq == 10 && record.status == 200);
    let outsider = running.stop();
    let mut own = outsider.own().to_vec();
    own.sort_unstable();
    assert_eq!(azure.rules().1, own);
    assert!(outsider.steps().len() >= 5 && outsider.steps().iter().all(|step| step.status == 200));
    assert!(azure.simulator().statistics().values().all(|figures| figures.overwrites == 0));
}
