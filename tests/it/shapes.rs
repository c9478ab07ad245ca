//! The form of what is stored, release by release: a change of it that would leave a stored state behind is found here.
//!
//! `tests/fixtures/states/v<version>/shapes.json` holds, for each resource type, the schema version and type of its state and of its identity.
//! `RECORD_STATE=1 cargo test --all-features shapes` records those of the version in `Cargo.toml`, unless a state of the recorded form could not be
//! read any more. Then the schema's version has to be counted up, and `upgrade` has to read the older one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::value::{Path as Place, Type, json};
use serde_json::{Value as Json, json};

/// What a state or an identity looks like.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    version: i64,
    ty: Type,
}

/// Of each resource type, by `<type>.state` and `<type>.identity`.
type Shapes = BTreeMap<String, Shape>;

/// One test for both, so that nothing reads the file while it is written anew.
#[test]
fn the_forms_of_this_version_are_recorded_and_those_of_every_release_can_be_read() {
    let (present, file) = (present(), states().join(concat!("v", env!("CARGO_PKG_VERSION"))).join("shapes.json"));
    let recorded = file.is_file().then(|| read_shapes(&file));
    if env::var_os("RECORD_STATE").is_some() {
        assert_eq!(recorded.map(|recorded| left_behind(&recorded, &present)).unwrap_or_default(), [""; 0]);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("{:#}\n", written(&present))).unwrap();
    } else {
        let what = "the forms of what is stored are not the recorded ones; RECORD_STATE=1 records them, if nothing stored is left behind";
        assert_eq!(recorded, Some(present.clone()), "{what}");
    }
    for release in releases() {
        let left = left_behind(&read_shapes(&release.join("shapes.json")), &present);
        assert_eq!(left, [""; 0], "{}", release.display());
    }
}

#[test]
fn every_object_that_a_release_stored_is_read_with_all_that_it_holds() {
    let server = server();
    for release in releases() {
        let mut types = Vec::new();
        for (name, instance) in objects(&release.join("state.json")) {
            let version = instance["schema_version"].as_i64().unwrap();
            let resource = server.resource(&name).expect("a type that there still is");
            let (state, found) = server.upgrade(&name, version, instance["attributes"].clone());
            assert!(found.is_empty(), "{name} of {}: {found:?}", release.display());
            if version == resource.schema().version {
                let stored = json::encode(&state, resource.ty()).expect("a state can be stored");
                for (attribute, value) in instance["attributes"].as_object().unwrap() {
                    assert_eq!(stored[attribute], *value, "{attribute} of {name}");
                }
            }
            assert!(resource.identity_of(&state).is_some(), "{name} has lost its identity");
            types.push(name);
        }
        types.sort_unstable();
        types.dedup();
        let recorded = read_shapes(&release.join("shapes.json"));
        assert_eq!(recorded.len(), types.len() * 2, "an object of each type is in {}", release.display());
    }
}

#[test]
fn a_form_that_leaves_stored_states_behind_is_told_from_one_that_does_not() {
    let shape = |version: i64, attributes: &[(&str, Type)]| {
        let ty = Type::object(attributes.iter().map(|(name, ty)| (*name, ty.clone())));
        Shapes::from([("x.state".to_owned(), Shape { version, ty })])
    };
    let recorded = shape(1, &[("a", Type::String), ("o", Type::list(Type::object([("b", Type::Bool)])))]);
    let inner = |ty: Type| ("o", Type::list(Type::object([("b", ty), ("new", Type::Bool)])));
    let grown = shape(1, &[("a", Type::String), inner(Type::Bool), ("new", Type::Number)]);
    assert_eq!(left_behind(&recorded, &grown), [""; 0], "an attribute that was added is null in older states");
    for (present, what) in [
        (shape(1, &[("a", Type::String)]), "x.state, version 1: `o` is gone"),
        (shape(1, &[("a", Type::Bool), inner(Type::Bool)]), "x.state, version 1: `a` was \"string\" and is \"bool\""),
        (
            shape(1, &[("a", Type::String), inner(Type::String)]),
            "x.state, version 1: `o.b` was \"bool\" and is \"string\"",
        ),
        (shape(0, &[("a", Type::String), inner(Type::Bool)]), "x.state: version 1 was released, and this is version 0"),
        (Shapes::new(), "x.state is gone"),
    ] {
        assert_eq!(left_behind(&recorded, &present), [what]);
    }
    assert_eq!(
        left_behind(&recorded, &shape(2, &[])),
        [""; 0],
        "a new version has an upgrade, which states of the releases show"
    );
}

/// What of the recorded forms the present ones cannot read.
fn left_behind(recorded: &Shapes, present: &Shapes) -> Vec<String> {
    let mut found = Vec::new();
    for (name, old) in recorded {
        match present.get(name) {
            None => found.push(format!("{name} is gone")),
            Some(new) if new.version < old.version => {
                found
                    .push(format!("{name}: version {} was released, and this is version {}", old.version, new.version));
            }
            Some(new) if new.version > old.version => {}
            Some(new) => {
                let mut changed = Vec::new();
                differences(&old.ty, &new.ty, &Place::root(), &mut changed);
                found.extend(changed.into_iter().map(|what| format!("{name}, version {}: {what}", old.version)));
            }
        }
    }
    found
}

/// Attributes of the old type that the new one has no longer, or otherwise.
fn differences(old: &Type, new: &Type, place: &Place, found: &mut Vec<String>) {
    match (old, new) {
        (Type::Object(old), Type::Object(new)) => {
            for (name, ty) in old {
                let place = place.then_attribute(name);
                match new.get(name) {
                    Some(present) => differences(ty, present, &place, found),
                    None => found.push(format!("`{place}` is gone")),
                }
            }
        }
        (Type::List(old), Type::List(new)) | (Type::Set(old), Type::Set(new)) | (Type::Map(old), Type::Map(new)) => {
            differences(old, new, place, found);
        }
        _ if old == new => {}
        _ => found.push(format!("`{place}` was {} and is {}", old.to_json(), new.to_json())),
    }
}

fn server() -> Server<AcrnetProvider> {
    Server::new(AcrnetProvider::new(Environment::default()))
}

fn present() -> Shapes {
    let server = server();
    let shapes = server.resources().values().flat_map(|resource| {
        let (name, schema) = (resource.name(), resource.schema());
        let state = Shape { version: schema.version, ty: resource.ty().clone() };
        let identity = Shape { version: resource.identity_schema().version, ty: resource.identity_ty().clone() };
        [(format!("{name}.state"), state), (format!("{name}.identity"), identity)]
    });
    shapes.collect()
}

fn written(shapes: &Shapes) -> Json {
    shapes
        .iter()
        .map(|(name, shape)| (name.clone(), json!({"version": shape.version, "type": shape.ty.to_json()})))
        .collect()
}

fn read_shapes(file: &Path) -> Shapes {
    let shapes: BTreeMap<String, Json> = serde_json::from_str(&fs::read_to_string(file).unwrap()).expect("JSON");
    let shape = |json: &Json| Shape {
        version: json["version"].as_i64().expect("a version"),
        ty: Type::from_json(&json["type"]).expect("a type"),
    };
    shapes.iter().map(|(name, json)| (name.clone(), shape(json))).collect()
}

/// The objects in a state file, with their types.
fn objects(file: &Path) -> Vec<(String, Json)> {
    let state: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).expect("JSON");
    let resources = state["resources"].as_array().unwrap().clone();
    let instances = |resource: &Json| resource["instances"].as_array().unwrap().clone();
    let named = |resource: Json| {
        let name = resource["type"].as_str().unwrap().to_owned();
        instances(&resource).into_iter().map(move |instance| (name.clone(), instance))
    };
    resources.into_iter().flat_map(named).collect()
}

fn releases() -> Vec<PathBuf> {
    let folders = fs::read_dir(states()).unwrap().map(|entry| entry.unwrap().path());
    let releases: Vec<PathBuf> = folders.filter(|folder| folder.join("state.json").is_file()).collect();
    assert!(!releases.is_empty(), "no state of any release is kept");
    releases
}

fn states() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/states")
}
