//! One run of Terraform, and what it used: time by the wall, CPU of Terraform and of its providers, memory of its providers.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process;

/// The provider's program, as it is installed.
pub(crate) const PROVIDER: &str = "terraform-provider-acrnet";
/// Between two looks at the providers' memory. A process of which less is seen has done nothing yet.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What one run used.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    pub(crate) core_cpu: Option<f64>,
    pub(crate) provider_cpu: Option<f64>,
    pub(crate) provider_memory: Option<u64>,
}

/// Runs the command to its end and gives what it said on stdout; `errors` takes the rest.
///
/// # Errors
///
/// When it cannot be started or fails.
pub(crate) fn run(mut command: Command, errors: &Path) -> Outcome<(Sample, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(errors)?);
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let mut child = command.spawn()?;
    let id = child.id();
    let mut pipe = child.stdout.take().ok_or("stdout is piped")?;
    let (text, seconds, memory) = thread::scope(|scope| {
        let watching = scope.spawn(|| watch(id, &over));
        let mut bytes = Vec::new();
        // The pipe closes when the process ends: no polling blurs the time.
        let read = pipe.read_to_end(&mut bytes);
        let seconds = began.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        let memory = watching.join().unwrap_or_default();
        read.map(|_| (String::from_utf8_lossy(&bytes).into_owned(), seconds, memory))
    })?;
    while !process::has_ended(id) {
        thread::sleep(Duration::from_millis(1));
    }
    // While it is a zombie its times are complete, with those of the providers that it has waited for.
    let cpu = process::cpu(id);
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("{command:?}: {status}\n{text}\n{}", std::fs::read_to_string(errors)?).into());
    }
    let sample = Sample {
        seconds,
        core_cpu: cpu.map(|cpu| cpu.own),
        provider_cpu: cpu.map(|cpu| cpu.children),
        provider_memory: memory,
    };
    Ok((sample, text))
}

/// The largest of the providers that the process has started, until it is over.
fn watch(id: u32, over: &AtomicBool) -> Option<u64> {
    let mut peaks: HashMap<u32, u64> = HashMap::new();
    while !over.load(Ordering::Relaxed) {
        for child in process::children(id) {
            if let Some(bytes) = process::peak_memory(child, PROVIDER) {
                peaks.insert(child, bytes);
            }
        }
        thread::sleep(LOOK_EVERY);
    }
    peaks.into_values().max()
}
