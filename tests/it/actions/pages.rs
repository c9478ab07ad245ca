//! The examples of the actions' pages, done as they stand there.

use std::path::Path;

use acrnet::terraform::value::Value;

use super::driving::action;
use crate::examples::estate;
use crate::examples::running::{blocks, provider, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_actions_of_the_pages_do_what_they_say() {
    let mut verified = 0;
    for block in blocks("actions", "action") {
        let kind = action(provider(), &block.kind);
        let (azure, core) = world("Deny").await;
        let rule = serde_json::json!([{"action": "Allow", "value": "16.17.18.0/24"}]);
        azure
            .edit(&estate::registry(), &serde_json::json!({"properties": {"networkRuleSet": {"ipRules": rule}}}))
            .unwrap();
        let config = kind.config(&block.content["config"]);
        let said = core.act(&kind, &config).await;
        let file = block.file.strip_prefix(estate::folder("actions")).unwrap_or(Path::new("")).display();
        assert!(said.errors().is_empty(), "{file}: {:#?}", said.errors());
        let set = azure.resource(&estate::registry()).unwrap()["properties"]["networkRuleSet"].clone();
        if block.kind == "acrnet_verify_registry_access" {
            assert!(said.answer.iter().any(|line| line.contains("lets this machine in")), "{file}: {:#?}", said.answer);
            verified += 1;
            continue;
        }
        assert_eq!(set["defaultAction"], "Allow", "{file}");
        let keeps = config.entry("keep_rules") == Some(&Value::Bool(true));
        assert_eq!(set["ipRules"] == rule, keeps, "{file}: {set}");
    }
    assert_eq!(verified, 2);
}
