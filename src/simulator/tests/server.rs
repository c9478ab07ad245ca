//! Starting, stopping, https, latency.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Mutex;

use super::*;
use crate::simulator::SimulatorError;

#[test]
fn it_refuses_to_be_reachable_from_elsewhere() {
    let config = Config { listen: "0.0.0.0:0".parse().expect("an address"), ..Config::default() };
    assert!(matches!(Simulator::start(config), Err(SimulatorError::NotLoopback(_))));
}

#[test]
fn it_serves_a_program_without_a_runtime_and_stops_when_dropped() {
    let simulator = Simulator::start(Config::default()).expect("a free port");
    let address = simulator.url().trim_start_matches("http://").to_owned();
    let open = TcpStream::connect(&address).expect("it accepts");
    drop(simulator);
    TcpStream::connect(&address).expect_err("nobody listens any more");
    drop(open);
}

#[tokio::test]
async fn https_serves_whoever_trusts_its_authority_over_both_versions_of_http() {
    let simulator = Simulator::start(Config { https: true, ..Config::default() }).expect("a free port");
    drop(client());
    let authority = reqwest::Certificate::from_pem(simulator.ca_pem().expect("an authority").as_bytes()).expect("PEM");
    let health = format!("{}/_sim/health", simulator.url());
    let trusting = || reqwest::Client::builder().no_proxy().tls_certs_only([authority.clone()]);
    for (client, version) in
        [(trusting().build(), reqwest::Version::HTTP_2), (trusting().http1_only().build(), reqwest::Version::HTTP_11)]
    {
        let answer = client.expect("a client").get(&health).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.version()), (200, version));
    }
    let stranger = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    stranger.get(&health).send().await.expect_err("an unknown authority");
}

#[tokio::test]
async fn a_login_server_is_reached_over_https_by_each_of_its_names() {
    for suffix in [None, Some("azurecr.io".to_owned())] {
        let settings = Settings { login_server_suffix: suffix, ..Settings::default() };
        let config = Config { https: true, settings, ..Config::default() };
        let simulator = Simulator::start(config).expect("a free port");
        simulator.seed(&small_seed()).expect("a good seed");
        drop(client());
        let address: std::net::SocketAddr = simulator.url().trim_start_matches("https://").parse().expect("an address");
        let authority = simulator.ca_pem().expect("an authority");
        let authority = reqwest::Certificate::from_pem(authority.as_bytes()).expect("PEM");
        let registry = simulator.resource(REGISTRY).expect("the registry");
        let server = registry["properties"]["loginServer"].as_str().expect("a name");
        let server = server.split(':').next().expect("a name");
        for name in [server.to_owned(), format!("16-17-18-9.from.{server}")] {
            let builder = reqwest::Client::builder().no_proxy().tls_certs_only([authority.clone()]);
            let client = builder.resolve(&name, address).build().expect("a client");
            let url = format!("https://{name}:{}/v2/", address.port());
            assert_eq!(seen(client.get(url)).await.status, 401, "{name}");
        }
    }
}

#[tokio::test]
async fn an_observer_hears_of_every_exchange() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    let observer: super::super::Observer =
        Arc::new(move |record| ear.lock().expect("no panic in here").push((record.seq, record.status)));
    let simulator = Simulator::start(Config { observer: Some(observer), ..Config::default() }).expect("a free port");
    seen(client().get(format!("{}/subscriptions?api-version={ARM}", simulator.url()))).await;
    assert_eq!(*heard.lock().expect("no panic in here"), [(1, 401)]);
}

#[tokio::test]
async fn a_call_takes_at_least_the_latency_asked_for() {
    let azure = Azure::small();
    azure.turn(|settings| settings.latency_ms = [30, 40]);
    let start = std::time::Instant::now();
    azure.get(REGISTRY, NEW).await;
    assert!(start.elapsed().as_millis() >= 30);
}

#[tokio::test]
async fn a_write_has_a_latency_of_its_own() {
    let azure = Azure::small();
    azure.turn(|settings| settings.write_latency_ms = Some([30, 40]));
    let start = std::time::Instant::now();
    azure.patch(NEW, &rules("Deny", &[], &[])).await;
    assert!(start.elapsed().as_millis() >= 30);
}

/// As with any server: the connection is not the request.
#[tokio::test]
async fn a_write_takes_effect_though_its_client_is_gone() {
    let azure = Azure::small();
    azure.turn(|settings| settings.write_latency_ms = Some([100, 100]));
    let url = azure.simulator.url().trim_start_matches("http://").to_owned();
    let body = rules("Deny", &["16.17.18.0/24"], &[]).to_string();
    let request = format!(
        "PATCH {REGISTRY}?api-version={NEW} HTTP/1.1\r\nhost: {url}\r\nauthorization: Bearer any\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut line = TcpStream::connect(&url).expect("it accepts");
    line.write_all(request.as_bytes()).expect("it listens");
    while azure.simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(line);
    let patched = || azure.simulator.requests()[0].effect_ms.is_some();
    while !patched() {
        tokio::task::yield_now().await;
    }
    let stored = azure.simulator.resource(REGISTRY).expect("the registry");
    assert_eq!(stored["properties"]["networkRuleSet"]["defaultAction"], "Deny");
}

#[tokio::test]
async fn the_same_random_seed_gives_the_same_ids() {
    let ids = async || {
        let azure = Azure::small();
        azure.get(REGISTRY, NEW).await.header("x-ms-request-id").map(str::to_owned)
    };
    assert_eq!(ids().await, ids().await);
}
