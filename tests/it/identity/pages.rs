//! The imports of the resources' pages: the identity names the object that the id names.

use std::collections::BTreeMap;

use super::*;
use crate::examples::running::blocks;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_show_one_object_by_its_id_and_by_its_identity() {
    let mut shown: BTreeMap<String, (Json, Json)> = BTreeMap::new();
    for block in blocks("resources", "import") {
        let (id, identity) = shown.entry(block.kind).or_default();
        if block.content["id"].is_string() {
            *id = block.content["id"].clone();
        } else {
            *identity = block.content["identity"].clone();
        }
    }
    assert_eq!(shown.len(), 4);
    let world = World::new(&[]).await;
    for (name, (id, identity)) in shown {
        let kind = kind(&name);
        let by_id = world.core.import(&kind, id.as_str().expect("an id")).await.ok().unwrap();
        let by_identity = world.core.import_by_identity(&kind, &identity).await.ok().unwrap();
        assert_eq!((by_id.value, by_id.identity), (by_identity.value, by_identity.identity), "{name}");
    }
}
