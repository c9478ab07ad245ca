//! A plugin on a port of the loopback interface, as on Windows. The toy provider listens there wherever it is asked to.

use acrnet::terraform::proto::health::health_check_response::ServingStatus;

use crate::host::process::{PluginProcess, toy_provider};
use crate::host::{Announcement, COOKIE, Host, HostIdentity, HostOptions, health};
use crate::terraform::{Workspace, text};
use crate::toy;

const ON_TCP: (&str, &str) = ("TOY_ON_TCP", "1");

fn toy_on_tcp() -> HostOptions {
    HostOptions::toy().with(ON_TCP.0, ON_TCP.1)
}

#[tokio::test]
async fn the_port_is_one_of_the_hosts_on_this_machine_alone() {
    let host = Host::start(toy_on_tcp()).await;
    assert_eq!(host.announcement.network, "tcp");
    let (address, port) = host.announcement.address.rsplit_once(':').unwrap();
    assert_eq!(address, "127.0.0.1");
    assert!((10_000..=25_000).contains(&port.parse::<u16>().unwrap()), "{port}");
    assert_eq!(health(host.channel.clone()).await.unwrap(), ServingStatus::Serving);
    let ended = host.shut_down().await;
    assert!(ended.status.success());
    assert!(ended.left_behind.is_empty(), "{:?}", ended.left_behind);
}

/// A port has no owner: whoever is on the machine can knock.
#[tokio::test]
async fn nobody_but_the_host_is_answered() {
    let host = Host::start(toy_on_tcp()).await;
    let foreign = HostIdentity::new();
    for channel in [
        host.announcement.connect(Some(&foreign)).await,
        host.announcement.connect(None).await,
        host.announcement.connect_in_plain_text().await,
    ]
    .into_iter()
    .flatten()
    {
        health(channel).await.unwrap_err();
    }
    assert_eq!(health(host.channel).await.unwrap(), ServingStatus::Serving);
}

#[tokio::test]
async fn two_plugins_take_two_ports_of_one_range() {
    let (first, second) = tokio::join!(Host::start(toy_on_tcp()), Host::start(toy_on_tcp()));
    assert_ne!(first.announcement.address, second.announcement.address);
}

#[tokio::test]
async fn ports_that_are_none_end_the_plugin_before_it_announces_anything() {
    let variables = [COOKIE, ON_TCP, ("PLUGIN_PROTOCOL_VERSIONS", "6"), ("PLUGIN_MIN_PORT", "many")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let ended = PluginProcess::start_program(&toy_provider(), &[], variables).ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty(), "{:?}", ended.stdout);
    assert!(ended.stderr.iter().any(|line| line.contains("PLUGIN_MIN_PORT=\"many\"")), "{:?}", ended.stderr);
}

/// As under `-debug`, and without a host's range: the system chooses.
#[tokio::test]
async fn without_a_range_any_port_will_do() {
    let variables = [COOKIE, ON_TCP, ("PLUGIN_PROTOCOL_VERSIONS", "6")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let mut process = PluginProcess::start_program(&toy_provider(), &[], variables);
    let announcement = Announcement::read(&process.line().await.unwrap());
    let channel = announcement.connect(None).await.unwrap();
    assert_eq!(health(channel).await.unwrap(), ServingStatus::Serving);
}

#[test]
fn terraform_applies_and_destroys_over_a_port() {
    let configuration = "resource \"toy_demand\" \"a\" {\n  name = \"a\"\n}\n";
    let workspace = Workspace::new(toy::ADDRESS, &toy_provider(), configuration).with(ON_TCP.0, ON_TCP.1);
    // Where no socket can be, so that it was a port.
    let workspace = workspace.with("TMPDIR", "/nowhere/at/all");
    let applied = workspace.run(&["apply", "-auto-approve", "-input=false"]);
    assert!(applied.status.success(), "{}", text(&applied));
    let destroyed = workspace.run(&["destroy", "-auto-approve", "-input=false"]);
    assert!(destroyed.status.success(), "{}", text(&destroyed));
}
