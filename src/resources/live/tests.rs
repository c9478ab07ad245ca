use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value as Json, json};

use super::*;
use crate::azure::client::{Ambient, ArmClient, Config};
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::registry_access::RegistryProbe;
use crate::azure::transport::{Transport, TransportError};
use crate::rules::Limits;
use crate::terraform::diagnostic::Severity;

const ATTRIBUTE: &str = "virtual_network_subnet_ids";

/// Answers by the last part of the path; everything else does not exist.
#[derive(Default)]
struct Estate {
    answers: HashMap<&'static str, (u16, Json)>,
    seen: Mutex<Vec<String>>,
}

impl Estate {
    fn with(mut self, name: &'static str, status: u16, body: Json) -> Self {
        self.answers.insert(name, (status, body));
        self
    }

    fn clients(self) -> (Arc<Self>, Clients) {
        let estate = Arc::new(self);
        let config = Config::new(Cloud::named(CloudName::Public));
        let tokens = Arc::new(StaticToken::new("t".to_owned()));
        let probe = RegistryProbe::new(Arc::clone(&estate) as _, config.cloud.clone(), String::new());
        let arm = ArmClient::new(config, tokens, Arc::clone(&estate) as _, Ambient::default());
        (estate, Clients::new(arm, probe, Limits::default()))
    }

    /// What was read, sorted.
    fn seen(&self) -> Vec<String> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort_unstable();
        seen
    }
}

impl Transport for Estate {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let missing = (404, error("ResourceNotFound", "The Resource was not found."));
        let (status, body) = self.answers.get(name.as_str()).unwrap_or(&missing).clone();
        self.seen.lock().unwrap().push(name);
        let response = Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap();
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn error(code: &str, message: &str) -> Json {
    json!({"error": {"code": code, "message": message}})
}

fn premium() -> Json {
    json!({"sku": {"name": "Premium"}, "properties": {}})
}

fn with_endpoint() -> Json {
    json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}})
}

fn without() -> Json {
    json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}})
}

fn id() -> RegistryId {
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/prod1".parse().unwrap()
}

fn subnet_id(name: &str) -> SubnetId {
    format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}")
        .parse()
        .unwrap()
}

fn call() -> Call {
    Call::within(Duration::from_secs(60))
}

async fn subnets_of(clients: &Clients, names: &[&str]) -> Vec<Diagnostic> {
    let ids = names.iter().map(|name| subnet_id(name)).collect();
    subnets(clients, &call(), ids, ATTRIBUTE).await.into_iter().collect()
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_is_there_is_given_and_read_once() {
    let (estate, clients) = Estate::default().with("prod1", 200, premium()).clients();
    for _ in 0..3 {
        assert!(registry(&clients, &call(), &id(), Look::Read).await.unwrap().unwrap().is_premium());
    }
    assert!(registry(&clients, &call(), &id(), Look::Remember).await.unwrap().is_some());
    assert_eq!(estate.seen(), ["prod1"]);
}

#[tokio::test(start_paused = true)]
async fn what_no_refresh_has_read_is_not_asked_for() {
    let (estate, clients) = Estate::default().clients();
    assert!(registry(&clients, &call(), &id(), Look::Remember).await.unwrap().is_none());
    assert_eq!(estate.seen(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_is_missing_is_told_with_azures_words_and_how_to_refer_to_it() {
    let (_, clients) = Estate::default().clients();
    let told = registry(&clients, &call(), &id(), Look::Read).await.unwrap_err();
    assert_eq!((told.severity, told.summary.as_str()), (Severity::Error, "Could not find registry prod1"));
    assert_eq!(told.path, Some(Path::attribute("registry_id")));
    for part in ["azurerm_container_registry.<name>.id", "404 ResourceNotFound: The Resource was not found."] {
        assert!(told.detail.contains(part), "{part} in {}", told.detail);
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_missing_is_told() {
    let gone = error("SubscriptionNotFound", "The subscription 's' could not be found.");
    let (_, clients) = Estate::default().with("prod1", 404, gone.clone()).with("a", 404, gone).clients();
    let told = registry(&clients, &call(), &id(), Look::Read).await.unwrap_err();
    assert!(told.detail.contains("Subscription s does not exist"), "{}", told.detail);
    let told = subnets_of(&clients, &["a"]).await;
    assert!(told[0].detail.contains("Subscription s does not exist"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_may_not_or_cannot_be_read_stops_nothing() {
    for status in [400, 403, 409, 500] {
        let body = error("Refused", "no");
        let (_, clients) = Estate::default().with("prod1", status, body.clone()).with("a", status, body).clients();
        assert!(registry(&clients, &call(), &id(), Look::Read).await.unwrap().is_none(), "{status}");
        assert_eq!(subnets_of(&clients, &["a"]).await, [], "{status}");
        assert_eq!(subnet(&clients, &call(), &subnet_id("a")).await, None, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_told_of_the_registry_and_not_again_of_each_subnet() {
    let body = error("InvalidAuthenticationToken", "The access token is invalid.");
    let (_, clients) = Estate::default().with("prod1", 401, body.clone()).with("a", 401, body).clients();
    let told = registry(&clients, &call(), &id(), Look::Read).await.unwrap_err();
    assert_eq!(told.summary, "Could not read registry prod1");
    assert_eq!(subnets_of(&clients, &["a"]).await, []);
    assert!(subnet(&clients, &call(), &subnet_id("a")).await.is_some(), "an endpoint alone says it itself");
}

#[tokio::test(start_paused = true)]
async fn each_subnet_without_endpoint_is_a_warning_and_each_that_is_missing_an_error() {
    let estate = Estate::default().with("bare", 200, without()).with("ready", 200, with_endpoint());
    let (_, clients) = estate.clients();
    let told = subnets_of(&clients, &["ready", "bare", "nowhere"]).await;
    let summaries: Vec<_> = told.iter().map(|told| (told.severity, told.summary.as_str())).collect();
    assert_eq!(
        summaries,
        [
            (Severity::Warning, "Subnet bare lacks the service endpoint Microsoft.ContainerRegistry"),
            (Severity::Error, "Could not find subnet nowhere"),
        ]
    );
    assert!(told.iter().all(|told| told.path == Some(Path::attribute(ATTRIBUTE))), "{told:?}");
    assert!(told[0].detail.contains("acrnet_subnet_service_endpoint.<name>.subnet_id"), "{}", told[0].detail);
    assert!(told[1].detail.contains("azurerm_subnet.<name>.id"), "{}", told[1].detail);
}

#[tokio::test(start_paused = true)]
async fn a_subnet_whose_endpoint_this_run_keeps_is_not_looked_at() {
    let (estate, clients) = Estate::default().with("bare", 200, without()).clients();
    clients.planned_endpoints.keep(&subnet_id("BARE").to_string().to_ascii_uppercase(), ());
    assert_eq!(subnets_of(&clients, &["bare"]).await, []);
    assert_eq!(estate.seen(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn each_subnet_is_read_once_in_a_process_even_when_that_is_refused() {
    let estate = Estate::default().with("bare", 200, without()).with("closed", 403, error("AuthorizationFailed", "no"));
    let (estate, clients) = estate.clients();
    for _ in 0..3 {
        assert_eq!(subnets_of(&clients, &["bare", "closed"]).await.len(), 1);
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(estate.seen(), ["bare", "closed"]);
}

#[test]
fn only_a_registry_that_shows_another_sku_is_not_premium() {
    let shown = |sku: Json| Registry::new(json!({"sku": {"name": sku}, "properties": {}}));
    for sku in ["Premium", "premium"] {
        assert_eq!(not_premium(&id(), &shown(sku.into())), None);
    }
    assert_eq!(not_premium(&id(), &shown(Json::Null)), None, "not shown is not known");
    let told = not_premium(&id(), &shown("Standard".into())).unwrap();
    assert_eq!(told.summary, "Registry prod1 is not Premium");
    assert_eq!(told.path, Some(Path::attribute("registry_id")));
    for part in ["It is Standard", "sku = \"Premium\"", "az acr update --name prod1 --sku Premium", "-target="] {
        assert!(told.detail.contains(part), "{part} in {}", told.detail);
    }
}

#[test]
fn private_endpoints_are_counted() {
    let told = |connections: Json| {
        let found = Registry::new(json!({"properties": {"privateEndpointConnections": connections}}));
        beside_private_endpoints(&id(), &found, ATTRIBUTE)
    };
    assert_eq!(told(json!([])), None);
    assert_eq!(told(Json::Null), None);
    assert!(told(json!([{}])).unwrap().detail.contains("it has a private endpoint connection"));
    let two = told(json!([{}, {}])).unwrap();
    assert_eq!(two.severity, Severity::Warning);
    assert!(two.detail.contains("it has 2 private endpoint connections"), "{}", two.detail);
}
