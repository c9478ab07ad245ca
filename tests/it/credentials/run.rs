//! One run of the provider: configure, read one subnet, end; and a search through everything that left the process.

use prost::Message as _;

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Provider as _;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use acrnet::terraform::proto::tfplugin6::{
    Diagnostic, DynamicValue, configure_provider, read_resource, validate_provider_config,
};
use acrnet::terraform::value::{Type, Value, msgpack};

use super::service::{Asked, Service};
use crate::host::{Host, HostOptions};

const SUBNET: &str =
    "/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a";
const TYPE_NAME: &str = "acrnet_subnet_service_endpoint";

/// What came of a run. Nothing in it holds a secret, except the requests.
#[derive(Debug)]
pub struct Outcome {
    /// Summary and detail of each diagnostic.
    pub diagnostics: Vec<String>,
    /// What the service was asked, in order.
    pub requests: Vec<Asked>,
    is_gone: bool,
}

/// What each planted secret begins and ends with, and what a signed assertion begins with. In whatever form a secret is repeated, these stay letters.
const TRACES: [&str; 3] = ["planted", "detnalp", "eyJ"];

impl Outcome {
    /// Whether the subnet was asked for and found to be gone, after requests that begin like these.
    pub fn is_read(&self, requests: &[&str]) -> bool {
        let asked: Vec<String> =
            self.requests.iter().map(|asked| format!("{} {}", asked.method, asked.target)).collect();
        let fits =
            asked.len() == requests.len() && asked.iter().zip(requests).all(|(asked, begin)| asked.starts_with(begin));
        self.is_gone && self.diagnostics.is_empty() && fits
    }

    /// The only error.
    pub fn error(&self) -> &str {
        assert!(self.diagnostics.len() == 1 && !self.is_gone, "{self:?}");
        &self.diagnostics[0]
    }
}

/// Runs the provider with these variables against the service.
///
/// Fails when anything that left the process beside its requests holds what was planted, or a signed assertion: the log at its most talkative, an
/// answer to the host (diagnostics, state, private data), stdout, a file.
pub async fn run(service: &Service, variables: Vec<(String, String)>) -> Outcome {
    run_with(service, variables, &[]).await
}

/// The same with these arguments in the provider block.
pub async fn run_with(service: &Service, variables: Vec<(String, String)>, block: &[(&str, Value)]) -> Outcome {
    let mut options =
        HostOptions::default().with("TF_LOG", "TRACE").with("ARM_RESOURCE_MANAGER_ENDPOINT", &service.url);
    options.variables.extend(variables);
    let host = Host::start(options).await;
    let mut client = ProviderClient::new(host.channel.clone());
    let provider = AcrnetProvider::new(Environment::default());
    let ty = provider.schema().ty();
    let Value::Map(mut arguments) = Value::all_null(&ty) else { panic!("a block is an object") };
    arguments.extend(block.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let config = Some(encoded(&Value::Map(arguments), &ty));
    let request = validate_provider_config::Request { config: config.clone() };
    let validated = client.validate_provider_config(request).await.unwrap().into_inner();
    let request = configure_provider::Request { terraform_version: "1.11.4".to_owned(), config, ..Default::default() };
    let configured = client.configure_provider(request).await.unwrap().into_inner();
    let mut answers = [validated.encode_to_vec(), configured.encode_to_vec()].concat();
    let mut diagnostics = configured.diagnostics;
    let mut is_gone = false;
    if diagnostics.is_empty() {
        let (state, ty) = state(&provider);
        let current_state = Some(encoded(&state, &ty));
        let request = read_resource::Request { type_name: TYPE_NAME.to_owned(), current_state, ..Default::default() };
        let read = client.read_resource(request).await.unwrap().into_inner();
        answers.extend(read.encode_to_vec());
        diagnostics = read.diagnostics;
        let new = read.new_state.map(|state| msgpack::decode(&state.msgpack, &ty).unwrap());
        is_gone = new.is_some_and(|state| state.is_null());
    }
    drop(client);
    let ended = host.shut_down().await;
    let log = ended.stderr.join("\n");
    assert!(log.contains("\"@level\":\"debug\""), "the log was to be talkative: {log}");
    assert!(ended.stdout.is_empty() && ended.left_behind.is_empty(), "{:?} {:?}", ended.stdout, ended.left_behind);
    let answers = String::from_utf8_lossy(&answers);
    for (place, text) in [("log", log.as_str()), ("answers to the host", &answers)] {
        assert!(!TRACES.iter().any(|trace| text.contains(trace)), "a secret is in the {place}: {text}");
    }
    let diagnostics: Vec<String> = diagnostics.iter().map(text).collect();
    let requests = service.asked.lock().unwrap().clone();
    Outcome { diagnostics, requests, is_gone }
}

fn state(provider: &AcrnetProvider) -> (Value, Type) {
    let resources = provider.resources();
    let resource = resources.iter().find(|resource| resource.name() == TYPE_NAME).unwrap();
    let ty = resource.ty().clone();
    let Value::Map(mut attributes) = Value::all_null(&ty) else { panic!("a resource is an object") };
    attributes.insert("subnet_id".to_owned(), SUBNET.into());
    attributes.insert("on_existing".to_owned(), "adopt".into());
    attributes
        .insert("id".to_owned(), format!("{SUBNET}/serviceEndpoints/Microsoft.ContainerRegistry").as_str().into());
    (Value::Map(attributes), ty)
}

fn encoded(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue { msgpack: msgpack::encode(value, ty).unwrap(), ..Default::default() }
}

fn text(diagnostic: &Diagnostic) -> String {
    format!("{}: {}", diagnostic.summary, diagnostic.detail)
}
