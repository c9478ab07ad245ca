//! Identities, over gRPC: their schemas, upgrades, imports by them, and what becomes of them when something goes wrong.

use std::collections::BTreeMap;

use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::{Type, Value};
use serde_json::{Value as Json, json};
use tonic::Code;

use super::{demand, errors, silent};
use crate::core::identities::{Stored, sent};
use crate::core::{Core, Kind, Object, Plan, raw};

fn blocks() -> Kind {
    Kind::toy("toy_blocks")
}

/// An identity of `toy_demand`.
fn path(parts: &[&str]) -> Value {
    Value::map([("path", Value::List(parts.iter().map(|part| Value::from(*part)).collect()))])
}

fn by_name(prefix: &str, name: &str) -> Value {
    Value::map([("prefix", Value::from(prefix)), ("name", Value::from(name))])
}

async fn planned(core: &Core, kind: &Kind, object: &Object, json: &Json) -> Plan {
    core.plan(kind, object, &kind.config(json)).await.ok()
}

#[tokio::test]
async fn every_type_declares_its_identity() {
    let core = silent().await;
    let request = wire::get_resource_identity_schemas::Request {};
    let answer = core.rpc.clone().get_resource_identity_schemas(request).await.unwrap().into_inner();
    assert!(answer.diagnostics.is_empty());
    let schemas: BTreeMap<_, _> = answer.identity_schemas.into_iter().collect();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["toy_blocks", "toy_demand", "toy_kinds", "toy_rule_set"]);
    let [blocks, demand] = ["toy_blocks", "toy_demand"].map(|name| &schemas[name]);
    let shown = |schema: &wire::ResourceIdentitySchema| -> Vec<(String, String, bool, bool)> {
        let attributes = schema.identity_attributes.iter().cloned();
        attributes
            .map(|one| {
                (one.name, String::from_utf8(one.r#type).unwrap(), one.required_for_import, one.optional_for_import)
            })
            .collect()
    };
    let attribute = |name: &str, ty: &str, required: bool| (name.to_owned(), ty.to_owned(), required, !required);
    assert_eq!(shown(blocks), [attribute("prefix", "\"string\"", false), attribute("name", "\"string\"", true)]);
    assert_eq!(shown(demand), [attribute("path", "[\"list\",\"string\"]", true)]);
    assert_eq!((blocks.version, demand.version), (0, 1));
    assert_eq!(blocks.identity_attributes[0].description, "Defaults to `toy`.");
}

#[tokio::test]
async fn a_stored_identity_of_every_version_is_brought_to_the_present_form() {
    let core = silent().await;
    let kind = demand();
    let old = core.load_identity(&kind, &Stored { version: 0, json: json!({"id": "toy-a"}) }).await.ok();
    assert_eq!(old, path(&["toy", "a"]));
    let same = core.upgrade_identity(&kind, 1, &json!({"path": ["toy", "b"]})).await.ok();
    assert_eq!(same, path(&["toy", "b"]), "asked for the present version, though core does not ask then");
}

#[tokio::test]
async fn a_stored_identity_that_cannot_be_read_is_refused_with_what_to_do() {
    let core = silent().await;
    let broken = core.upgrade_identity(&demand(), 0, &json!({"name": "a"})).await;
    assert!(broken.answer.is_null() && broken.errors()[0].starts_with("Not an identity of toy_demand"), "{broken:?}");
    let stray = core.upgrade_identity(&demand(), 1, &json!({"stray": 1})).await.errors();
    assert!(
        stray[0].starts_with("Unreadable identity of toy_demand: ") && stray[0].contains("terraform state rm"),
        "{stray:?}"
    );
    let unknown = core.upgrade_identity(&blocks(), 3, &json!({})).await.errors();
    assert!(unknown[0].contains("written under version 3 of the identity's schema"), "{unknown:?}");
    let request = wire::upgrade_resource_identity::Request {
        type_name: demand().name,
        version: 0,
        raw_identity: Some(wire::RawState { json: b"{".to_vec(), ..Default::default() }),
    };
    let answer = core.rpc.clone().upgrade_resource_identity(request).await.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics).len(), 1, "{answer:?}");
    let newer = core.load_identity(&demand(), &Stored { version: 2, json: json!({}) }).await.errors();
    assert!(newer[0].starts_with("Resource instance managed by newer provider version"), "{newer:?}");
}

#[tokio::test]
async fn an_import_by_identity_begins_as_one_by_id_and_completes_what_was_left_out() {
    let core = Core::toy().await;
    let kind = blocks();
    let made = core.create(&kind, &json!({"name": "a"})).await.ok();
    let by_id = core.import(&kind, "toy-a").await.ok().unwrap();
    let begun = core.import_by_identity(&kind, &json!({"prefix": null, "name": "a"})).await.ok().unwrap();
    assert_eq!((&begun.value, &begun.identity), (&by_id.value, &by_name("toy", "a")));
    let read = core.read(&kind, &begun).await.ok();
    assert_eq!((read.value, read.identity), (made.value, made.identity));
}

#[tokio::test]
async fn an_import_by_an_identity_that_says_too_little_or_nonsense_is_refused() {
    let core = silent().await;
    let kind = blocks();
    let nameless = core.import_by_identity(&kind, &json!({"prefix": "toy", "name": null})).await;
    assert!(nameless.answer.is_none());
    let whole = "The identity to import toy_blocks by is not whole: `name` is required and was not given.";
    assert_eq!(nameless.errors(), [whole]);
    let unknown = Value::map([("prefix", Value::Unknown), ("name", Value::Unknown)]);
    let unknown = core.import_identity(&kind, &unknown).await.errors();
    assert!(unknown.len() == 2 && unknown[0].contains("is not known yet: `prefix` depends on"), "{unknown:?}");
    let nonsense = core.import_by_identity(&demand(), &json!({"path": ["nonsense"]})).await.errors();
    assert!(nonsense[0].starts_with("Not the id of a toy"), "{nonsense:?}");
}

#[tokio::test]
async fn an_import_names_its_object_in_one_way() {
    let core = silent().await;
    let kind = blocks();
    let request = wire::import_resource_state::Request {
        type_name: kind.name.clone(),
        id: "toy-a".to_owned(),
        identity: sent(&by_name("toy", "b"), &kind.identity.ty()),
        ..Default::default()
    };
    let answer = core.rpc.clone().import_resource_state(request).await.unwrap().into_inner();
    let found = errors(&answer.diagnostics);
    assert!(
        answer.imported_resources.is_empty() && found[0].starts_with("An import names its object by id or by identity"),
        "{found:?}"
    );
}

#[tokio::test]
async fn an_identity_that_says_the_same_keeps_its_stored_spelling() {
    let core = Core::toy().await;
    let kind = Kind::toy("toy_kinds");
    let made = core.create(&kind, &json!({"name": "teddy"})).await.ok();
    assert_eq!(made.identity, Value::map([("id", "toy-teddy".into())]));
    let stored = Object { identity: Value::map([("id", "TOY-teddy".into())]), ..made };
    let read = core.read(&kind, &stored).await.ok();
    assert_eq!(read.identity, stored.identity);
    let config = json!({"name": "teddy", "size": 7});
    let plan = planned(&core, &kind, &read, &config).await;
    assert_eq!(plan.identity, stored.identity);
    let changed = core.apply(&kind, &read.value, &plan, &kind.config(&config)).await.ok();
    assert_eq!(changed.identity, stored.identity);
}

#[tokio::test]
async fn a_plan_of_a_create_tells_no_identity_before_it_is_known_and_a_destroy_has_none() {
    let core = Core::toy().await;
    let plan = planned(&core, &blocks(), &Object::none(), &json!({"name": "a"})).await;
    assert!(plan.identity.is_null(), "the id is made by the create");
    let made = core.create(&blocks(), &json!({"name": "a"})).await.ok();
    assert_eq!(made.identity, by_name("toy", "a"));
    let destroy = core.plan(&blocks(), &made, &Value::Null).await.ok();
    assert!(destroy.identity.is_null());
}

#[tokio::test]
async fn an_object_of_a_state_without_identities_gets_one_at_its_first_read() {
    let core = Core::toy().await;
    let made = core.create(&demand(), &json!({"name": "a"})).await.ok();
    let old = Object { identity: Value::Null, ..made };
    assert_eq!(core.read(&demand(), &old).await.ok().identity, path(&["toy", "a"]));
    let plan = planned(&core, &demand(), &old, &json!({"name": "a", "note": "n"})).await;
    assert_eq!(plan.identity, path(&["toy", "a"]));
}

#[tokio::test]
async fn a_move_tells_the_identity_of_what_it_takes_over() {
    let core = silent().await;
    let kind = demand();
    let request = wire::move_resource_state::Request {
        source_provider_address: "registry.terraform.io/acrnet/old".to_owned(),
        source_type_name: "old_toy".to_owned(),
        source_state: Some(raw(&json!({"id": "toy-a"}))),
        target_type_name: kind.name.clone(),
        ..Default::default()
    };
    let answer = core.rpc.clone().move_resource_state(request).await.unwrap().into_inner();
    assert_eq!(answer.target_identity, sent(&path(&["toy", "a"]), &kind.identity.ty()));
}

#[tokio::test]
async fn what_fails_or_panics_keeps_the_identity() {
    let core = Core::toy().await;
    let kind = demand();
    let changes = [
        ("fails_in", "update"),
        ("fails_in", "update_partly"),
        ("panics_in", "update"),
        ("panics_in", "update_after_note"),
    ];
    for (how, place) in changes {
        let made = core.create(&kind, &json!({"name": "a"})).await.ok();
        let config = json!({"name": "a", "note": place, how: place});
        let plan = planned(&core, &kind, &made, &config).await;
        let failed = core.apply(&kind, &made.value, &plan, &kind.config(&config)).await;
        assert_eq!(failed.errors().len(), 1, "{failed:?}");
        assert_eq!(failed.answer.identity, path(&["toy", "a"]), "{how} {place}");
    }
    for (how, place) in [("fails_in", "delete"), ("panics_in", "delete"), ("fails_in", "read"), ("panics_in", "read")] {
        let made = core.create(&kind, &json!({"name": "b", how: place})).await.ok();
        let failed = if place == "read" {
            core.read(&kind, &made).await
        } else {
            let plan = core.plan(&kind, &made, &Value::Null).await.ok();
            core.apply(&kind, &made.value, &plan, &Value::Null).await
        };
        assert_eq!(failed.errors().len(), 1, "{failed:?}");
        assert_eq!(failed.answer.identity, path(&["toy", "b"]), "{how} {place}");
    }
}

#[tokio::test]
async fn a_create_has_the_identity_of_what_it_left_and_none_of_nothing() {
    let core = Core::toy().await;
    let kind = demand();
    let partly = core.create(&kind, &json!({"name": "a", "fails_in": "create_partly"})).await;
    assert_eq!(partly.answer.identity, path(&["toy", "a"]));
    let noted = core.create(&kind, &json!({"name": "b", "panics_in": "create_after_note"})).await;
    assert_eq!(noted.answer.identity, path(&["toy", "b"]));
    for place in ["fails_in", "panics_in"] {
        let nothing = core.create(&kind, &json!({"name": "c", place: "create"})).await;
        assert!(nothing.answer.value.is_null() && nothing.answer.identity.is_null(), "{nothing:?}");
    }
}

#[tokio::test]
async fn a_panic_while_an_identity_is_worked_out_is_a_message() {
    let core = Core::toy().await;
    let config = demand().config(&json!({"name": "a", "panics_in": "identity"}));
    let plan = core.plan(&demand(), &Object::none(), &config).await;
    assert!(plan.errors()[0].starts_with("The provider panicked: asked to panic in identity"), "{plan:?}");
    let made = core.create(&demand(), &json!({"name": "a"})).await.ok();
    let Value::Map(mut state) = made.value else { panic!("an object") };
    state.insert("panics_in".to_owned(), "identity".into());
    state.insert("fails_in".to_owned(), "delete".into());
    let state = Value::Map(state);
    let delete = Plan { planned: Value::Null, replace: Vec::new(), private: Vec::new(), identity: Value::Null };
    let left = core.apply(&demand(), &state, &delete, &Value::Null).await;
    assert!(left.errors()[0].starts_with("The provider panicked: asked to panic in identity"), "{left:?}");
    assert_eq!(left.answer.value, state, "what is there stays in the state");
    assert!(core.import(&demand(), "toy-a").await.ok().is_some(), "the process lives on");
}

#[tokio::test]
async fn bytes_that_are_no_identity_of_the_type_are_refused() {
    let core = Core::toy().await;
    let stray = sent(&Value::map([("id", "a".into())]), &Type::object([("id", Type::String)]));
    let request =
        wire::read_resource::Request { type_name: demand().name, current_identity: stray, ..Default::default() };
    assert_eq!(core.rpc.clone().read_resource(request).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_terraform_that_knows_no_identities_lacks_nothing() {
    let core = Core::toy().await.without_identities();
    let made = core.create(&demand(), &json!({"name": "a"})).await.ok();
    assert!(made.identity.is_null() && !made.value.is_null());
    assert_eq!(core.read(&demand(), &made).await.ok().value, made.value);
}

#[cfg(debug_assertions)]
mod broken_rules {
    //! A provider whose identities break a rule is told so by its own debug build.

    use super::*;

    /// Creates the object, then changes its note, with an identity that follows it.
    async fn changed(breaks: &str) -> Vec<String> {
        let core = Core::toy().await;
        let kind = demand();
        let made = core.create(&kind, &json!({"name": "a"})).await.ok();
        let config = kind.config(&json!({"name": "a", "note": "n", "breaks": breaks}));
        core.plan(&kind, &made, &config).await.errors()
    }

    #[tokio::test]
    async fn an_identity_that_changes_in_place() {
        let errors = changed("identity_changes").await;
        assert!(
            errors[0].starts_with("The identity planned for toy_demand broke Terraform's rules: the identity was "),
            "{errors:?}"
        );
        assert!(errors[0].contains("This is a bug in the provider"), "{errors:?}");
    }

    #[tokio::test]
    async fn an_identity_that_is_unknown_or_lost_in_place() {
        let errors = changed("identity_unknown").await;
        assert!(errors[0].contains("path[2]: the provider still indicated an unknown value"), "{errors:?}");
        let errors = changed("identity_absent").await;
        assert!(errors[0].contains("the identity was "), "{errors:?}");
    }

    #[tokio::test]
    async fn an_object_that_is_made_without_one_or_with_an_unknown_one() {
        let core = Core::toy().await;
        let absent = core.create(&demand(), &json!({"name": "a", "breaks": "identity_absent"})).await;
        let said = "The identity reached by applying toy_demand broke Terraform's rules: there is an object, but no identity of it";
        assert!(absent.errors()[0].starts_with(said), "{absent:?}");
        assert!(!absent.answer.value.is_null(), "what was made is not lost");
        let unknown = core.create(&demand(), &json!({"name": "a", "breaks": "identity_unknown"})).await;
        assert!(unknown.errors()[0].contains("path[2]: the provider still indicated an unknown value"), "{unknown:?}");
    }

    #[tokio::test]
    async fn an_identity_that_a_refresh_changes() {
        let core = Core::toy().await;
        let made = core.create(&demand(), &json!({"name": "a", "note": "n", "breaks": "identity_changes"})).await.ok();
        let stored = Object { identity: path(&["toy", "a", "before"]), ..made };
        let read = core.read(&demand(), &stored).await;
        assert!(read.errors()[0].starts_with("The identity read for toy_demand broke"), "{read:?}");
    }
}
