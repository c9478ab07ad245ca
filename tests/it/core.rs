//! What Terraform core says to a provider and hears from it, in values: one method per call over gRPC, to the real process.

use std::sync::Mutex;

use acrnet::terraform::conform::proposed_new_state;
use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::provider_client::ProviderClient;
use acrnet::terraform::schema::{Block, BlockNesting, IdentitySchema, Schema};
use acrnet::terraform::service::MESSAGE_LIMIT;
use acrnet::terraform::value::{Path, Step, Type, Value, json, msgpack};
use serde_json::Value as Json;
use tonic::transport::Channel;

use self::identities::{Answered, received, sent};
use crate::generation::Generation;
use crate::host::{Host, HostOptions};
use crate::toy::Toy;
use crate::verdict;

pub mod identities;

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
        Self {
            name: name.to_owned(),
            schema: found.schema().clone(),
            ty: found.ty().clone(),
            identity: IdentitySchema::default(),
        }
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

/// A value of a block as configuration has it. A dynamic value is written `{"type": …, "value": …}`.
#[track_caller]
pub fn written(block: &Block, json: &Json) -> Value {
    with_empty_blocks(block, json::decode(json, &block.ty()).expect("JSON of that type"))
}

fn with_empty_blocks(block: &Block, value: Value) -> Value {
    let Value::Map(mut entries) = value else { return value };
    for nested in &block.blocks {
        let inner = |value| with_empty_blocks(&nested.block, value);
        let value = match entries.remove(&nested.name).unwrap_or_default() {
            absent if absent.is_null() => nested.absent(),
            object @ Value::Map(_) if nested.nesting != BlockNesting::Map => inner(object),
            Value::Map(entries) => Value::map(entries.into_iter().map(|(key, item)| (key, inner(item)))),
            Value::List(items) => Value::List(items.into_iter().map(inner).collect()),
            Value::Set(items) => Value::set(items.into_iter().map(inner).collect()),
            other => other,
        };
        entries.insert(nested.name.clone(), value);
    }
    Value::Map(entries)
}

/// A value on the wire.
#[track_caller]
pub fn packed(value: &Value, ty: &Type) -> wire::DynamicValue {
    let msgpack = msgpack::encode(value, ty).expect("a value of that type");
    wire::DynamicValue { msgpack, json: Vec::new() }
}

/// A value from the wire.
#[track_caller]
pub fn unpacked(value: Option<wire::DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.unwrap_or_default().msgpack, ty).expect("a value of that type")
}

/// Stored state, as core hands it over for an upgrade.
pub fn raw(json: &Json) -> wire::RawState {
    wire::RawState { json: json.to_string().into_bytes(), ..wire::RawState::default() }
}

fn read_path(path: &wire::AttributePath) -> Path {
    use wire::attribute_path::step::Selector;
    let steps = path.steps.iter().map(|step| match step.selector.clone().expect("a step leads somewhere") {
        Selector::AttributeName(name) => Step::Attribute(name),
        Selector::ElementKeyString(key) => Step::Key(key),
        Selector::ElementKeyInt(index) => Step::Index(index),
    });
    Path::from(steps.collect::<Vec<_>>())
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

    pub async fn validate(&self, kind: &Kind, config: &Value) -> Said<()> {
        let request = wire::validate_resource_config::Request {
            type_name: kind.name.clone(),
            config: Some(packed(config, &kind.ty)),
            client_capabilities: self.generation.capabilities(),
        };
        let response = self.rpc.clone().validate_resource_config(request).await.expect("an answer").into_inner();
        Said { answer: (), messages: response.diagnostics }
    }

    /// The request of a plan; null configuration is a destroy.
    pub fn plan_request(&self, kind: &Kind, prior: &Object, config: &Value) -> wire::plan_resource_change::Request {
        let proposed = proposed_new_state(kind.block(), &prior.value, config);
        wire::plan_resource_change::Request {
            type_name: kind.name.clone(),
            prior_state: Some(packed(&prior.value, &kind.ty)),
            proposed_new_state: Some(packed(&proposed, &kind.ty)),
            config: Some(packed(config, &kind.ty)),
            prior_private: prior.private.clone(),
            prior_identity: sent(&prior.identity, &kind.identity.ty()),
            client_capabilities: self.generation.capabilities(),
            ..wire::plan_resource_change::Request::default()
        }
    }

    /// Plans what configuration wants; null configuration is a destroy.
    pub async fn plan(&self, kind: &Kind, prior: &Object, config: &Value) -> Said<Plan> {
        let request = self.plan_request(kind, prior, config);
        let response = self.rpc.clone().plan_resource_change(request).await.expect("an answer").into_inner();
        let mut plan = Plan {
            planned: unpacked(response.planned_state, &kind.ty),
            replace: response.requires_replace.iter().map(read_path).collect(),
            private: response.planned_private,
            identity: Value::Null,
        };
        let mut messages = verdict::judge(response.diagnostics, || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::plan(kind, (&prior.value, config), &plan.planned, &plan.replace));
            found
        });
        let answered = Answered::Plan(prior, &plan);
        plan.identity = self.identity(kind, response.planned_identity, &answered, &mut messages);
        Said { answer: plan, messages }
    }

    /// The request of an apply, for those who do not wait for the answer at once.
    pub fn apply_request(
        kind: &Kind,
        prior: &Value,
        plan: &Plan,
        config: &Value,
    ) -> wire::apply_resource_change::Request {
        wire::apply_resource_change::Request {
            type_name: kind.name.clone(),
            prior_state: Some(packed(prior, &kind.ty)),
            planned_state: Some(packed(&plan.planned, &kind.ty)),
            config: Some(packed(config, &kind.ty)),
            planned_private: plan.private.clone(),
            planned_identity: sent(&plan.identity, &kind.identity.ty()),
            ..wire::apply_resource_change::Request::default()
        }
    }

    pub async fn apply(&self, kind: &Kind, prior: &Value, plan: &Plan, config: &Value) -> Said<Object> {
        let request = Self::apply_request(kind, prior, plan, config);
        let response = self.rpc.clone().apply_resource_change(request).await.expect("an answer").into_inner();
        let value = unpacked(response.new_state, &kind.ty);
        let mut messages = verdict::judge(response.diagnostics, || verdict::applied(kind, &plan.planned, &value));
        let identity = self.identity(kind, response.new_identity, &Answered::Other, &mut messages);
        Said { answer: Object { value, private: response.private, identity }, messages }
    }

    /// The request of a refresh.
    pub fn read_request(&self, kind: &Kind, object: &Object) -> wire::read_resource::Request {
        wire::read_resource::Request {
            type_name: kind.name.clone(),
            current_state: Some(packed(&object.value, &kind.ty)),
            private: object.private.clone(),
            client_capabilities: self.generation.capabilities(),
            current_identity: sent(&object.identity, &kind.identity.ty()),
            ..wire::read_resource::Request::default()
        }
    }

    pub async fn read(&self, kind: &Kind, object: &Object) -> Said<Object> {
        let request = self.read_request(kind, object);
        let response = self.rpc.clone().read_resource(request).await.expect("an answer").into_inner();
        let value = unpacked(response.new_state, &kind.ty);
        let mut messages = verdict::judge(response.diagnostics, || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::read(kind, &value, response.deferred.is_some()));
            found
        });
        let identity = self.identity(kind, response.new_identity, &Answered::Read(object), &mut messages);
        Said { answer: Object { value, private: response.private, identity }, messages }
    }

    /// Stored state of a version, as every command begins with it.
    pub async fn upgrade(&self, kind: &Kind, version: i64, state: &Json) -> Said<Value> {
        self.upgrade_raw(kind, version, Some(raw(state))).await
    }

    pub async fn upgrade_raw(&self, kind: &Kind, version: i64, raw_state: Option<wire::RawState>) -> Said<Value> {
        let request = wire::upgrade_resource_state::Request { type_name: kind.name.clone(), version, raw_state };
        let response = self.rpc.clone().upgrade_resource_state(request).await.expect("an answer").into_inner();
        let state = unpacked(response.upgraded_state, &kind.ty);
        let messages = verdict::judge(response.diagnostics, || verdict::upgraded(kind, &state));
        Said { answer: state, messages }
    }

    /// The request of an import by id.
    pub fn import_request(&self, kind: &Kind, id: &str) -> wire::import_resource_state::Request {
        wire::import_resource_state::Request {
            type_name: kind.name.clone(),
            id: id.to_owned(),
            client_capabilities: self.generation.capabilities(),
            ..wire::import_resource_state::Request::default()
        }
    }

    /// The beginning of an imported object, if the provider takes the id.
    pub async fn import(&self, kind: &Kind, id: &str) -> Said<Option<Object>> {
        self.imported(kind, self.import_request(kind, id)).await
    }

    async fn imported(&self, kind: &Kind, request: wire::import_resource_state::Request) -> Said<Option<Object>> {
        let response = self.rpc.clone().import_resource_state(request).await.expect("an answer").into_inner();
        let mut messages = verdict::judge(response.diagnostics.clone(), || {
            let mut found = verdict::deferral(self.generation.capabilities(), response.deferred);
            found.extend(verdict::imported(kind, &response));
            found
        });
        let first = response.imported_resources.into_iter().next().map(|imported| {
            let value = unpacked(imported.state, &kind.ty);
            let identity = self.identity(kind, imported.identity, &Answered::Other, &mut messages);
            Object { value, private: imported.private, identity }
        });
        Said { answer: first, messages }
    }

    /// Creates an object without looking at what is said.
    pub async fn create(&self, kind: &Kind, json: &Json) -> Said<Object> {
        let config = kind.config(json);
        let plan = self.plan(kind, &Object::none(), &config).await.ok();
        self.apply(kind, &Value::Null, &plan, &config).await
    }
}

impl Object {
    /// Nothing yet.
    pub fn none() -> Self {
        Self { value: Value::Null, private: Vec::new(), identity: Value::Null }
    }
}
