//! A transport that keeps what passes: the provider's own client and raw requests go the same way.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acrnet::azure::client::{Ambient, ArmClient, Config};
use acrnet::azure::cloud::{Cloud, CloudName, Endpoints};
use acrnet::azure::credentials::StaticToken;
use acrnet::azure::transport::{HttpsTransport, Transport, TransportError};
use acrnet::simulator::Simulator;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::Value;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub sent_headers: HeaderMap,
    pub sent: Value,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

/// Keeps every exchange on its way to a simulator.
#[derive(Default)]
pub struct Wire {
    inner: HttpsTransport,
    seen: Mutex<Vec<Exchange>>,
}

impl Wire {
    /// All exchanges so far.
    pub fn seen(&self) -> Vec<Exchange> {
        self.seen.lock().unwrap().clone()
    }

    /// Sends what no method of the provider's client sends; the body as JSON, null for none.
    pub async fn ask(&self, method: &str, url: &str, body: &Value) -> Exchange {
        let mut request = Request::builder().method(method).uri(url).header("authorization", "Bearer any");
        if !body.is_null() {
            request = request.header("content-type", "application/json");
        }
        let bytes = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        self.send(request.body(bytes).unwrap()).await.expect("an answer");
        self.seen().pop().expect("it was kept")
    }

    /// The same without a body and without a bearer.
    pub async fn ask_without_token(&self, method: &str, url: &str) -> Exchange {
        let request = Request::builder().method(method).uri(url).body(Bytes::new()).unwrap();
        self.send(request).await.expect("an answer");
        self.seen().pop().expect("it was kept")
    }

    /// Polls a link until the operation is over.
    pub async fn follow(&self, link: &str) -> Exchange {
        loop {
            let poll = self.ask("GET", link, &Value::Null).await;
            if poll.status != 202 && poll.body["status"] != "InProgress" {
                return poll;
            }
        }
    }

    /// The provider's client, with this on its way to the simulator.
    pub fn client(self: &Arc<Self>, azure: &Simulator, change: impl FnOnce(&mut Config)) -> ArmClient {
        let endpoints = Endpoints { resource_manager_endpoint: Some(azure.url().to_owned()), ..Endpoints::default() };
        let mut config = Config::new(Cloud::new(CloudName::Public, &endpoints).unwrap());
        // Nothing here needs time to pass.
        config.poll_interval = Duration::from_millis(1);
        config.correlation_id = Some("5f0f5d3e-0f3c-4c39-9d3c-000000000001".to_owned());
        change(&mut config);
        ArmClient::new(config, Arc::new(StaticToken::new("any".to_owned())), self.clone(), Ambient::default())
    }
}

impl Transport for Wire {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            let query = request.uri().query().unwrap_or_default().as_bytes();
            let mut exchange = Exchange {
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                query: url::form_urlencoded::parse(query).into_owned().collect(),
                sent_headers: request.headers().clone(),
                sent: json(request.body()),
                status: 0,
                headers: HeaderMap::new(),
                body: Value::Null,
            };
            let answer = self.inner.send(request).await?;
            exchange.status = answer.status().as_u16();
            exchange.headers = answer.headers().clone();
            exchange.body = json(answer.body());
            self.seen.lock().unwrap().push(exchange);
            Ok(answer)
        })
    }
}

impl Exchange {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn version(&self) -> &str {
        self.parameter("api-version").unwrap_or_default()
    }
}

fn json(bytes: &Bytes) -> Value {
    if bytes.is_empty() { Value::Null } else { serde_json::from_slice(bytes).expect("JSON on the wire") }
}
