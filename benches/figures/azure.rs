//! The simulated Azure, in a process of its own: its CPU is not the provider's, and is told apart.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Outcome;
use crate::process;
use crate::results::Calls;

/// What Azure takes for an answer, in milliseconds, where it is not at once.
pub(crate) const LATENCY_MS: u32 = 50;
/// ARM's reads of one principal in one subscription: at once, and each second after that.
pub(crate) const READS: (u32, u32) = (250, 25);
/// ARM's writes and its deletes, likewise.
const WRITES: (u32, u32) = (200, 10);

/// How Azure behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// It answers at once and never refuses: what is seen is the provider.
    AtOnce,
    /// It answers in 50 ms, and reads have ARM's limit. Writes have none: nobody can plan around that one.
    Reads,
    /// It answers in 50 ms, and all of ARM's limits hold.
    Limits,
}

/// A running simulator. It dies with the value.
pub(crate) struct Azure {
    child: Child,
    url: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _folder: TempDir,
}

impl Conditions {
    /// As the tables name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at once",
            Self::Reads => "50 ms, read bucket",
            Self::Limits => "50 ms, all buckets",
        }
    }

    fn settings(self) -> Value {
        let unlimited = json!({"burst": 1e9, "per_second": 1e9});
        let bucket = |(burst, per_second): (u32, u32)| json!({"burst": burst, "per_second": per_second});
        let (reads, others) = match self {
            // What is left is told to the client even where nothing is refused.
            Self::AtOnce => (unlimited.clone(), unlimited),
            Self::Reads => (bucket(READS), unlimited),
            Self::Limits => (bucket(READS), bucket(WRITES)),
        };
        let enabled = self != Self::AtOnce;
        let throttle = json!({"enabled": enabled, "reads": reads, "writes": others.clone(), "deletes": others});
        let latency = if enabled { LATENCY_MS } else { 0 };
        json!({"latency_ms": [latency, latency], "throttle": throttle, "log_limit": 1_000_000})
    }
}

impl Azure {
    /// Starts the program.
    pub(crate) fn start(program: &Path) -> Outcome<Self> {
        let folder = TempDir::new()?;
        let ready = folder.path().join("url");
        let mut child = Command::new(program)
            .args(["--exit-with-parent", "--ready-file"])
            .arg(&ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let began = Instant::now();
        while !ready.exists() {
            if began.elapsed() > Duration::from_secs(30) || child.try_wait()?.is_some() {
                return Err("the simulator did not start".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        // reqwest asks for a TLS implementation even where nobody uses one; a second call finds the first one's.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        Ok(Self {
            child,
            url: std::fs::read_to_string(&ready)?,
            client: reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            _folder: folder,
        })
    }

    /// Its `resource_manager_endpoint`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything in it, to put it back later, as if it had been made long ago: beside a change of the last five seconds the provider looks once more,
    /// which would be in some runs and not in others.
    pub(crate) fn world(&self) -> Outcome<String> {
        let mut world = serde_json::from_str(&self.call(reqwest::Method::GET, "state", None)?)?;
        age(&mut world);
        Ok(world.to_string())
    }

    /// Sets everything in it, forgets what was asked, fills the buckets, and behaves so from now on.
    pub(crate) fn begin(&self, world: &str, conditions: Conditions) -> Outcome<()> {
        self.call(reqwest::Method::PUT, "state", Some(world.to_owned()))?;
        // Buckets are filled when their size changes.
        for throttle in [json!({"throttle": {"enabled": true, "reads": {"burst": 1.0}}}), conditions.settings()] {
            self.call(reqwest::Method::POST, "settings", Some(throttle.to_string()))?;
        }
        self.call(reqwest::Method::DELETE, "requests", None)?;
        Ok(())
    }

    /// What was asked since it began.
    pub(crate) fn calls(&self) -> Outcome<Calls> {
        let asked: Vec<Asked> = serde_json::from_str(&self.call(reqwest::Method::GET, "requests", None)?)?;
        let mut calls = Calls::default();
        for one in asked {
            calls.refused += usize::from(one.status == 429);
            *calls.by_kind.entry(one.kind()).or_default() += 1;
        }
        Ok(calls)
    }

    /// CPU seconds it has used so far.
    pub(crate) fn cpu(&self) -> Option<f64> {
        process::cpu(self.child.id()).map(|cpu| cpu.own)
    }

    fn call(&self, method: reqwest::Method, what: &str, body: Option<String>) -> Outcome<String> {
        self.runtime.block_on(async {
            let mut request = self.client.request(method, format!("{}/_sim/{what}", self.url));
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body);
            }
            let answer = request.send().await?;
            let (status, text) = (answer.status(), answer.text().await?);
            if status.is_success() { Ok(text) } else { Err(format!("/_sim/{what}: {status}: {text}").into()) }
        })
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        // It may have ended by itself, which is just as well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sets every time of a last change to the beginning of 2025.
fn age(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "lastModifiedAt" && member.is_string() {
                    *member = "2025-01-01T00:00:00.0000000+00:00".into();
                } else {
                    age(member);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(age),
        _ => {}
    }
}

/// What counts of an entry of the simulator's log.
#[derive(Deserialize)]
struct Asked {
    method: String,
    path: String,
    status: u16,
}

impl Asked {
    /// The method, or `LIST` for a GET of a collection.
    fn kind(self) -> String {
        let last = self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let collection = matches!(last.to_ascii_lowercase().as_str(), "registries" | "subnets" | "virtualnetworks");
        if self.method == "GET" && collection { "LIST".to_owned() } else { self.method }
    }
}
