//! An Azure that says what an input says, in any form, and after that what it holds; and a provider whose clients talk to it.
//!
//! It judges every request: the token goes to Resource Manager only, a subnet goes back as it came, questions come to an end.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use acrnet::azure::client::{Ambient, ArmClient, Config};
use acrnet::azure::cloud::{Cloud, CloudName};
use acrnet::azure::credentials::StaticToken;
use acrnet::azure::registry_access::RegistryProbe;
use acrnet::azure::transport::{Obstacle, Transport, TransportError};
use acrnet::resources::Clients;
use acrnet::rules::Limits;
use acrnet::terraform::diagnostic::Diagnostics;
use acrnet::terraform::framework::{
    Configured, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Host, Provider, Server,
};
use acrnet::terraform::schema::Schema;
use acrnet::terraform::value::Value;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use serde_json::{Value as Json, json};

/// What proves who we are; nobody else may see it.
pub const TOKEN: &str = "t0ken-for-resource-manager-only";
const RESOURCE_MANAGER: &str = "management.azure.com";
/// No life of one object asks for more.
const MOST_QUESTIONS: usize = 3_000;

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole answer, whatever is in it.
    Answer { status: u16, headers: Vec<(HeaderName, HeaderValue)>, body: Bytes },
    /// The connection breaks after the request was sent.
    Lost,
    /// The request does not leave.
    NotSent,
    /// Nothing, ever.
    Silence,
}

/// What answers.
pub struct Azure {
    replies: Mutex<VecDeque<Reply>>,
    held: Mutex<HashMap<String, Json>>,
    /// The last document of each path that was shown.
    shown: Mutex<HashMap<String, Json>>,
    /// Every body that came with a success, in small letters.
    said: Mutex<String>,
    asked: AtomicUsize,
}

impl Azure {
    /// With these replies to the first requests. Later ones see and change what is held, by path.
    pub fn new(replies: Vec<Reply>, held: impl IntoIterator<Item = (String, Json)>) -> Arc<Self> {
        let held = held.into_iter().map(|(path, document)| (path.to_ascii_lowercase(), document)).collect();
        Arc::new(Self {
            replies: Mutex::new(replies.into()),
            held: Mutex::new(held),
            shown: Mutex::default(),
            said: Mutex::default(),
            asked: AtomicUsize::new(0),
        })
    }

    /// A provider with this Azure.
    pub fn provider(self: &Arc<Self>) -> Scripted {
        Scripted(Arc::clone(self))
    }

    /// The same, served and configured.
    pub fn served(self: &Arc<Self>) -> Arc<Server<Scripted>> {
        let server = Arc::new(Server::new(self.provider()));
        let host = Host { terraform_version: "1.14.0".to_owned() };
        assert!(server.configure(&Value::map::<String>([]), &host).is_empty());
        server
    }

    /// Whether this text was in the body of any success, in any letters.
    pub fn has_said(&self, text: &str) -> bool {
        self.said.lock().expect("no panic").contains(&text.to_ascii_lowercase())
    }

    fn answer(&self, request: &Request<Bytes>) -> Reply {
        let path = request.uri().path().to_ascii_lowercase();
        self.judge(request, &path);
        let next = self.replies.lock().expect("no panic").pop_front();
        let reply = next.unwrap_or_else(|| self.of_what_is_held(request, &path));
        if let Reply::Answer { status: 200..=299, body, .. } = &reply
            && let Ok(document) = serde_json::from_slice::<Json>(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
        {
            self.said.lock().expect("no panic").push_str(&document.to_string().to_ascii_lowercase());
            if request.method() == Method::GET {
                self.shown.lock().expect("no panic").insert(path, document);
            }
        }
        reply
    }

    fn judge(&self, request: &Request<Bytes>, path: &str) {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(asked < MOST_QUESTIONS, "asks without end, at last for {}", request.uri());
        let bearer = request.headers().get("authorization").map(|value| value.as_bytes().ends_with(TOKEN.as_bytes()));
        assert_eq!(bearer, Some(true), "a request without the token");
        let (uri, port) = (request.uri(), request.uri().port_u16().unwrap_or(443));
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let place = (uri.scheme_str(), host.as_str(), port);
        assert_eq!(place, (Some("https"), RESOURCE_MANAGER, 443), "the token leaves for {uri}");
        let document = || serde_json::from_slice::<Json>(request.body()).expect("a body is JSON");
        match *request.method() {
            Method::PUT => {
                let shown = self.shown.lock().expect("no panic");
                let shown = shown.get(path).expect("a subnet is put back after it was read");
                assert_eq!(without_endpoint(document()), without_endpoint(shown.clone()), "a subnet is not as it came");
            }
            Method::PATCH => {
                let body = document();
                let members: Vec<&String> = body.as_object().into_iter().flat_map(|body| body.keys()).collect();
                assert_eq!(members, ["properties"], "a registry is changed beside its properties");
            }
            _ => {}
        }
    }

    fn of_what_is_held(&self, request: &Request<Bytes>, path: &str) -> Reply {
        let mut all = self.held.lock().expect("no panic");
        let Some(held) = all.get_mut(path) else { return missing() };
        let sent = || serde_json::from_slice::<Json>(request.body()).unwrap_or_default();
        match *request.method() {
            Method::PATCH => merge(&mut held["properties"], &sent()["properties"]),
            Method::PUT => *held = sent(),
            _ => {}
        }
        Reply::Answer { status: 200, headers: Vec::new(), body: held.to_string().into() }
    }
}

impl Transport for Azure {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        let reply = self.answer(&request);
        Box::pin(async move {
            let reason = "as the input says".to_owned();
            match reply {
                Reply::Answer { status, headers, body } => {
                    let mut response = Response::new(body);
                    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
                    response.headers_mut().extend(headers);
                    Ok(response)
                }
                Reply::Lost => Err(TransportError::MaybeSent { reason }),
                Reply::NotSent => Err(TransportError::NotSent { obstacle: Obstacle::Connection, reason }),
                Reply::Silence => std::future::pending().await,
            }
        })
    }
}

/// The registries themselves: none can be reached.
struct Nowhere;

impl Transport for Nowhere {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        assert!(!request.headers().contains_key("authorization"), "the token leaves for a registry");
        let reason = format!("nobody is at {}", request.uri().host().unwrap_or_default());
        Box::pin(std::future::ready(Err(TransportError::Unusable { obstacle: Obstacle::Name, reason })))
    }

    fn proxy(&self, _uri: &Uri) -> Option<String> {
        None
    }
}

/// The provider's types over that Azure; its block is empty.
pub struct Scripted(Arc<Azure>);

impl Provider for Scripted {
    type Clients = Clients;

    fn schema(&self) -> Schema {
        Schema::new("")
    }

    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn configure(&self, _config: &Value, _host: &Host) -> Configured<Clients> {
        let ambient = Ambient {
            now: || SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
            rng: fastrand::Rng::with_seed(7),
        };
        let config = Config::new(Cloud::named(CloudName::Public));
        let probe = RegistryProbe::new(Arc::new(Nowhere), config.cloud.clone(), "fuzz".to_owned());
        let tokens = Arc::new(StaticToken::new(TOKEN.to_owned()));
        let arm = ArmClient::new(config, tokens, Arc::clone(&self.0) as Arc<dyn Transport>, ambient);
        Configured { clients: Some(Clients::new(arm, probe, Limits::default())), diagnostics: Diagnostics::new() }
    }

    fn resources(&self) -> Vec<Box<dyn ErasedResource<Clients>>> {
        acrnet::resources::all()
    }

    fn data_sources(&self) -> Vec<Box<dyn ErasedDataSource<Clients>>> {
        acrnet::data_sources::all()
    }

    fn lists(&self) -> Vec<Box<dyn ErasedList<Clients>>> {
        acrnet::list_resources::all()
    }

    fn ephemerals(&self) -> Vec<Box<dyn ErasedEphemeral<Clients>>> {
        acrnet::ephemeral::all()
    }
}

fn missing() -> Reply {
    let body = json!({"error": {"code": "ResourceNotFound", "message": "there is none"}}).to_string();
    Reply::Answer { status: 404, headers: Vec::new(), body: body.into() }
}

/// RFC 7396, without removal.
fn merge(document: &mut Json, change: &Json) {
    match (document, change) {
        (Json::Object(members), Json::Object(changes)) => {
            for (name, change) in changes {
                merge(members.entry(name.clone()).or_insert(Json::Null), change);
            }
        }
        (document, change) => *document = change.clone(),
    }
}

/// A subnet's document but for what is ours: no entry of the service, and no list or properties that only it made necessary.
fn without_endpoint(mut subnet: Json) -> Json {
    let is_ours = |entry: &Json| {
        let service = entry.get("service").and_then(Json::as_str);
        service.is_some_and(|service| service.eq_ignore_ascii_case("Microsoft.ContainerRegistry"))
    };
    if let Some(Json::Object(properties)) = subnet.get_mut("properties") {
        if let Some(Json::Array(entries)) = properties.get_mut("serviceEndpoints") {
            entries.retain(|entry| !is_ours(entry));
        }
        let nothing = |list: &Json| list.is_null() || list.as_array().is_some_and(Vec::is_empty);
        if properties.get("serviceEndpoints").is_some_and(nothing) {
            properties.shift_remove("serviceEndpoints");
        }
    }
    let nothing = |json: &Json| json.is_null() || json.as_object().is_some_and(serde_json::Map::is_empty);
    if subnet.get("properties").is_some_and(nothing)
        && let Some(members) = subnet.as_object_mut()
    {
        members.shift_remove("properties");
    }
    subnet
}
