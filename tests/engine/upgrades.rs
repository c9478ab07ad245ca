//! The state of every release, as the real Terraform wrote it, under the provider of today: nothing to do, and a destroy that remembers.
//!
//! A folder below `tests/fixtures/states/` per release: the configuration, what Azure held then, the state. `RECORD_STATE=1 cargo test
//! --all-features upgrades` writes that of the version in `Cargo.toml` by the recipe; those of older ones are never written again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

use crate::azure::Azure;
use crate::support::Workspace;

/// One test for both, so that nothing reads the folder while it is written anew.
#[test]
fn the_state_of_every_release_plans_empty_and_can_be_destroyed() {
    if env::var_os("RECORD_STATE").is_some() {
        write(&states().join(concat!("v", env!("CARGO_PKG_VERSION"))));
    }
    let releases = releases();
    assert!(!releases.is_empty(), "no state of any release is kept");
    for release in releases {
        assert_upgrades(&release);
    }
}

fn assert_upgrades(release: &Path) {
    let workspace = restored(release);
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0], "{}", release.display());
    workspace.destroy();
    let before = Azure::new();
    before.simulator().seed(&read(&release.join("before.json"))).unwrap();
    assert_eq!(held(&workspace.azure), held(&before), "what {} left was not brought back", release.display());
}

/// A workspace as the release left it: its configuration, its state, its Azure.
fn restored(release: &Path) -> Workspace {
    let workspace = Workspace::new();
    workspace.azure.simulator().seed(&read(&release.join("azure.json"))).unwrap();
    workspace.write(&fs::read_to_string(release.join("main.tf")).unwrap());
    fs::copy(release.join("state.json"), workspace.module().join("terraform.tfstate")).unwrap();
    workspace
}

/// Applies the recipe, and keeps what there is then.
fn write(release: &Path) {
    let recipe = states().join("recipe");
    let workspace = Workspace::new();
    workspace.azure.simulator().seed(&read(&recipe.join("before.json"))).unwrap();
    workspace.write(&fs::read_to_string(recipe.join("main.tf")).unwrap());
    workspace.apply();
    fs::create_dir_all(release).unwrap();
    for name in ["main.tf", "before.json"] {
        fs::copy(recipe.join(name), release.join(name)).unwrap();
    }
    fs::copy(workspace.module().join("terraform.tfstate"), release.join("state.json")).unwrap();
    fs::write(release.join("azure.json"), format!("{:#}\n", workspace.azure.simulator().state())).unwrap();
}

/// What the provider manages of an Azure: the rules of each registry, the services of each subnet.
fn held(azure: &Azure) -> BTreeMap<String, Value> {
    let state = azure.simulator().state();
    let list = |of: &Value, at: &str| of.pointer(at).and_then(Value::as_array).cloned().unwrap_or_default();
    let id = |of: &Value| of["id"].as_str().unwrap_or_default().to_ascii_lowercase();
    let registries = list(&state, "/registries").into_iter().map(|registry| {
        let rules = &registry["properties"]["networkRuleSet"];
        let values = |member: &str, at: &str| {
            let mut values: Vec<String> = list(rules, member).iter().map(|rule| rule[at].to_string()).collect();
            values.sort_unstable();
            values
        };
        let ip_rules = values("/ipRules", "value");
        let subnets = values("/virtualNetworkRules", "virtualNetworkSubnetResourceId");
        (id(&registry), json!([rules["defaultAction"], ip_rules, subnets]))
    });
    let networks = list(&state, "/virtualNetworks");
    let subnets = networks.iter().flat_map(|network| list(network, "/properties/subnets")).map(|subnet| {
        let services: Vec<Value> =
            list(&subnet, "/properties/serviceEndpoints").iter().map(|it| it["service"].clone()).collect();
        (id(&subnet), json!(services))
    });
    registries.chain(subnets).collect()
}

fn releases() -> Vec<PathBuf> {
    let folders = fs::read_dir(states()).unwrap().map(|entry| entry.unwrap().path());
    let mut releases: Vec<PathBuf> = folders.filter(|folder| folder.join("state.json").is_file()).collect();
    releases.sort_unstable();
    releases
}

fn states() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/states")
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).expect("JSON")
}
