//! The examples of the lists' pages, asked as they stand there.

use super::host::{Block, LIMIT};
use crate::examples::estate;
use crate::examples::running::{blocks, provider, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lists_of_the_pages_find_what_is_there() {
    let (_azure, core) = world("Deny").await;
    for block in blocks("list-resources", "list") {
        let config = match &block.content["config"] {
            left_out if left_out.is_null() => serde_json::json!({}),
            config => config.clone(),
        };
        let list = Block::of(provider, &block.kind, &config).limited(block.content["limit"].as_i64().unwrap_or(LIMIT));
        let with_resources = block.content["include_resource"] == true;
        let found = core.query(&if with_resources { list.with_resources() } else { list }).await.ok();
        let wanted = if block.kind == "acrnet_subnet_service_endpoint" { "example/build" } else { "myregistry" };
        let file = block.file.strip_prefix(estate::folder("list-resources")).unwrap_or(&block.file).display();
        assert_eq!(found.len(), 1, "{file}: {found:#?}");
        assert!(found[0].display_name.starts_with(wanted), "{file}: {found:#?}");
        assert_eq!(!found[0].state.is_null(), with_resources, "{file}");
    }
}
