//! Every way in which an answer can break core's rules, and what core says of it. The answers here are spoilt by hand; that those of the providers are
//! not like them is judged in every test that goes through [`Core`](crate::core::Core).
//!
//! The rows are those of the protocol's methods: what the provider itself has to refuse is in `rpc`, what waits in `deferral`.
//!
//! Most of it no provider on this framework can answer: state that lacks an attribute, a write-only value in an answer, several objects of one
//! import, a null that is no object, a deferral that nobody allowed. What one can, the toy provider does on demand: in `rpc::trouble`, `ephemeral`,
//! `query` and here.

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Path, Value};
use serde_json::json;

use crate::core::{Core, Kind, Object, packed};
use crate::host::HostOptions;
use crate::toy::Toy;
use crate::verdict::{self, Complaints};

const INVALID_OBJECT: &str = "Provider produced invalid object";
const INVALID_PLAN: &str = "Provider produced invalid plan";

fn kinds() -> Kind {
    Kind::toy("toy_kinds")
}

/// A state that breaks no rule.
fn good(kind: &Kind) -> Value {
    kind.config(&json!({"id": "toy-a", "name": "a", "size": 1, "enabled": true, "zones": []}))
}

/// The same with one attribute changed.
fn with(value: &Value, name: &str, changed: impl Into<Value>) -> Value {
    let Value::Map(mut entries) = value.clone() else { panic!("an object") };
    entries.insert(name.to_owned(), changed.into());
    Value::Map(entries)
}

/// The same without one attribute: a value of another type.
fn lacking(value: &Value, name: &str) -> Value {
    let Value::Map(mut entries) = value.clone() else { panic!("an object") };
    entries.remove(name);
    Value::Map(entries)
}

/// Exactly this is said, in these words.
#[track_caller]
fn assert_said(said: &Complaints, summary: &str, why: &str) {
    let found: Vec<String> = said.iter().map(|said| format!("{}: {}", said.summary, said.detail)).collect();
    assert!(found.iter().any(|line| line.starts_with(summary) && line.contains(why)), "{summary}, {why}: {found:#?}");
    assert!(said.iter().all(|said| said.summary == summary), "{found:#?}");
}

async fn schemas(options: HostOptions) -> wire::get_provider_schema::Response {
    let core = Core::start(options).await;
    core.rpc.clone().get_provider_schema(wire::get_provider_schema::Request {}).await.unwrap().into_inner()
}

#[tokio::test]
async fn schemas_that_would_stop_every_command() {
    assert_eq!(verdict::schemas(&schemas(HostOptions::default()).await), [""; 0]);
    let good = schemas(HostOptions::toy()).await;
    assert_eq!(verdict::schemas(&good), [""; 0]);

    let mut without = good.clone();
    without.provider = None;
    assert_eq!(verdict::schemas(&without), ["missing provider schema"]);

    let spoilt = |spoil: fn(&mut wire::schema::Attribute)| {
        let mut schemas = good.clone();
        let block = schemas.resource_schemas.get_mut("toy_kinds").unwrap().block.as_mut().unwrap();
        spoil(block.attributes.iter_mut().find(|attribute| attribute.name == "name").unwrap());
        let said = verdict::schemas(&schemas);
        let beginning =
            "provider has invalid schema for managed resource type toy_kinds, which is a bug in the provider: name: ";
        assert_eq!(said.len(), 1, "{said:?}");
        said[0].strip_prefix(beginning).unwrap_or_else(|| panic!("{said:?}")).to_owned()
    };
    assert!(spoilt(|name| name.required = false).starts_with("must be required, optional, computed"));
    assert!(spoilt(|name| name.computed = true).starts_with("must be required, optional, computed"));
    assert_eq!(spoilt(|name| name.r#type = b"string".to_vec()), "the type is not JSON");
    assert_eq!(spoilt(|name| name.r#type.clear()), "must have a type or a nested type");
    assert_eq!(
        spoilt(|name| name.nested_type = Some(wire::schema::Object::default())),
        "must have a type or a nested type"
    );
    assert_eq!(
        spoilt(|name| name.deprecation_message = "Go away.".to_owned()),
        "has a deprecation message, and is not deprecated"
    );
    let both = |name: &mut wire::schema::Attribute| {
        (name.required, name.optional, name.computed, name.write_only) = (false, true, true, true);
    };
    assert_eq!(spoilt(both), "must not be both write-only and computed");
}

#[test]
fn state_that_an_upgrade_spoils() {
    let kind = kinds();
    let state = good(&kind);
    assert_eq!(verdict::upgraded(&kind, &state), []);
    let summary = "Invalid resource state upgrade";
    assert_said(&verdict::upgraded(&kind, &lacking(&state, "name")), summary, "attribute \"name\" is required");
    assert_said(&verdict::upgraded(&kind, &with(&state, "stray", 1)), summary, "unsupported attribute \"stray\"");
    assert_said(&verdict::upgraded(&kind, &with(&state, "name", 7)), summary, "string is required");
    assert_said(&verdict::upgraded(&kind, &with(&state, "id", Value::Unknown)), summary, "unknown value");
    assert_said(&verdict::upgraded(&kind, &with(&state, "password", "p")), summary, "write-only attribute is not null");
}

#[test]
fn objects_that_a_refresh_spoils() {
    let kind = kinds();
    let state = good(&kind);
    assert_eq!(verdict::read(&kind, &state, false), []);
    assert_eq!(verdict::read(&kind, &Value::Null, false), [], "it is gone");
    let unknown = with(&state, "id", Value::Unknown);
    assert_said(&verdict::read(&kind, &unknown, false), INVALID_OBJECT, "unknown value");
    assert_eq!(verdict::read(&kind, &unknown, true), [], "it waits to be read");
    assert_said(
        &verdict::read(&kind, &lacking(&state, "name"), true),
        INVALID_OBJECT,
        "attribute \"name\" is required",
    );
    assert_said(&verdict::read(&kind, &with(&state, "password", "p"), true), INVALID_OBJECT, "is not null");
}

#[test]
fn plans_of_what_was_not_asked_for() {
    let kind = kinds();
    let config = kind.config(&json!({"name": "a", "password": "p", "mounts": {"data": {"path": "/data"}}}));
    let planned = with(&with(&config, "id", Value::Unknown), "password", Value::Null);
    let judge = |planned: &Value| verdict::plan(&kind, (&Value::Null, &config), planned, &[]);
    assert_eq!(judge(&planned), []);
    assert_said(
        &judge(&with(&planned, "name", "b")),
        INVALID_PLAN,
        "planned value \"b\" does not match config value \"a\"",
    );
    assert_said(&judge(&with(&planned, "label", "x")), INVALID_PLAN, "for a non-computed attribute");
    assert_said(
        &judge(&with(&planned, "mounts", Value::Null)),
        INVALID_PLAN,
        "planned for absence but config wants existence",
    );
    assert_said(
        &judge(&with(&planned, "mounts", Value::Unknown)),
        INVALID_PLAN,
        "planned unknown for configured value",
    );
    assert_said(&judge(&with(&planned, "password", "p")), INVALID_PLAN, "write-only attribute is not null");
    assert_said(&judge(&lacking(&planned, "id")), INVALID_PLAN, "attribute \"id\" is required");
    let state = good(&kind);
    let destroy = verdict::plan(&kind, (&state, &Value::Null), &state, &[]);
    assert_said(&destroy, INVALID_PLAN, "planned a non-null destroy value");
    let nowhere = verdict::plan(&kind, (&state, &state), &state, &[Path::attribute("nowhere")]);
    assert_said(&nowhere, INVALID_PLAN, "non-existent attribute path");
}

#[test]
fn a_plan_that_is_another_when_all_is_known() {
    let kind = kinds();
    let first = with(&good(&kind), "id", Value::Unknown);
    assert_eq!(verdict::final_plan(&kind, &first, &good(&kind)), []);
    let summary = "Provider produced inconsistent final plan";
    assert_said(&verdict::final_plan(&kind, &first, &with(&first, "name", "b")), summary, "was \"a\", but now \"b\"");
    assert_said(&verdict::final_plan(&kind, &first, &with(&first, "size", Value::Unknown)), summary, "size");
}

#[tokio::test]
async fn a_real_plan_that_is_another_when_all_is_known() {
    let core = Core::toy().await;
    let kind = Kind::toy("toy_demand");
    let known = kind.config(&json!({"name": "a", "note": "n", "breaks": "plan_again"}));
    let first = core.plan(&kind, &Object::none(), &with(&known, "note", Value::Unknown)).await.ok();
    let last = core.plan(&kind, &Object::none(), &known).await.ok();
    let said = verdict::final_plan(&kind, &first.planned, &last.planned);
    assert_said(&said, "Provider produced inconsistent final plan", "payload: was \"Unknown\", but now");
}

#[test]
fn results_that_are_not_what_was_planned() {
    let kind = kinds();
    let state = good(&kind);
    let planned = with(&state, "id", Value::Unknown);
    let judge = |state: &Value| verdict::applied(&kind, &planned, state);
    assert_eq!(judge(&state), []);
    let unlike = "Provider produced inconsistent result after apply";
    assert_said(&judge(&with(&state, "name", "b")), unlike, "was \"a\", but now \"b\"");
    assert_said(&judge(&with(&state, "label", "x")), unlike, "was null, but now");
    assert_said(&judge(&with(&state, "zones", Value::set(vec!["1".into()]))), unlike, "zones");
    assert_said(&judge(&Value::Null), unlike, "present, but now absent");
    assert_said(&verdict::applied(&kind, &Value::Null, &state), unlike, "absent, but now present");
    let open = "Provider returned invalid result object after apply";
    assert_said(&judge(&with(&state, "id", Value::Unknown)), open, "still indicated an unknown value");
    let stored = judge(&with(&state, "password", "p"));
    assert!(
        stored.iter().any(|said| said.summary == INVALID_OBJECT && said.detail.contains("write-only")),
        "{stored:?}"
    );
}

/// An answer to an import, with these objects of that type.
fn imported(kind: &Kind, type_name: &str, states: &[Value]) -> wire::import_resource_state::Response {
    let object = |state: &Value| wire::import_resource_state::ImportedResource {
        type_name: type_name.to_owned(),
        state: Some(packed(state, &kind.ty)),
        ..Default::default()
    };
    wire::import_resource_state::Response {
        imported_resources: states.iter().map(object).collect(),
        ..Default::default()
    }
}

#[test]
fn imports_that_begin_with_nothing_or_with_too_much() {
    let kind = kinds();
    let state = kind.config(&json!({"id": "toy-a"}));
    let judge = |states: &[Value]| verdict::imported(&kind, &imported(&kind, "toy_kinds", states));
    assert_eq!(judge(std::slice::from_ref(&state)), []);
    assert_said(&judge(&[state.clone(), state.clone()]), "Multiple import states not supported", "");
    assert_said(&judge(&[]), "Import returned no resources", "");
    assert_said(&judge(&[Value::Null]), "Import returned null resource", "");
    let written = "Import returned a non-null value for a write-only attribute";
    assert_said(&judge(&[with(&state, "password", "p")]), written, "password");
    let other = verdict::imported(&kind, &imported(&kind, "toy_blocks", std::slice::from_ref(&state)));
    assert_said(&other, INVALID_OBJECT, "toy_blocks");
    let waiting =
        wire::import_resource_state::Response { deferred: Some(wire::Deferred::default()), ..Default::default() };
    assert_eq!(verdict::imported(&kind, &waiting), [], "it waits to be imported");
}

#[tokio::test]
async fn an_import_of_what_is_not_there() {
    let core = Core::toy().await;
    let begun = core.import(&kinds(), "toy-nobody").await.ok().expect("a string of the right form");
    let read = core.read(&kinds(), &begun).await.ok();
    assert_said(&verdict::read_after_import(&read), "Cannot import non-existent remote object", "");
    let there = Object { value: good(&kinds()), private: Vec::new(), identity: Value::Null };
    assert_eq!(verdict::read_after_import(&there), []);
}

#[test]
fn objects_that_a_move_spoils() {
    let kind = kinds();
    let state = good(&kind);
    assert_eq!(verdict::moved(&kind, &state), []);
    let summary = "Provider returned invalid value";
    assert_said(&verdict::moved(&kind, &Value::Null), summary, "null");
    assert_said(&verdict::moved(&kind, &with(&state, "id", Value::Unknown)), summary, "unknown value");
    assert_said(&verdict::moved(&kind, &lacking(&state, "id")), summary, "attribute \"id\" is required");
    assert_said(&verdict::moved(&kind, &with(&state, "password", "p")), summary, "write-only");
}

#[test]
fn data_that_is_missing_or_not_what_was_asked_for() {
    let kind = Kind::data_source(Toy::default(), "toy_lookup");
    let config = kind.config(&json!({"name": "a"}));
    let found = with(&with(&config, "terraform_version", "1"), "found", Value::List(Vec::new()));
    let judge = |state: &Value, deferred: bool| verdict::found(&kind, &config, state, deferred);
    assert_eq!(judge(&found, false), []);
    assert_said(&judge(&Value::Null, false), "Provider produced null object", "");
    assert_said(&judge(&with(&found, "name", "b"), false), INVALID_OBJECT, "does not match config value");
    let open = with(&found, "found", Value::Unknown);
    assert_said(&judge(&open, false), INVALID_OBJECT, "unknown value");
    assert_eq!(judge(&open, true), [], "it waits to be read");
    assert_said(&judge(&lacking(&open, "name"), true), INVALID_OBJECT, "attribute \"name\" is required");
}

#[test]
fn what_is_opened_and_is_not_what_was_asked_for() {
    let kind = Kind::data_source(Toy::default(), "toy_lookup");
    let config = kind.config(&json!({"name": "a"}));
    let judge = |result: &Value| verdict::opened(&kind, &config, result, false);
    assert_eq!(judge(&with(&config, "terraform_version", "1")), []);
    let summary = "Provider produced invalid ephemeral resource instance";
    assert_said(&judge(&with(&config, "name", "b")), summary, "does not match config value");
    assert_said(&judge(&Value::Null), summary, "planned for absence but config wants existence");
    assert_said(&judge(&lacking(&config, "name")), summary, "attribute \"name\" is required");
    assert_eq!(verdict::opened(&kind, &config, &Value::Null, true), [], "it waits to be opened");
}

#[test]
fn waiting_where_nobody_may() {
    let summary = "Provider deferred changes when Terraform did not allow deferrals";
    let waiting = Some(wire::Deferred::default());
    let host = |deferral_allowed| Some(wire::ClientCapabilities { deferral_allowed, ..Default::default() });
    assert_said(&verdict::deferral(None, waiting), summary, "did not allow");
    assert_said(&verdict::deferral(host(false), waiting), summary, "did not allow");
    assert_eq!(verdict::deferral(host(true), waiting), []);
    assert_eq!(verdict::deferral(None, None), []);
}
