//! What Terraform has stored, and somebody may have edited: the first line is a resource type and a version, the rest its JSON.
//!
//! It is read as a state, as an identity, as private data and as what azapi left; what is taken is fit to be stored, and stays the same from then on.

use std::sync::LazyLock;

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::conform::{assert_conforms_to_type, assert_identity_valid, assert_wholly_known_result};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::{ImportBy, MoveSource, Private, Server};
use acrnet::terraform::value::{Value, json};
use serde_json::Value as Json;

use super::{assert_sound, assert_unbroken, text};

static SERVER: LazyLock<Server<AcrnetProvider>> =
    LazyLock::new(|| Server::new(AcrnetProvider::new(Environment::default())));

/// Reads the input as everything that is stored of a resource.
pub fn run(input: &[u8]) {
    let private = Private::decode(input);
    assert_eq!(Private::decode(&private.encode()), private);
    let text = text(input);
    let Some((head, stored)) = text.split_once('\n') else { return };
    let (name, version) = head.split_once(' ').unwrap_or((head, "0"));
    let version = version.parse().unwrap_or(0);
    if SERVER.resource(name).is_err() {
        return;
    }
    imported(name, stored);
    let Ok(stored) = serde_json::from_str::<Json>(stored) else { return };
    upgraded(name, version, &stored);
    upgraded_identity(name, version, &stored);
    moved(name, version, stored);
}

fn upgraded(name: &str, version: i64, stored: &Json) {
    let (state, found) = SERVER.upgrade(name, version, stored.clone());
    assert_sound("an upgrade", &found);
    assert!(!found.has_error() || state.is_null(), "an error and a state: {state:?}");
    fit_to_be_stored(name, &state);
}

/// A state can be written and read again, and asked for its identity and its configuration.
fn fit_to_be_stored(name: &str, state: &Value) {
    let resource = SERVER.resource(name).expect("a type that was found before");
    assert_unbroken("a state", &assert_wholly_known_result(state, resource.ty()));
    assert_unbroken("a state", &assert_conforms_to_type(state, resource.ty()));
    if state.is_null() {
        return;
    }
    let stored = json::encode(state, resource.ty()).expect("a state can be stored");
    let (again, found) = SERVER.upgrade(name, resource.schema().version, stored);
    assert_eq!((&again, found.has_error()), (state, false), "a state does not change by being stored");
    if let Some(identity) = resource.identity_of(state) {
        assert_unbroken("an identity", &assert_identity_valid(&identity, resource.identity_ty()));
    }
    let (config, found) = SERVER.generate(name, state);
    assert_sound("generated configuration", &found);
    assert_unbroken("generated configuration", &assert_conforms_to_type(&config, resource.ty()));
}

fn upgraded_identity(name: &str, version: i64, stored: &Json) {
    let (identity, found) = SERVER.upgrade_identity(name, version, stored.clone());
    assert_sound("an upgrade of an identity", &found);
    if identity.is_null() {
        return;
    }
    let (import, _) = SERVER.import(name, ImportBy::Identity(identity), false);
    assert_sound("an import by identity", &import.diagnostics);
    fit_to_be_stored(name, &import.state);
}

fn imported(name: &str, id: &str) {
    let (import, _) = SERVER.import(name, ImportBy::Id(id.to_owned()), false);
    assert_sound("an import", &import.diagnostics);
    fit_to_be_stored(name, &import.state);
}

fn moved(name: &str, schema_version: i64, state: Json) {
    let provider = "registry.terraform.io/azure/azapi".to_owned();
    let source = MoveSource { provider, type_name: "azapi_update_resource".to_owned(), schema_version, state };
    let moved = SERVER.moved(name, &source);
    assert_sound("a move", &moved.diagnostics);
    fit_to_be_stored(name, &moved.state);
}
