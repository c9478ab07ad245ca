//! Blocks that the Terraform at hand does not know, given to a provider by a host that does.

use std::path::{Path, PathBuf};

use acrnet::provider::{ADDRESS, AcrnetProvider};
use acrnet::simulator::{Config, Settings, Simulator};
use acrnet::terraform::environment::Environment;
use serde_json::{Value as Json, json};

use super::estate;
use crate::core::Core;
use crate::host::HostOptions;
use crate::host::process;
use crate::terraform::{Workspace, text};

/// A block of an example: the type that it is of, and what is in it.
pub struct Block {
    pub file: PathBuf,
    pub kind: String,
    pub content: Json,
}

pub fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

/// The Azure of the examples, and a provider that is configured for it.
pub async fn world(default_action: &str) -> (Simulator, Core) {
    let settings = Settings { client_address: estate::MACHINE.to_owned(), ..Settings::default() };
    let azure = Simulator::start(Config { settings, ..Config::default() }).unwrap();
    azure.seed(&estate::seed(default_action)).unwrap();
    let core = Core::start(HostOptions::default()).await;
    let subscription = estate::GROUP.split('/').nth(2).unwrap();
    let block = json!({
        "endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any", "subscription_id": subscription,
    });
    core.configure(&provider(), &block).await.ok();
    (azure, core)
}

/// All blocks of that sort (`action`, `list`, `import`) in the examples of that folder, evaluated by the real Terraform: as outputs, since it does not
/// know the blocks themselves.
pub fn blocks(folder: &str, sort: &str) -> Vec<Block> {
    let files = super::files(&estate::folder(folder)).into_iter();
    let of_pages = files.filter(|file| of_type(file).starts_with("acrnet_"));
    let found: Vec<Block> = of_pages.flat_map(|file| in_file(&file, sort)).collect();
    assert!(!found.is_empty(), "no {sort} in {folder}");
    found
}

/// The type that an example is of: its folder.
fn of_type(file: &Path) -> &str {
    file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default()
}

fn in_file(file: &Path, sort: &str) -> Vec<Block> {
    let example = estate::example(file);
    let opening = format!("{sort} ");
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut within = false;
    for line in example.lines() {
        if let Some(labels) = line.strip_prefix(&opening) {
            // An `import` block has no labels.
            blocks.push((labels.split('"').nth(1).unwrap_or(of_type(file)).to_owned(), String::new()));
            within = true;
        } else if line == "}" {
            within = false;
        } else if within {
            let (_, content) = blocks.last_mut().expect("a block that was begun");
            *content += &as_member(line);
        }
    }
    let kinds: Vec<String> = blocks.iter().map(|(kind, _)| kind.clone()).collect();
    let outputs = blocks
        .iter()
        .enumerate()
        .map(|(number, (_, content))| format!("output \"block_{number}\" {{\n  value = {{\n{content}  }}\n}}\n"));
    let contents = evaluated(&outputs.collect::<String>());
    let block = |(number, kind): (usize, String)| {
        let content = contents[&format!("block_{number}")]["value"].clone();
        Block { file: file.to_owned(), kind, content }
    };
    kinds.into_iter().enumerate().map(block).collect()
}

/// A line of a block as one of an object: what only a block can hold is Terraform's own, and the provider never hears of it.
fn as_member(line: &str) -> String {
    let name = line.trim_start();
    if ["provider ", "for_each ", "to "].iter().any(|own| name.starts_with(own)) {
        return String::new();
    }
    let subscription = format!("\"{}\"", estate::GROUP.split('/').nth(2).unwrap());
    format!("{}\n", line.replace("config {", "config = {").replace("each.value", &subscription))
}

fn evaluated(outputs: &str) -> Json {
    let workspace = Workspace::new(ADDRESS, &process::provider(), outputs);
    let applied = workspace.run(&["apply", "-auto-approve", "-input=false"]);
    assert!(applied.status.success(), "{outputs}\n{}", text(&applied));
    serde_json::from_slice(&workspace.run(&["output", "-json"]).stdout).expect("JSON")
}
