//! The schemas of the actions, which no Terraform at hand can show, against a golden file: whatever changes in them is seen in a review.
//! `UPDATE_GOLDEN=1 cargo test --all-features golden` writes the file anew.

use std::path::Path;
use std::{env, fs};

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::schema::{Mode, Schema};
use serde_json::{Map, Value as Json, json};

#[test]
fn the_schemas_of_the_actions_are_the_golden_ones() {
    let server = Server::new(AcrnetProvider::new(Environment::default()));
    let mut actions: Vec<_> = server.actions().values().map(|action| (action.name(), shown(action.schema()))).collect();
    actions.sort_by_key(|(name, _)| *name);
    let actions: Map<String, Json> = actions.into_iter().map(|(name, shown)| (name.to_owned(), shown)).collect();
    let shown = format!("{:#}\n", Json::Object(actions));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/actions.json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &shown).unwrap();
    }
    let golden = fs::read_to_string(&file).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    assert!(
        shown == golden,
        "not the golden schemas any more: if that is meant, UPDATE_GOLDEN=1 writes them anew\n{shown}"
    );
}

fn shown(schema: &Schema) -> Json {
    let attributes = schema.block.attributes.iter().map(|attribute| {
        let shown = json!({
            "type": attribute.ty().to_json(),
            "required": attribute.mode == Mode::Required,
            "description": attribute.description,
        });
        (attribute.name.clone(), shown)
    });
    json!({"description": schema.block.description, "attributes": attributes.collect::<Map<_, _>>()})
}
