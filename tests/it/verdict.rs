//! What core says of an answer that breaks its rules: the summary is the one that users would read.
//!
//! Core judges only what came without an error, and each rule where this does. The rules themselves are in `terraform::conform`.

use acrnet::terraform::conform::{
    Breach, assert_conforms_to_type, assert_deferral_allowed, assert_object_compatible, assert_plan_valid,
    assert_wholly_known_result, assert_write_only_null, requires_replace_filter,
};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Path, Value};

use crate::core::{Kind, Object, unpacked};

/// What is to be said.
pub type Complaints = Vec<wire::Diagnostic>;

/// Adds what core would say of an answer without errors.
pub fn judge(mut messages: Vec<wire::Diagnostic>, judge: impl FnOnce() -> Complaints) -> Vec<wire::Diagnostic> {
    if !messages.iter().any(|message| message.severity() == wire::diagnostic::Severity::Error) {
        messages.extend(judge());
    }
    messages
}

fn complaint(summary: &str, detail: &str) -> wire::Diagnostic {
    wire::Diagnostic {
        severity: wire::diagnostic::Severity::Error.into(),
        summary: summary.to_owned(),
        detail: format!("{detail}. This is a bug in the provider."),
        attribute: None,
    }
}

fn complaints(summary: &str, breaches: impl IntoIterator<Item = Breach>) -> Complaints {
    breaches.into_iter().map(|breach| complaint(summary, &breach.to_string())).collect()
}

const INVALID_OBJECT: &str = "Provider produced invalid object";
const INVALID_PLAN: &str = "Provider produced invalid plan";

/// An answer that waits for a later run.
pub fn deferral(client: Option<wire::ClientCapabilities>, deferred: Option<wire::Deferred>) -> Complaints {
    let allowed = client.is_some_and(|client| client.deferral_allowed);
    let breach = assert_deferral_allowed(allowed, deferred.is_some());
    complaints("Provider deferred changes when Terraform did not allow deferrals", breach)
}

/// Stored state in its present form.
pub fn upgraded(kind: &Kind, state: &Value) -> Complaints {
    let mut breaches = assert_conforms_to_type(state, &kind.ty);
    breaches.extend(assert_wholly_known_result(state, &kind.ty));
    breaches.extend(assert_write_only_null(kind.block(), state));
    complaints("Invalid resource state upgrade", breaches)
}

/// A refreshed object.
pub fn read(kind: &Kind, state: &Value, deferred: bool) -> Complaints {
    complaints(INVALID_OBJECT, object(kind, state, deferred))
}

fn object(kind: &Kind, state: &Value, deferred: bool) -> Vec<Breach> {
    let mut breaches = assert_conforms_to_type(state, &kind.ty);
    breaches.extend(assert_write_only_null(kind.block(), state));
    if !deferred {
        breaches.extend(assert_wholly_known_result(state, &kind.ty));
    }
    breaches
}

/// A plan.
pub fn plan(kind: &Kind, (prior, config): (&Value, &Value), planned: &Value, replace: &[Path]) -> Complaints {
    let mut breaches = assert_conforms_to_type(planned, &kind.ty);
    breaches.extend(assert_plan_valid(kind.block(), prior, config, planned));
    let nowhere = requires_replace_filter(kind.block(), prior, planned, replace).err();
    breaches.extend(nowhere.unwrap_or_default());
    complaints(INVALID_PLAN, breaches)
}

/// The plan that is made right before the apply, when all is known, beside the one that the user has seen.
pub fn final_plan(kind: &Kind, first: &Value, last: &Value) -> Complaints {
    complaints("Provider produced inconsistent final plan", assert_object_compatible(kind.block(), first, last))
}

/// What was made, changed or deleted.
pub fn applied(kind: &Kind, planned: &Value, state: &Value) -> Complaints {
    let mut found = complaints(INVALID_OBJECT, assert_conforms_to_type(state, &kind.ty));
    found.extend(complaints(INVALID_OBJECT, assert_write_only_null(kind.block(), state)));
    let unknown = assert_wholly_known_result(state, &kind.ty);
    found.extend(complaints("Provider returned invalid result object after apply", unknown));
    let unlike = assert_object_compatible(kind.block(), planned, state);
    found.extend(complaints("Provider produced inconsistent result after apply", unlike));
    found
}

/// The beginning of an import.
pub fn imported(kind: &Kind, answer: &wire::import_resource_state::Response) -> Complaints {
    let object = match answer.imported_resources.as_slice() {
        [] if answer.deferred.is_some() => return Complaints::new(),
        [] => return vec![complaint("Import returned no resources", "There is none in the answer")],
        [object] => object,
        _ => return vec![complaint("Multiple import states not supported", "There are several in the answer")],
    };
    let state = unpacked(object.state.clone(), &kind.ty);
    if state.is_null() {
        return vec![complaint("Import returned null resource", "The object is null")];
    }
    let written = assert_write_only_null(kind.block(), &state);
    let mut found = complaints("Import returned a non-null value for a write-only attribute", written);
    if object.type_name != kind.name {
        found.push(complaint(INVALID_OBJECT, &format!("{} is not a {}", object.type_name, kind.name)));
    }
    found
}

/// What was read right after the beginning of an import.
pub fn read_after_import(read: &Object) -> Complaints {
    let gone = || complaint("Cannot import non-existent remote object", "The object is not there");
    read.value.is_null().then(gone).into_iter().collect()
}

/// An object that comes from another type.
pub fn moved(kind: &Kind, state: &Value) -> Complaints {
    let mut breaches = object(kind, state, false);
    if state.is_null() {
        breaches.push(Breach { path: Path::root(), reason: "the object is null".to_owned() });
    }
    complaints("Provider returned invalid value", breaches)
}

/// What a data source found.
pub fn found(kind: &Kind, config: &Value, state: &Value, deferred: bool) -> Complaints {
    if state.is_null() {
        return vec![complaint("Provider produced null object", "There is nothing in the answer")];
    }
    let mut breaches = object(kind, state, deferred);
    breaches.extend(assert_plan_valid(kind.block(), &Value::Null, config, state));
    complaints(INVALID_OBJECT, breaches)
}

/// What is wrong with the schemas, as core says it before any command.
pub fn schemas(answer: &wire::get_provider_schema::Response) -> Vec<String> {
    let Some(provider) = &answer.provider else { return vec!["missing provider schema".to_owned()] };
    let kinds = [
        ("managed resource type", &answer.resource_schemas),
        ("data source type", &answer.data_source_schemas),
        ("ephemeral resource type", &answer.ephemeral_resource_schemas),
        ("list resource type", &answer.list_resource_schemas),
    ];
    let named = kinds
        .into_iter()
        .flat_map(|(kind, schemas)| schemas.iter().map(move |(name, schema)| (kind, name.as_str(), schema)));
    let all = std::iter::once(("provider", "", provider)).chain(named);
    all.flat_map(|(kind, name, schema)| {
        let faults = schema.block.as_ref().map_or_else(|| vec!["there is no block".to_owned()], block);
        faults.into_iter().map(move |fault| {
            format!("provider has invalid schema for {kind} {name}, which is a bug in the provider: {fault}")
        })
    })
    .collect()
}

fn block(block: &wire::schema::Block) -> Vec<String> {
    let mut faults: Vec<String> = block.attributes.iter().flat_map(attribute).collect();
    for nested in &block.block_types {
        if block.attributes.iter().any(|attribute| attribute.name == nested.type_name) {
            faults.push(format!("{}: the name is an attribute's too", nested.type_name));
        }
        let inner = nested.block.as_ref().map_or_else(|| vec!["there is no block".to_owned()], self::block);
        faults.extend(inner.into_iter().map(|fault| format!("{}.{fault}", nested.type_name)));
    }
    faults
}

fn attribute(attribute: &wire::schema::Attribute) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |text: &str| faults.push(format!("{}: {text}", attribute.name));
    match (attribute.required, attribute.optional, attribute.computed) {
        (true, false, false) | (false, true, _) | (false, false, true) => {}
        _ => fault("must be required, optional, computed, or optional and computed"),
    }
    match (&attribute.nested_type, attribute.r#type.is_empty()) {
        (Some(_), true) => {}
        (None, false) if serde_json::from_slice::<serde_json::Value>(&attribute.r#type).is_ok() => {}
        (None, false) => fault("the type is not JSON"),
        _ => fault("must have a type or a nested type"),
    }
    if attribute.write_only && attribute.computed {
        fault("must not be both write-only and computed");
    }
    if !attribute.deprecated && !attribute.deprecation_message.is_empty() {
        fault("has a deprecation message, and is not deprecated");
    }
    let inner = attribute.nested_type.iter().flat_map(|object| &object.attributes);
    faults.extend(inner.flat_map(self::attribute).map(|fault| format!("{}.{fault}", attribute.name)));
    faults
}
