//! What a host waits for at each start of the provider, and a plan starts it three times.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use acrnet::terraform::proto::tfplugin6::get_provider_schema;
use tempfile::TempDir;

use crate::Outcome;
use crate::it::core::Core;
use crate::it::host::{COOKIE, HostIdentity, HostOptions};
use crate::process;
use crate::results::Startup;
use crate::run::PROVIDER;
use crate::statistics::Summary;

/// Starts it so many times, in turn with a program that does nothing.
pub(crate) fn measure(provider: &Path, starts: usize) -> Outcome<Startup> {
    let identity = HostIdentity::new();
    let temporary = TempDir::new()?;
    let (mut floor, mut handshake) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        floor.push(milliseconds_of_nothing()?);
        handshake.push(milliseconds_to_handshake(provider, &identity, temporary.path())?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let calls = (0..starts.div_ceil(5)).map(|_| runtime.block_on(first_calls(provider)));
    let calls: Vec<FirstCalls> = calls.collect::<Outcome<_>>()?;
    let none = "no start was asked for";
    Ok(Startup {
        handshake: Summary::of(handshake).ok_or(none)?,
        floor: Summary::of(floor).ok_or(none)?,
        first_schema: Summary::of(calls.iter().map(|calls| calls.first)).ok_or(none)?,
        second_schema: Summary::of(calls.iter().map(|calls| calls.second)).ok_or(none)?,
        memory: calls.iter().filter_map(|calls| calls.memory).max(),
        binary: std::fs::metadata(provider)?.len(),
    })
}

/// With the variables that Terraform sets, down to the certificate.
fn milliseconds_to_handshake(provider: &Path, identity: &HostIdentity, temporary: &Path) -> Outcome<f64> {
    let mut command = Command::new(provider);
    command.env_clear().env(COOKIE.0, COOKIE.1).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
    command.env("PLUGIN_MIN_PORT", "10000").env("PLUGIN_MAX_PORT", "25000").env("PLUGIN_CLIENT_CERT", &identity.pem);
    command.env("TMPDIR", temporary).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("stdout is piped")?).read_line(&mut line)?;
    let milliseconds = began.elapsed().as_secs_f64() * 1e3;
    child.kill()?;
    child.wait()?;
    if line.starts_with("1|6|") { Ok(milliseconds) } else { Err(format!("this is no handshake line: {line:?}").into()) }
}

fn milliseconds_of_nothing() -> Outcome<f64> {
    let mut command = Command::new("true");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn()?;
    child.stdout.take().ok_or("stdout is piped")?.read_to_end(&mut Vec::new())?;
    let milliseconds = began.elapsed().as_secs_f64() * 1e3;
    child.wait()?;
    Ok(milliseconds)
}

/// Milliseconds of the first calls, and the memory after them.
struct FirstCalls {
    first: f64,
    second: f64,
    memory: Option<u64>,
}

async fn first_calls(provider: &Path) -> Outcome<FirstCalls> {
    let core = Core::start(HostOptions { program: provider.to_owned(), ..HostOptions::default() }).await;
    let mut rpc = core.rpc.clone();
    let mut times = [0.0; 2];
    for time in &mut times {
        let began = Instant::now();
        rpc.get_provider_schema(get_provider_schema::Request {}).await?;
        *time = began.elapsed().as_secs_f64() * 1e3;
    }
    let memory = process::peak_memory(core.host.process.id(), PROVIDER);
    core.host.shut_down().await;
    let [first, second] = times;
    Ok(FirstCalls { first, second, memory })
}
