//! The binary `arm-simulator`, run as a user runs it.
#![cfg(feature = "simulator")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

const SEED: &str = r#"{"registries": [{
    "id": "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/registries/alpha"
}]}"#;

const REGISTRY: &str = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/registries/alpha";

/// A running simulator; killed when a test forgets to end it.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_arm-simulator"))
}

fn start(folder: &Path, more: &[&str]) -> Running {
    std::fs::write(folder.join("seed.json"), SEED).expect("a file");
    let mut command = command();
    command
        .current_dir(folder)
        .args(["--seed", "seed.json", "--ready-file", "ready", "--exit-on-stdin-eof"])
        .args(more);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut first = String::new();
    out.read_line(&mut first).expect("a line");
    let url = first.trim().strip_prefix("arm-simulator listens on ").expect("the start line").to_owned();
    Running { child, out, url }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command().current_dir(folder).args(arguments).output().expect("it runs")
}

#[test]
fn it_announces_itself_with_a_provider_block_and_ends_with_its_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = start(folder.path(), &[]);
    drop(running.child.stdin.take());
    let mut rest = String::new();
    running.out.read_to_string(&mut rest).expect("text");
    assert!(rest.contains("provider \"acrnet\" {") && rest.contains(&running.url), "{rest}");
    assert!(running.child.wait().expect("it ends").success());
    let ready = std::fs::read_to_string(folder.path().join("ready")).expect("the ready file");
    assert_eq!(ready, running.url);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut running = start(folder.path(), &[]);
        let sent = Command::new("kill").args([signal, &running.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        assert_eq!(running.child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

#[test]
fn the_client_mode_edits_and_shows_requests_over_http_and_https() {
    for https in [&[][..], &["--https", "--ca-file", "ca.pem"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let running = start(folder.path(), https);
        let trust: &[&str] = if https.is_empty() { &[] } else { &["--ca-file", "ca.pem"] };
        let edit = format!(r#"{{"id": "{REGISTRY}", "merge": {{"tags": {{"by": "hand"}}}}}}"#);
        std::fs::write(folder.path().join("edit.json"), edit).expect("a file");
        let client =
            |arguments: &[&str]| run(folder.path(), &[arguments, trust, &["--url", running.url.as_str()]].concat());
        let edited = client(&["--edit", "edit.json"]);
        assert!(edited.status.success(), "{edited:?}");
        let listed = client(&["--requests"]);
        assert!(listed.status.success() && listed.stdout.is_empty(), "{listed:?}");
        std::fs::write(folder.path().join("edit.json"), r#"{"id": "/nowhere", "delete": true}"#).expect("a file");
        let refused = client(&["--edit", "edit.json"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no resource /nowhere"), "{refused:?}");
    }
}

#[test]
fn requests_are_printed_readably() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &[]);
    ask(&running, "localhost", "GET /subscriptions/nowhere?api-version=2022-09-01", "");
    let listed = run(folder.path(), &["--requests", "--url", &running.url]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("GET    404  /subscriptions/nowhere  [2022-09-01]  SubscriptionNotFound"), "{text}");
}

#[test]
fn a_write_that_undid_anothers_is_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &[]);
    let rules = |value: &str| {
        format!(
            r#"{{"properties": {{"networkRuleSet": {{"defaultAction": "Deny", "ipRules": [{{"value": "{value}"}}]}}}}}}"#
        )
    };
    ask(&running, "localhost", &format!("GET {REGISTRY}?api-version=2025-11-01"), "");
    std::fs::write(
        folder.path().join("edit.json"),
        format!(r#"{{"id": "{REGISTRY}", "merge": {}}}"#, rules("52.0.0.1")),
    )
    .expect("a file");
    assert!(run(folder.path(), &["--edit", "edit.json", "--url", &running.url]).status.success());
    ask(&running, "localhost", &format!("PATCH {REGISTRY}?api-version=2025-11-01"), &rules("52.0.0.2"));
    let listed = run(folder.path(), &["--requests", "--url", &running.url]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("[2025-11-01]  undid 52.0.0.1\n"), "{text}");
}

#[test]
fn a_registry_answers_under_its_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--client-address", "16.17.18.9"]);
    let port = running.url.rsplit(':').next().expect("a port");
    for (host, named) in
        [("alpha", "service=\"alpha.localhost"), ("1-2-3-4.from.alpha", "service=\"1-2-3-4.from.alpha")]
    {
        let answer = ask(&running, &format!("{host}.localhost:{port}"), "GET /v2/", "");
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains(named), "{answer}");
    }
}

/// One request, written by hand, and its whole answer.
fn ask(running: &Running, host: &str, what: &str, body: &str) -> String {
    let address = running.url.trim_start_matches("http://");
    let mut line = std::net::TcpStream::connect(address).expect("it accepts");
    let headers = format!("authorization: Bearer any\r\ncontent-length: {}\r\nconnection: close", body.len());
    let request = format!("{what} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n\r\n{body}");
    line.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn mistakes_are_told_and_end_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bad.json"), r#"{"registries": [{"id": "x"}]}"#).expect("a file");
    let table: [(&[&str], i32, &str); 4] = [
        (&["--lisen"], 2, "--lisen"),
        (&["--listen", "0.0.0.0:0"], 1, "0.0.0.0:0 is not a loopback address"),
        (&["--seed", "missing.json"], 1, "missing.json: "),
        (&["--seed", "bad.json"], 1, "the seed's registries[0] x is not the id of a registry"),
    ];
    for (arguments, code, text) in table {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(text), "{output:?}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = run(folder.path(), &["--help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--exit-on-stdin-eof"));
    let version = run(folder.path(), &["--version"]);
    assert_eq!(String::from_utf8_lossy(&version.stdout), format!("arm-simulator {}\n", env!("CARGO_PKG_VERSION")));
}

/// `SSL_CERT_FILE` often names the system's list; whoever gives that as the file to write to must not lose it.
#[test]
fn a_list_of_trusted_authorities_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = "-----BEGIN CERTIFICATE-----\nMQ==\n-----END CERTIFICATE-----\n".repeat(2);
    std::fs::write(folder.path().join("bundle.crt"), &bundle).expect("a file");
    let refused = run(folder.path(), &["--https", "--ca-file", "bundle.crt"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("holds several certificates already"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("bundle.crt")).expect("a file"), bundle);
}
