//! The examples of the documentation's pages, and of whole configurations, under the real Terraform.
//!
//! Those of the pages are pieces: what they take for granted, a provider block and variables, is put before them, and what azurerm makes is
//! in the simulator ([`estate`]). Lists and actions are newer than the Terraform at hand: `tests/it/query/pages.rs`, `tests/it/actions/pages.rs`.

#[path = "../it/examples/estate.rs"]
mod estate;
mod hub_and_spoke;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::azure::Azure;
use crate::support::Workspace;

/// Variables that examples refer to, each with what somebody might say.
fn variables() -> [(&'static str, Value); 6] {
    [
        ("registry_id", json!(estate::registry())),
        ("subnet_ids", json!([format!("{}/subnets/aks", estate::network())])),
        ("ci_runners", json!(["52.57.22.38", "52.57.22.39"])),
        ("offices", json!(["16.17.18.0/24"])),
        ("allowed", json!(["16.17.18.0/24", "52.57.22.38/32", "52.57.22.38"])),
        ("image", json!("app:latest")),
    ]
}

/// An Azure as the examples speak of it: a rule set finds a new registry, everybody else one that is closed.
fn azure(example: &str) -> Azure {
    let azure = Azure::new();
    let new = example.contains("resource \"acrnet_registry_network_rule_set\"");
    azure.simulator().seed(&estate::seed(if new { "Allow" } else { "Deny" })).unwrap();
    azure.simulator().settings(|settings| estate::MACHINE.clone_into(&mut settings.client_address)).unwrap();
    azure
}

/// A workspace in which an example finds that Azure.
fn workspace(azure: impl Into<Arc<Azure>>) -> Workspace {
    let azure = azure.into();
    let url = azure.simulator().url().to_owned();
    let mut workspace = Workspace::with(azure);
    workspace.set("ARM_RESOURCE_MANAGER_ENDPOINT", &url);
    workspace.set("ARM_ACCESS_TOKEN", "any");
    workspace
}

/// An example, with the rule set that it may refer to.
fn read(file: &Path) -> String {
    let example = estate::example(file);
    let refers = example.contains(" acrnet_registry_network_rule_set.prod")
        || example.contains("(acrnet_registry_network_rule_set.prod");
    if !refers || example.contains("resource \"acrnet_registry_network_rule_set\" \"prod\"") {
        return example;
    }
    example + &estate::example(&estate::folder("resources/acrnet_registry_network_rule_set/resource.tf"))
}

/// Puts an example into the workspace, below what it takes for granted.
fn write(workspace: &Workspace, example: &str) {
    let asked =
        |name: &str| example.contains(&format!("var.{name}")) && !example.contains(&format!("variable \"{name}\""));
    let variables = variables().into_iter().filter(|(name, _)| asked(name));
    let variables: Vec<String> =
        variables.map(|(name, value)| format!("variable \"{name}\" {{\n  default = {value}\n}}\n")).collect();
    let variables = variables.concat();
    let provider = if example.contains("provider \"acrnet\"") { "" } else { "provider \"acrnet\" {}\n" };
    let text = format!("{provider}{variables}{example}");
    // One that is whole says itself which provider it needs.
    if example.contains("required_providers") {
        fs::write(workspace.module().join("main.tf"), text).unwrap();
    } else {
        workspace.write_all(&text);
    }
}

/// The resources of this provider in a configuration, by their addresses.
fn addresses(example: &str) -> Vec<String> {
    let blocks = example.lines().filter_map(|line| line.strip_prefix("resource \"acrnet_"));
    blocks
        .map(|labels| {
            let labels: Vec<&str> = labels.split('"').collect();
            format!("acrnet_{}.{}", labels[0], labels[2])
        })
        .collect()
}

/// Applies an example, without a word of warning, and then there is nothing to do.
fn applies(file: &Path) -> Workspace {
    let example = read(file);
    let workspace = workspace(azure(&example));
    write(&workspace, &example);
    let run = workspace.apply();
    assert_eq!(run.warnings(), [], "{}", file.display());
    for address in addresses(&example) {
        assert!(workspace.state(&address).is_some(), "{}: {address} was not made", file.display());
    }
    // A data source within a check block is read again at every apply, which makes a plan one of changes.
    if !example.contains("check \"this_machine_is_let_in\"") {
        workspace.assert_settled();
    }
    workspace
}

/// All examples in a folder, but those of imports.
fn of(folder: &str) -> Vec<PathBuf> {
    let folder = estate::folder(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| !file.file_name().unwrap().to_str().unwrap().starts_with("import"));
    files.sort_unstable();
    files
}

/// The folders in a folder.
fn types(folder: &str) -> Vec<String> {
    let mut names: Vec<String> =
        of(folder).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

/// Of a resource, every example is applied and destroyed, and what the first one makes is imported in both ways that Terraform 1.11 knows.
fn resource(name: &str) {
    for file in of(&format!("resources/{name}")) {
        applies(&file).destroy();
    }
    let folder = estate::folder(&format!("resources/{name}"));
    let minimal = folder.join("resource.tf");
    let made = applies(&minimal);
    let configuration = estate::example(&minimal);
    let address =
        addresses(&configuration).into_iter().find(|address| address.starts_with(&format!("{name}."))).unwrap();

    let by_block = workspace(Arc::clone(&made.azure));
    let import = estate::example(&folder.join("import-by-string-id.tf"));
    write(&by_block, &format!("{configuration}{import}"));
    let others = addresses(&configuration).len() - 1;
    let before = made.azure.writes().len();
    let planned = by_block.planned();
    let changes = planned["resource_changes"].as_array().unwrap();
    let imported = changes.iter().find(|change| change["address"] == address.as_str()).unwrap();
    assert_eq!(imported["change"]["actions"], json!(["no-op"]), "{imported:#}");
    assert!(imported["change"]["importing"].is_object(), "{imported:#}");
    assert_eq!(changes.len(), others + 1, "{changes:#?}");
    by_block.apply();
    by_block.assert_settled();

    let by_command = workspace(Arc::clone(&made.azure));
    write(&by_command, &configuration);
    let command = fs::read_to_string(folder.join("import.sh")).unwrap();
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    let ["terraform", "import", to, id] = words[..] else { panic!("{command}") };
    assert_eq!(to, address);
    let run = by_command.terraform(&["import", "-no-color", to, id]);
    assert!(run.success(), "{}{}", run.stdout, run.stderr);
    by_command.apply();
    by_command.assert_settled();
    assert_eq!(made.azure.writes().len(), before, "an import writes nothing");
}

#[test]
fn rule_sets_are_applied_and_imported() {
    resource("acrnet_registry_network_rule_set");
}

#[test]
fn endpoints_are_applied_and_imported() {
    resource("acrnet_subnet_service_endpoint");
}

#[test]
fn ip_rules_are_applied_and_imported() {
    resource("acrnet_registry_ip_rule");
}

#[test]
fn virtual_network_rules_are_applied_and_imported() {
    resource("acrnet_registry_virtual_network_rule");
}

#[test]
fn no_resource_is_left_out() {
    let tested = [
        "acrnet_registry_ip_rule",
        "acrnet_registry_network_rule_set",
        "acrnet_registry_virtual_network_rule",
        "acrnet_subnet_service_endpoint",
    ];
    assert_eq!(types("resources"), tested);
}

#[test]
fn data_sources_are_read() {
    for name in types("data-sources") {
        for file in of(&format!("data-sources/{name}")) {
            applies(&file);
        }
    }
}

#[test]
fn functions_are_called() {
    for name in types("functions") {
        for file in of(&format!("functions/{name}")) {
            let example = estate::example(&file);
            if let Some((_, variable)) = example.split_once("variable \"") {
                refuses(&file, variable.split('"').next().unwrap());
            } else {
                applies(&file);
            }
        }
    }
}

/// An example that is the validation of a variable: takes what is public, and says its own words of what is not.
fn refuses(file: &Path, variable: &str) {
    let example = estate::example(file);
    let workspace = workspace(azure(&example));
    write(&workspace, &example);
    let one =
        |address: &str| if example.contains("set(string)") { format!("[\"{address}\"]") } else { address.to_owned() };
    let plan = |address: &str| workspace.terraform(&["plan", "-json", &format!("-var={variable}={}", one(address))]);
    assert_eq!(plan("16.17.18.19").errors(), [], "{}", file.display());
    let refused = plan("10.0.0.1").error();
    let (_, words) = example.split_once("error_message = \"").unwrap();
    assert!(refused.detail.starts_with(words.split('"').next().unwrap()), "{refused:#?}");
}

#[test]
fn what_is_open_for_a_run_is_closed_after_it() {
    for file in types("ephemeral-resources").iter().flat_map(|name| of(&format!("ephemeral-resources/{name}"))) {
        let example = estate::example(&file);
        let mut workspace = workspace(azure(&example));
        // Whatever needs the registry open is there; an image to push is not.
        let tools = workspace.module().join("tools");
        fs::create_dir(&tools).unwrap();
        let docker = tools.join("docker");
        fs::write(&docker, "#!/bin/sh\necho \"$@\" >> pushed\n").unwrap();
        fs::set_permissions(&docker, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap();
        workspace.set("PATH", &format!("{}:{path}", tools.display()));
        write(&workspace, &example);
        workspace.apply();
        let patches = workspace.azure.writes();
        assert!(
            patches.len() >= 4 && patches.len().is_multiple_of(2),
            "{}: opened and closed, {patches:?}",
            file.display()
        );
        let left = workspace.azure.simulator().resource(&estate::registry()).unwrap();
        assert_eq!(left["properties"]["networkRuleSet"]["ipRules"], json!([]), "{}", file.display());
        if example.contains("docker push") {
            let pushed = fs::read_to_string(workspace.module().join("pushed")).unwrap();
            assert!(pushed.starts_with("push myregistry.") && pushed.ends_with("/app:latest\n"), "{pushed}");
        }
    }
}

/// Some name who you are in a real tenant: whether their blocks are sound is asked, and nobody signs in. Terraform does not look at a provider block
/// that nothing needs, so something does.
#[test]
fn provider_blocks_are_valid() {
    for file in of("provider") {
        if file.ends_with("usage.tf") {
            applies(&file);
            continue;
        }
        let user = estate::example(&estate::folder("data-sources/acrnet_subnets/data-source.tf"));
        let example = estate::example(&file) + &user;
        let workspace = workspace(azure(&example));
        write(&workspace, &example);
        let run = workspace.validate();
        assert_eq!((run.errors(), run.warnings()), (vec![], vec![]), "{}", file.display());
    }
}
