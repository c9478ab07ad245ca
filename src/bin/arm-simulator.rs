//! Serves the simulator from the command line, or talks to one that runs.
//!
//! Everything it does is in `acrnet::simulator`; here are files, signals and printing.
#![expect(clippy::print_stderr, reason = "a command-line tool speaks to its user")]

use std::error::Error;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use acrnet::simulator::cli::{self, Command, Serve, Target};
use acrnet::simulator::{Record, Simulator};

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("arm-simulator: {error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("arm-simulator: {}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Help => say(cli::HELP),
        Command::Version => say(&format!("arm-simulator {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Serve(options) => serve(&options),
        Command::Edit { target, file } => post(&target, "/_sim/edit", &file),
        Command::Add { target, file } => post(&target, "/_sim/state", &file),
        Command::Requests { target } => requests(&target),
    }
}

/// Writes to standard output; a reader that has gone away is no reason to panic.
fn say(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())?;
    Ok(())
}

fn serve(options: &Serve) -> Result<(), Box<dyn Error>> {
    let seed = options.seed.as_deref().map(read_json).transpose()?;
    let mut config = options.config();
    if options.log {
        config.observer = Some(Arc::new(|record: &Record| eprintln!("{}", line(record))));
    }
    // Before anything is announced: a signal that comes at once must still end it cleanly.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let end = runtime.block_on(async { Ending::listen(options) })?;
    let simulator = Simulator::start(config)?;
    if let Some(seed) = &seed {
        simulator.seed(seed)?;
    }
    if let (Some(file), Some(pem)) = (&options.ca_file, simulator.ca_pem()) {
        keep_bundle(file)?;
        write_at_once(file, pem)?;
    }
    announce(&simulator, options)?;
    if let Some(file) = &options.ready_file {
        write_at_once(file, simulator.url())?;
    }
    runtime.block_on(end.wait());
    // Waiting for a line on standard input cannot be broken off; the runtime must not wait for it.
    runtime.shutdown_background();
    Ok(())
}

fn announce(simulator: &Simulator, options: &Serve) -> Result<(), Box<dyn Error>> {
    let url = simulator.url();
    let trust = options.ca_file.as_ref().map(|file| format!("# trust {}, e.g. SSL_CERT_FILE\n", file.display()));
    say(&format!(
        "arm-simulator listens on {url}\n\n{}provider \"acrnet\" {{\n  endpoint     = {{ resource_manager_endpoint = \"{url}\", \
         active_directory_authority_host = \"{url}\" }}\n  access_token = \"any\"\n}}\n\n",
        trust.unwrap_or_default()
    ))
}

/// What ends it.
struct Ending {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    on_stdin_eof: bool,
    with_parent: bool,
}

impl Ending {
    #[cfg(unix)]
    fn listen(options: &Serve) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            on_stdin_eof: options.exit_on_stdin_eof,
            with_parent: options.exit_with_parent,
        })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "the same signature as above, where listening can fail")]
    fn listen(options: &Serve) -> std::io::Result<Self> {
        Ok(Self { on_stdin_eof: options.exit_on_stdin_eof, with_parent: options.exit_with_parent })
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = stdin_ends(self.on_stdin_eof) => {}
            () = parent_goes(self.with_parent) => {}
        }
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = stdin_ends(self.on_stdin_eof) => {}
            () = parent_goes(self.with_parent) => {}
        }
    }
}

async fn stdin_ends(wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let drain = || std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    // Any end will do, an unreadable input included.
    drop(tokio::task::spawn_blocking(drain).await);
}

/// An orphan gets another parent.
#[cfg(unix)]
async fn parent_goes(wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let parent = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(not(unix))]
async fn parent_goes(_wanted: bool) {
    std::future::pending::<()>().await;
}

fn post(target: &Target, path: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let body = read_json(file)?;
    call(target, reqwest::Method::POST, path, Some(body.to_string())).map(drop)
}

fn requests(target: &Target) -> Result<(), Box<dyn Error>> {
    let text = call(target, reqwest::Method::GET, "/_sim/requests", None)?;
    let records: Vec<Record> = serde_json::from_str(&text)?;
    for record in &records {
        say(&format!("{}\n", line(record)))?;
        if !record.body.is_null() {
            say(&format!("        {}\n", record.body))?;
        }
    }
    Ok(())
}

/// `   3     120 ms  PATCH 200  /subscriptions/…  [2026-03-01-preview]`, errors with their code, and what a write undid of another's.
fn line(record: &Record) -> String {
    let status = if record.status == 0 { "---".to_owned() } else { record.status.to_string() };
    let version = record.api_version.as_ref().map(|version| format!("  [{version}]")).unwrap_or_default();
    let code = record.response["error"]["code"].as_str().map(|code| format!("  {code}")).unwrap_or_default();
    let undid =
        record.overwrite.as_ref().map(|it| format!("  undid {}", [&it.dropped[..], &it.restored].concat().join(" ")));
    let undid = undid.unwrap_or_default();
    format!(
        "{:>4} {:>7} ms  {:<6} {status}  {}{version}{code}{undid}",
        record.seq, record.time_ms, record.method, record.path
    )
}

fn call(target: &Target, method: reqwest::Method, path: &str, body: Option<String>) -> Result<String, Box<dyn Error>> {
    // The process has one TLS implementation; it may be there already.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    // The simulator is on this machine, a proxy would not find it.
    let mut client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
    client = match &target.ca_file {
        Some(file) => client.tls_certs_only([reqwest::Certificate::from_pem(&std::fs::read(file)?)?]),
        None => client.tls_certs_only([]),
    };
    let client = client.build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut request = client.request(method, format!("{}{path}", target.url));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if status.is_success() { Ok(text) } else { Err(format!("the simulator answered {status}: {text}").into()) }
    })
}

fn read_json(file: &Path) -> Result<Value, Box<dyn Error>> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// Writes beside the file and renames: whoever waits for it never sees half of it.
fn write_at_once(file: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let done = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, file));
    done.map_err(|error| format!("{}: {error}", file.display()).into())
}

/// A file that holds several certificates is somebody's list of trusted authorities, and not ours to write over.
fn keep_bundle(file: &Path) -> Result<(), Box<dyn Error>> {
    let there = std::fs::read_to_string(file).unwrap_or_default();
    if there.matches("BEGIN CERTIFICATE").count() > 1 {
        return Err(format!(
            "--ca-file {}: holds several certificates already; name a file of its own",
            file.display()
        )
        .into());
    }
    Ok(())
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
