//! The binary as a plugin: how it greets its host, whom it lets in, and how it ends.

use std::time::Duration;

use acrnet::terraform::proto::{
    go_plugin::{
        ConnInfo, Empty, grpc_broker_client::GrpcBrokerClient, grpc_controller_client::GrpcControllerClient,
        grpc_stdio_client::GrpcStdioClient,
    },
    health::health_check_response::ServingStatus,
};
use serde_json::Value;
use time::{PrimitiveDateTime, macros::format_description};
use tokio::{net::UnixStream, time::timeout};

use crate::host::{Announcement, COOKIE, Host, HostIdentity, HostOptions, connect, health, process::PluginProcess};

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_start_by_hand_says_what_to_do_and_fails() {
    let ended = PluginProcess::start(&[], Vec::new()).ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty(), "{:?}", ended.stdout);
    let text = ended.stderr.join("\n");
    for part in ["terraform-provider-acrnet", "terraform init", "dev_overrides", "-debug", "https://"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[tokio::test]
async fn the_cookie_of_another_host_is_refused() {
    let ended = PluginProcess::start(&[], variables(&[(COOKIE.0, "packer")])).ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty(), "{:?}", ended.stdout);
}

#[tokio::test]
async fn version_and_help_need_no_host() {
    let version = PluginProcess::start(&["--version"], Vec::new()).ended().await;
    assert!(version.status.success());
    assert_eq!(version.stdout, [format!("terraform-provider-acrnet {}", env!("CARGO_PKG_VERSION"))]);
    let help = PluginProcess::start(&["-help"], Vec::new()).ended().await;
    assert!(help.status.success() && help.stdout.join("\n").contains("--debug"));
}

#[tokio::test]
async fn an_argument_without_a_meaning_is_an_error_of_usage() {
    let ended = PluginProcess::start(&["serve"], variables(&[COOKIE])).ended().await;
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stderr.join("\n").contains("\"serve\""), "{:?}", ended.stderr);
}

#[tokio::test]
async fn the_handshake_line_has_go_plugins_fields() {
    let host = Host::start(HostOptions::default()).await;
    let Announcement { core_protocol, protocol, network, address, kind, certificate, multiplexing, .. } =
        &host.announcement;
    assert_eq!((core_protocol.as_str(), protocol.as_str(), network.as_str()), ("1", "6", "unix"));
    assert!(address.starts_with(host.process.temporary.path().to_str().unwrap()), "{address}");
    assert_eq!(kind, "grpc");
    assert!(certificate.as_ref().is_some_and(|certificate| certificate.len() > 50));
    assert_eq!(*multiplexing, None);
}

#[tokio::test]
async fn a_host_that_asks_about_multiplexing_gets_a_seventh_field() {
    let host = Host::start(HostOptions::default().with("PLUGIN_MULTIPLEX_GRPC", "true")).await;
    assert_eq!(host.announcement.multiplexing.as_deref(), Some("false"));
}

#[tokio::test]
async fn a_host_of_older_protocols_is_told_ours_and_the_log_says_why() {
    let pairs = variables(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5"), ("TF_LOG", "WARN")]);
    let mut process = PluginProcess::start(&[], pairs);
    assert_eq!(Announcement::read(&process.line().await.unwrap()).protocol, "6");
    let line: Value = serde_json::from_str(&process.log_line().await.unwrap()).unwrap();
    assert_eq!((&line["@level"], &line["host"]), (&"warn".into(), &"4,5".into()));
}

#[tokio::test]
async fn the_host_that_started_the_plugin_is_answered() {
    let host = Host::start(HostOptions::default()).await;
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn a_foreign_certificate_gets_no_answer() {
    let host = Host::start(HostOptions::default()).await;
    let foreign = HostIdentity::new();
    if let Ok(channel) = host.announcement.connect(Some(&foreign)).await {
        health(channel).await.unwrap_err();
    }
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn no_certificate_gets_no_answer() {
    let host = Host::start(HostOptions::default()).await;
    if let Ok(channel) = host.announcement.connect(None).await {
        health(channel).await.unwrap_err();
    }
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn plain_text_gets_no_answer_where_tls_was_announced() {
    let host = Host::start(HostOptions::default()).await;
    if let Ok(channel) = host.announcement.connect_in_plain_text().await {
        health(channel).await.unwrap_err();
    }
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn the_right_certificate_is_let_in_again() {
    let host = Host::start(HostOptions::default()).await;
    let second = host.announcement.connect(host.identity.as_ref()).await.unwrap();
    assert_eq!(health(second).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn a_peer_that_says_nothing_holds_up_nobody() {
    let host = Host::start(HostOptions::default()).await;
    let _silent = UnixStream::connect(&host.announcement.address).await.unwrap();
    // In series, the host would wait until the silent peer's ten seconds are over.
    let connecting = timeout(Duration::from_secs(6), host.announcement.connect(host.identity.as_ref()));
    let second = connecting.await.expect("the host does not wait for the silent peer").unwrap();
    assert_eq!(health(second).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn a_host_without_tls_is_answered_without_tls() {
    let host = Host::start(HostOptions { tls: false, ..HostOptions::default() }).await;
    assert!(host.announcement.line.ends_with("|grpc|"), "{}", host.announcement.line);
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn a_client_certificate_that_is_none_ends_the_plugin_before_it_announces_anything() {
    let pairs = variables(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6"), ("PLUGIN_CLIENT_CERT", "not PEM")]);
    let ended = PluginProcess::start(&[], pairs).ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty(), "{:?}", ended.stdout);
    assert!(ended.stderr.iter().any(|line| line.starts_with("[ERROR]") && line.contains("PLUGIN_CLIENT_CERT")));
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
}

#[tokio::test]
async fn an_interrupt_is_the_hosts_business() {
    for signal in ["INT", "HUP"] {
        let host = Host::start(HostOptions::default()).await;
        host.process.signal(signal);
        assert_eq!(health(host.channel.clone()).await.unwrap(), ServingStatus::Serving, "{signal}");
        assert_eq!(host.shut_down().await.status.code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn shutdown_ends_the_process_and_its_open_streams_and_leaves_nothing() {
    let host = Host::start(HostOptions::default()).await;
    let mut stdio = GrpcStdioClient::new(host.channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    let inbound = tokio_stream::pending::<ConnInfo>();
    let mut broker = GrpcBrokerClient::new(host.channel.clone()).start_stream(inbound).await.unwrap().into_inner();
    let ended = host.shut_down().await;
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(stdio.message().await.unwrap(), None);
    assert!(!matches!(broker.message().await, Ok(Some(_))));
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
    assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{:?} {:?}", ended.stdout, ended.stderr);
}

#[tokio::test]
async fn a_termination_ends_the_process_and_leaves_nothing() {
    let host = Host::start(HostOptions::default()).await;
    host.process.signal("TERM");
    let ended = host.process.ended().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
}

#[tokio::test]
async fn a_plugin_whose_host_is_gone_ends_by_itself() {
    let host = Host::start(HostOptions::default()).await;
    drop(host.channel);
    let ended = host.process.ended().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
}

#[tokio::test]
async fn every_line_of_the_log_is_what_a_host_reads() {
    let host = Host::start(HostOptions::default().with("TF_LOG_PROVIDER_ACRNET", "TRACE")).await;
    if let Ok(channel) = host.announcement.connect(Some(&HostIdentity::new())).await {
        health(channel).await.unwrap_err();
    }
    let ended = host.shut_down().await;
    let timestamp = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    for line in &ended.stderr {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(["trace", "debug", "info", "warn", "error"].contains(&line["@level"].as_str().unwrap()));
        assert!(line["@message"].is_string());
        assert_eq!(line["@module"], "provider.acrnet");
        PrimitiveDateTime::parse(line["@timestamp"].as_str().unwrap(), &timestamp).unwrap();
    }
    assert!(ended.stderr.iter().any(|line| line.contains("a connection was refused")), "{:?}", ended.stderr);
    assert!(ended.stderr.iter().any(|line| line.contains("the plugin ends")), "{:?}", ended.stderr);
}

/// The value that a developer sets, from what the process prints for bash, and the process.
async fn in_debug_mode() -> (Value, PluginProcess) {
    let mut process = PluginProcess::start(&["-debug"], Vec::new());
    loop {
        let line = process.line().await.expect("the variable is printed");
        if let Some(value) = line.trim().strip_prefix("export TF_REATTACH_PROVIDERS='") {
            return (serde_json::from_str(value.strip_suffix('\'').unwrap()).unwrap(), process);
        }
    }
}

#[tokio::test]
async fn in_debug_mode_the_printed_variable_leads_to_the_process() {
    let (value, process) = in_debug_mode().await;
    let plugin = &value["registry.terraform.io/acrnet/acrnet"];
    assert_eq!((&plugin["Protocol"], &plugin["ProtocolVersion"]), (&"grpc".into(), &6.into()));
    assert_eq!((&plugin["Pid"], &plugin["Test"]), (&process.id().into(), &true.into()));
    assert_eq!(plugin["Addr"]["Network"], "unix");
    let channel = connect(plugin["Addr"]["String"].as_str().unwrap(), None).await.unwrap();
    assert_eq!(health(channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn in_debug_mode_hosts_come_and_go_and_an_interrupt_ends_it() {
    let (value, process) = in_debug_mode().await;
    let path = value["registry.terraform.io/acrnet/acrnet"]["Addr"]["String"].as_str().unwrap();
    let first = connect(path, None).await.unwrap();
    GrpcControllerClient::new(first).shutdown(Empty {}).await.unwrap();
    let second = connect(path, None).await.unwrap();
    assert_eq!(health(second).await.unwrap(), ServingStatus::Serving);
    process.signal("INT");
    let ended = process.ended().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
}
