//! What Terraform core says to a provider and hears from it, in values: over gRPC, to the real process. The calls about resources are in `calls`,
//! what values are on the wire in `values`.

use std::sync::Mutex;

use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use acrnet::terraform::schema::{Block, IdentitySchema, Schema};
use acrnet::terraform::service::MESSAGE_LIMIT;
use acrnet::terraform::value::{Path, Type, Value};
use serde_json::Value as Json;
use tonic::transport::Channel;

use self::identities::{Answered, received};
pub use self::values::{packed, raw, read_path, unpacked, written};
use crate::generation::Generation;
use crate::host::{Host, HostOptions};
use crate::toy::Toy;

mod calls;
pub mod identities;
mod values;

/// A provider process, and core beside it.
pub struct Core {
    pub rpc: ProviderClient<Channel>,
    pub host: Host,
    pub generation: Generation,
    configured: Mutex<Option<wire::configure_provider::Request>>,
}

/// A type that the provider offers, as core knows it from the schema.
#[derive(Clone)]
pub struct Kind {
    pub name: String,
    pub schema: Schema,
    pub ty: Type,
    pub identity: IdentitySchema,
}

/// An object as core stores it.
#[derive(Clone, Debug)]
pub struct Object {
    pub value: Value,
    pub private: Vec<u8>,
    /// Null where there is none, as in a state of Terraform 1.11.
    pub identity: Value,
}

/// The answer to a plan.
#[derive(Clone, Debug)]
pub struct Plan {
    pub planned: Value,
    pub replace: Vec<Path>,
    pub private: Vec<u8>,
    pub identity: Value,
}

/// An answer, and what was said beside it.
#[derive(Debug)]
pub struct Said<T> {
    pub answer: T,
    pub messages: Vec<wire::Diagnostic>,
}

impl<T> Said<T> {
    /// The answer, where nothing went wrong.
    #[track_caller]
    pub fn ok(self) -> T {
        let errors = self.errors();
        assert!(errors.is_empty(), "{errors:#?}");
        self.answer
    }

    /// The errors, each as `path: summary: detail`.
    pub fn errors(&self) -> Vec<String> {
        lines(&self.messages, wire::diagnostic::Severity::Error)
    }

    /// The warnings, likewise.
    pub fn warnings(&self) -> Vec<String> {
        lines(&self.messages, wire::diagnostic::Severity::Warning)
    }
}

/// Diagnostics of one severity, each as `path: summary: detail`.
pub fn lines(messages: &[wire::Diagnostic], severity: wire::diagnostic::Severity) -> Vec<String> {
    let of_severity = messages.iter().filter(|message| message.severity() == severity);
    of_severity
        .map(|message| {
            let path = message.attribute.as_ref().map(|path| format!("{}: ", read_path(path))).unwrap_or_default();
            format!("{path}{}: {}", message.summary, message.detail)
        })
        .collect()
}

impl Kind {
    /// A managed resource type of that provider.
    pub fn resource<P: Provider>(provider: P, name: &str) -> Self {
        let server = Server::new(provider);
        let found = server.resource(name).expect("a type of that name");
        let identity = found.identity_schema().clone();
        Self { name: name.to_owned(), schema: found.schema().clone(), ty: found.ty().clone(), identity }
    }

    /// A data source type of that provider.
    pub fn data_source<P: Provider>(provider: P, name: &str) -> Self {
        let server = Server::new(provider);
        let found = server.data_source(name).expect("a type of that name");
        Self::without_identity(name, found.schema(), found.ty())
    }

    /// A type whose objects have no identities.
    pub fn without_identity(name: &str, schema: &Schema, ty: &Type) -> Self {
        let (schema, ty) = (schema.clone(), ty.clone());
        Self { name: name.to_owned(), schema, ty, identity: IdentitySchema::default() }
    }

    /// A managed resource type of the toy provider.
    pub fn toy(name: &str) -> Self {
        Self::resource(Toy::default(), name)
    }

    /// A configuration: what JSON leaves out is null, or an empty block.
    #[track_caller]
    pub fn config(&self, json: &Json) -> Value {
        written(&self.schema.block, json)
    }

    pub fn block(&self) -> &Block {
        &self.schema.block
    }
}

impl Core {
    /// Starts a provider, and asks it nothing yet.
    pub async fn start(options: HostOptions) -> Self {
        Self::start_as(Generation::NEWEST, options).await
    }

    /// The same as the core of another generation.
    pub async fn start_as(generation: Generation, options: HostOptions) -> Self {
        let host = Host::start(options).await;
        let rpc = ProviderClient::new(host.channel.clone());
        let rpc = rpc.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT);
        Self { rpc, host, generation, configured: Mutex::default() }
    }

    /// The same, as Terraform up to 1.11: it sends no identity, and does not see those that come back.
    pub fn without_identities(mut self) -> Self {
        self.generation = Generation::V1_11;
        self
    }

    /// An identity of an answer, and what core says about it.
    fn identity(
        &self,
        kind: &Kind,
        identity: Option<wire::ResourceIdentityData>,
        answered: &Answered<'_>,
        messages: &mut Vec<wire::Diagnostic>,
    ) -> Value {
        if self.generation.knows_identities() { received(kind, identity, answered, messages) } else { Value::Null }
    }

    /// Starts the toy provider, and configures it with nothing set.
    pub async fn toy() -> Self {
        let core = Self::start(HostOptions::toy()).await;
        core.configure(&Toy::default(), &serde_json::json!({})).await.ok();
        core
    }

    /// Begins a run, in the first process of it: schemas, the provider's block checked, and the provider configured.
    pub async fn begin<P: Provider>(&self, provider: &P, json: &Json) -> Said<()> {
        self.generation.open(&mut self.rpc.clone(), true).await;
        let block = provider.schema().block;
        let config = Some(packed(&written(&block, json), &block.ty()));
        let request = wire::validate_provider_config::Request { config };
        let response = self.rpc.clone().validate_provider_config(request).await.expect("an answer").into_inner();
        assert!(response.diagnostics.is_empty(), "{:?}", response.diagnostics);
        self.configure(provider, json).await
    }

    /// Configures the provider; the JSON is its block.
    pub async fn configure<P: Provider>(&self, provider: &P, json: &Json) -> Said<()> {
        let block = provider.schema().block;
        self.configure_with(&written(&block, json), &block.ty()).await
    }

    /// The same with a value of that type.
    pub async fn configure_with(&self, config: &Value, ty: &Type) -> Said<()> {
        let request = wire::configure_provider::Request {
            terraform_version: self.generation.version().to_owned(),
            config: Some(packed(config, ty)),
            client_capabilities: self.generation.capabilities(),
        };
        *self.configured.lock().unwrap() = Some(request.clone());
        let response = self.rpc.clone().configure_provider(request).await.expect("an answer").into_inner();
        Said { answer: (), messages: response.diagnostics }
    }

    /// Begins another run in the same process, as under a debugger: the same configuration again.
    pub async fn next_run(&self) {
        self.generation.open(&mut self.rpc.clone(), false).await;
        let request = self.configured.lock().unwrap().clone().expect("configured before");
        let response = self.rpc.clone().configure_provider(request).await.expect("an answer").into_inner();
        assert!(response.diagnostics.is_empty(), "{:?}", response.diagnostics);
    }
}

impl Object {
    /// Nothing yet.
    pub fn none() -> Self {
        Self { value: Value::Null, private: Vec::new(), identity: Value::Null }
    }
}
