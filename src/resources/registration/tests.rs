use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use super::*;
use crate::azure::client::{Ambient, Config};
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::transport::{Transport, TransportError};

/// Shows a state to every read, or refuses with a status; a registration takes two reads.
struct Subscriptions {
    state: Mutex<Result<&'static str, u16>>,
    registers: bool,
    seen: Mutex<Vec<String>>,
    reads_left: Mutex<u32>,
}

impl Subscriptions {
    fn showing(state: Result<&'static str, u16>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(state), registers: true, seen: Mutex::default(), reads_left: Mutex::new(2) })
    }

    fn refusing_to_register() -> Arc<Self> {
        let new = Self::showing(Ok("NotRegistered"));
        Arc::new(Self { registers: false, ..Arc::into_inner(new).unwrap() })
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.seen.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        let mut state = self.state.lock().unwrap();
        if request.method() == http::Method::POST {
            *state = if self.registers { Ok("Registering") } else { Err(403) };
        } else if *state == Ok("Registering") {
            let mut left = self.reads_left.lock().unwrap();
            *left -= 1;
            if *left == 0 {
                *state = Ok("Registered");
            }
        }
        let (status, body) = match *state {
            Ok(state) => (200, json!({"registrationState": state})),
            Err(status) => (status, json!({"error": {"code": "Refused", "message": "no"}})),
        };
        Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
    }
}

impl Transport for Subscriptions {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(self.answer(&request))
        })
    }
}

struct Asking {
    azure: Arc<Subscriptions>,
    arm: ArmClient,
    registrations: Registrations,
}

impl Asking {
    fn new(policy: RegistrationPolicy, azure: &Arc<Subscriptions>) -> Self {
        let config = Config::new(Cloud::named(CloudName::Public));
        let tokens = Arc::new(StaticToken::new("t".to_owned()));
        let arm = ArmClient::new(config, tokens, Arc::clone(azure) as _, Ambient::default());
        Self { azure: Arc::clone(azure), arm, registrations: Registrations::new(policy) }
    }

    async fn missing(&self, stage: Stage, subnets: &[String]) -> Diagnostics {
        let call = Call::within(Duration::from_secs(60));
        let subnets = subnets.iter().map(String::as_str);
        self.registrations.missing(&self.arm, &call, stage, subnets, "subnet_id").await
    }
}

fn subnet(subscription: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}"
    )
}

const READ: &str = "GET /subscriptions/s/providers/Microsoft.ContainerRegistry";
const REGISTER: &str = "POST /subscriptions/s/providers/Microsoft.ContainerRegistry/register";

#[tokio::test(start_paused = true)]
async fn each_subscription_is_asked_once_however_many_ask_at_the_same_time() {
    for state in [Ok("Registered"), Ok("NotRegistered"), Err(403)] {
        let asking = Arc::new(Asking::new(RegistrationPolicy::Check, &Subscriptions::showing(state)));
        let mut all = tokio::task::JoinSet::new();
        for name in ["a", "b", "c", "d"] {
            let asking = Arc::clone(&asking);
            let subnets = [subnet("s", name), subnet("S", name), "no id".to_owned()];
            all.spawn(async move { asking.missing(Stage::Plan, &subnets).await.has_error() });
        }
        assert_eq!(all.join_all().await, [state == Ok("NotRegistered"); 4]);
        assert_eq!(asking.azure.seen().len(), 1, "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_registration_names_each_subscription_and_the_command() {
    for state in ["NotRegistered", "Unregistered", "Unregistering"] {
        let asking = Asking::new(RegistrationPolicy::Check, &Subscriptions::showing(Ok(state)));
        let found = asking.missing(Stage::Plan, &[subnet("s", "a"), subnet("t", "a")]).await;
        let summaries: Vec<&str> = found.iter().map(|found| found.summary.as_str()).collect();
        assert_eq!(
            summaries,
            ["s", "t"].map(|id| format!("Microsoft.ContainerRegistry is not registered in subscription {id}"))
        );
        let first = found.iter().next().unwrap();
        let command = "az provider register --namespace Microsoft.ContainerRegistry --subscription s ";
        assert!(first.detail.contains(command) && first.detail.contains(state), "{}", first.detail);
        assert_eq!(first.path, Some(Path::attribute("subnet_id")));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_or_is_not_settled_stops_nothing() {
    for state in [Err(403), Err(404), Ok("Registering"), Ok("Dreaming")] {
        let asking = Asking::new(RegistrationPolicy::Check, &Subscriptions::showing(state));
        assert!(asking.missing(Stage::Plan, &[subnet("s", "a")]).await.is_empty(), "{state:?}");
        assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.is_empty(), "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_registration_is_believed_for_a_while_and_asked_again_later() {
    let asking = Asking::new(RegistrationPolicy::Check, &Subscriptions::showing(Ok("NotRegistered")));
    assert!(asking.missing(Stage::Plan, &[subnet("s", "a")]).await.has_error());
    *asking.azure.state.lock().unwrap() = Ok("Registered");
    assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.has_error());
    tokio::time::advance(BELIEVED).await;
    assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.is_empty());
    tokio::time::advance(BELIEVED * 1000).await;
    assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.is_empty());
    assert_eq!(asking.azure.seen(), [READ, READ]);
}

#[tokio::test(start_paused = true)]
async fn register_asks_nothing_in_a_plan_and_registers_once_before_the_first_write() {
    let asking = Asking::new(RegistrationPolicy::Register, &Subscriptions::showing(Ok("NotRegistered")));
    assert!(asking.missing(Stage::Plan, &[subnet("s", "a")]).await.is_empty());
    assert!(asking.azure.seen().is_empty());
    let (one, two) = ([subnet("s", "a")], [subnet("S", "b")]);
    let (one, two) = tokio::join!(asking.missing(Stage::Write, &one), asking.missing(Stage::Write, &two));
    assert!(one.is_empty() && two.is_empty());
    assert_eq!(asking.azure.seen(), [READ, REGISTER, READ, READ]);
}

#[tokio::test(start_paused = true)]
async fn register_leaves_what_is_registered() {
    let asking = Asking::new(RegistrationPolicy::Register, &Subscriptions::showing(Ok("Registered")));
    assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.is_empty());
    assert_eq!(asking.azure.seen(), [READ]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_registration_names_the_action_that_is_missing() {
    let asking = Asking::new(RegistrationPolicy::Register, &Subscriptions::refusing_to_register());
    let found = asking.missing(Stage::Write, &[subnet("s", "a")]).await;
    let detail = &found.iter().next().unwrap().detail;
    assert!(detail.contains("Microsoft.ContainerRegistry/register/action"), "{detail}");
    assert!(detail.contains("403 Refused: no"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn skip_asks_nothing() {
    let asking = Asking::new(RegistrationPolicy::Skip, &Subscriptions::showing(Ok("NotRegistered")));
    assert!(asking.missing(Stage::Write, &[subnet("s", "a")]).await.is_empty());
    assert!(asking.azure.seen().is_empty());
}
