//! What core from Terraform 1.14 on does for a `list` block: validates it, reads its stream up to the limit, checks each event in its own words,
//! and has configuration generated.

use acrnet::terraform::conform::assert_conforms_to_type;
use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::schema::Schema;
use acrnet::terraform::value::{Type, Value, msgpack};
use serde_json::Value as Json;
use tonic::Streaming;

use crate::core::{Core, Kind, Said, lines, packed, unpacked, written};
use crate::generation::Generation;

/// As many objects as a `list` block without `limit` wants.
pub const LIMIT: i64 = 100;

/// A `list` block, and what core knows of it from the schemas.
pub struct Block {
    /// The managed type.
    pub kind: Kind,
    /// The schema of its `config` block.
    pub schema: Schema,
    /// What is in that.
    pub config: Value,
    /// `include_resource`.
    pub include_resource: bool,
    /// `limit`.
    pub limit: i64,
}

/// What came of a list.
#[derive(Debug)]
pub struct Answer {
    pub found: Vec<Found>,
    /// What core shows: the provider's messages, and its own about wrong events.
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
}

/// One line of what `terraform query` prints.
#[derive(Clone, Debug)]
pub struct Found {
    pub display_name: String,
    pub identity: Value,
    /// Null unless it was asked for.
    pub state: Value,
}

impl Block {
    /// A list of that provider, with this in its `config` block.
    pub fn of<P: Provider>(provider: fn() -> P, name: &str, config: &Json) -> Self {
        let server = Server::new(provider());
        let schema = server.list_type(name).expect("a list of that name").schema().clone();
        let config = written(&schema.block, config);
        Self { kind: Kind::resource(provider(), name), schema, config, include_resource: false, limit: LIMIT }
    }

    /// The same, with whole objects.
    pub fn with_resources(self) -> Self {
        Self { include_resource: true, ..self }
    }

    /// The same, with that limit.
    pub fn limited(self, limit: i64) -> Self {
        Self { limit, ..self }
    }

    fn request(&self) -> wire::list_resource::Request {
        wire::list_resource::Request {
            type_name: self.kind.name.clone(),
            config: Some(packed(&self.config, &self.schema.ty())),
            include_resource_object: self.include_resource,
            limit: self.limit,
        }
    }
}

impl Answer {
    /// What was found, where nothing went wrong.
    #[track_caller]
    pub fn ok(self) -> Vec<Found> {
        assert!(self.errors.is_empty(), "{:#?}", self.errors);
        self.found
    }

    /// The names of what was found, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.found.iter().map(|found| found.display_name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

impl Core {
    /// What `terraform validate -query` asks.
    pub async fn validate_list(&self, block: &Block) -> Said<()> {
        self.validate_list_with(block, &Value::Bool(block.include_resource), &Value::from(block.limit)).await
    }

    /// The same, where what the block says beside `config` need not be known.
    pub async fn validate_list_with(&self, block: &Block, include_resource: &Value, limit: &Value) -> Said<()> {
        let request = wire::validate_list_resource_config::Request {
            type_name: block.kind.name.clone(),
            config: Some(packed(&block.config, &block.schema.ty())),
            include_resource_object: Some(packed(include_resource, &Type::Bool)),
            limit: Some(packed(limit, &Type::Number)),
        };
        let response = self.rpc.clone().validate_list_resource_config(request).await.expect("an answer").into_inner();
        Said { answer: (), messages: response.diagnostics }
    }

    /// What `terraform query` does with one block.
    pub async fn query(&self, block: &Block) -> Answer {
        assert!(self.generation >= Generation::V1_14, "an older core has no such command");
        if let Some(missing) = self.missing_schema(&block.kind).await {
            return Answer { found: Vec::new(), errors: vec![missing], warnings: Vec::new() };
        }
        let validated = self.validate_list(block).await;
        if !validated.errors().is_empty() {
            return Answer { found: Vec::new(), errors: validated.errors(), warnings: validated.warnings() };
        }
        let mut events = self.list(block).await;
        let mut reading = Reading::default();
        while i64::try_from(reading.found.len()).is_ok_and(|found| found < block.limit) {
            let goes_on = match events.message().await {
                Ok(Some(event)) => reading.take(block, event),
                Ok(None) => false,
                Err(status) => {
                    reading.errors.push(status.to_string());
                    false
                }
            };
            if !goes_on {
                break;
            }
        }
        let warnings = lines(&reading.messages, wire::diagnostic::Severity::Warning);
        let mut errors = lines(&reading.messages, wire::diagnostic::Severity::Error);
        errors.extend(reading.errors);
        Answer { found: reading.found, errors, warnings }
    }

    /// The stream itself; dropping it hangs up.
    pub async fn list(&self, block: &Block) -> Streaming<wire::list_resource::Event> {
        self.rpc.clone().list_resource(block.request()).await.expect("a stream").into_inner()
    }

    /// What keeps core from calling at all: it looks into the schemas first.
    async fn missing_schema(&self, kind: &Kind) -> Option<String> {
        let request = wire::get_provider_schema::Request::default();
        let schemas = self.rpc.clone().get_provider_schema(request).await.expect("an answer").into_inner();
        let request = wire::get_resource_identity_schemas::Request::default();
        let identities = self.rpc.clone().get_resource_identity_schemas(request).await.expect("an answer").into_inner();
        missing(&kind.name, &schemas, &identities)
    }

    /// A configuration for an object, if the provider makes one.
    pub async fn generate(&self, kind: &Kind, state: &Value) -> Said<Value> {
        let request = wire::generate_resource_config::Request {
            type_name: kind.name.clone(),
            state: Some(packed(state, &kind.ty)),
        };
        let response = self.rpc.clone().generate_resource_config(request).await.expect("an answer").into_inner();
        Said { answer: unpacked(response.config, &kind.ty), messages: response.diagnostics }
    }
}

fn missing(
    name: &str,
    schemas: &wire::get_provider_schema::Response,
    identities: &wire::get_resource_identity_schemas::Response,
) -> Option<String> {
    if !schemas.list_resource_schemas.contains_key(name) {
        return Some(format!("unknown list resource type {name:?}"));
    }
    let known = schemas.resource_schemas.contains_key(name) && identities.identity_schemas.contains_key(name);
    (!known).then(|| {
        format!(
            "Identity schema not found for resource type {name}; this is a bug in the provider - please report it there"
        )
    })
}

#[derive(Default)]
struct Reading {
    found: Vec<Found>,
    messages: Vec<wire::Diagnostic>,
    errors: Vec<String>,
}

impl Reading {
    /// Takes an event as core does, and says whether it goes on.
    fn take(&mut self, block: &Block, event: wire::list_resource::Event) -> bool {
        let of =
            |severity, messages: &[wire::Diagnostic]| messages.iter().any(|message| message.severity() == severity);
        self.messages.extend(event.diagnostic);
        if of(wire::diagnostic::Severity::Error, &self.messages) {
            return false;
        }
        let kind = &block.kind;
        let identity = event.identity.and_then(|identity| identity.identity_data);
        if identity.is_none() && of(wire::diagnostic::Severity::Warning, &self.messages) {
            return true;
        }
        let Some(identity) = identity else {
            self.errors.push(format!("missing identity data in ListResource event for {}", kind.name));
            return false;
        };
        let identity = self.decoded(&identity, &kind.identity.ty());
        let wanted = event.resource_object.filter(|_| block.include_resource);
        let state = wanted.map_or(Some(Value::Null), |object| self.decoded(&object, &kind.ty));
        let (Some(identity), Some(state)) = (identity, state) else { return false };
        self.found.push(Found { display_name: event.display_name, identity, state });
        true
    }

    fn decoded(&mut self, value: &wire::DynamicValue, ty: &Type) -> Option<Value> {
        let decoded = msgpack::decode(&value.msgpack, ty).map_err(|error| error.to_string());
        let fits = decoded.and_then(|value| match assert_conforms_to_type(&value, ty).first() {
            Some(breach) => Err(breach.to_string()),
            None => Ok(value),
        });
        fits.map_err(|error| self.errors.push(error)).ok()
    }
}

/// What core writes for a provider without the capability, and Terraform before 1.14 in any case: all that configuration may set, as it is.
#[cfg(feature = "simulator")]
pub fn without_the_capability(kind: &Kind, state: &Value) -> Value {
    let entries = state.entries().expect("an object");
    let attributes = kind.schema.block.attributes.iter().map(|attribute| {
        let may_be_set = attribute.mode.is_configurable() && attribute.name != "id";
        let value = entries.get(&attribute.name).filter(|_| may_be_set).cloned().unwrap_or_default();
        let is_legacy_null = value.as_str().is_some_and(str::is_empty);
        (attribute.name.clone(), if is_legacy_null { Value::Null } else { value })
    });
    let blocks = kind.schema.block.blocks.iter().map(|nested| (nested.name.clone(), entries[&nested.name].clone()));
    Value::map(attributes.chain(blocks))
}

mod tests {
    //! That the host finds what core finds.

    use super::*;
    use crate::toy::Toy;

    fn taken(event: wire::list_resource::Event) -> (bool, Vec<String>) {
        let block = Block::of(Toy::default, "toy_demand", &serde_json::json!({}));
        let mut reading = Reading::default();
        (reading.take(&block, event), reading.errors)
    }

    #[test]
    fn an_event_without_an_identity_is_an_error_unless_it_warns() {
        let (goes_on, errors) = taken(wire::list_resource::Event::default());
        assert_eq!(
            (goes_on, errors),
            (false, vec!["missing identity data in ListResource event for toy_demand".into()])
        );
        let warning = wire::Diagnostic { severity: wire::diagnostic::Severity::Warning.into(), ..Default::default() };
        let event = wire::list_resource::Event { diagnostic: vec![warning], ..Default::default() };
        assert_eq!(taken(event), (true, Vec::new()));
    }

    #[test]
    fn a_type_without_an_identity_is_not_listed() {
        let some = |name: &str| [(name.to_owned(), wire::Schema::default())].into();
        let schemas = |list: &str, resource: &str| wire::get_provider_schema::Response {
            list_resource_schemas: some(list),
            resource_schemas: some(resource),
            ..Default::default()
        };
        let identities = |name: &str| wire::get_resource_identity_schemas::Response {
            identity_schemas: [(name.to_owned(), wire::ResourceIdentitySchema::default())].into(),
            diagnostics: Vec::new(),
        };
        assert_eq!(missing("a", &schemas("a", "a"), &identities("a")), None);
        let unknown = missing("a", &schemas("b", "a"), &identities("a"));
        assert_eq!(unknown.as_deref(), Some("unknown list resource type \"a\""));
        for (schemas, identities) in [(schemas("a", "a"), identities("b")), (schemas("a", "b"), identities("a"))] {
            let found = missing("a", &schemas, &identities).unwrap();
            assert!(found.starts_with("Identity schema not found for resource type a; "), "{found}");
        }
    }

    #[test]
    fn an_identity_of_another_form_is_an_error() {
        let stray = Type::object([("stray", Type::String)]);
        let data = packed(&Value::map([("stray", "x".into())]), &stray);
        let identity = Some(wire::ResourceIdentityData { identity_data: Some(data) });
        let (goes_on, errors) = taken(wire::list_resource::Event { identity, ..Default::default() });
        assert!(!goes_on && errors.len() == 1, "{errors:?}");
    }
}
