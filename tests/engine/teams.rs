//! `examples/teams`, as the guide on teams has it: two configurations with states of their own, and one registry.

use std::fs;
use std::path::Path;

use crate::azure::{APP, Azure, REGISTRY};
use crate::run::{Run, Said};
use crate::support::Workspace;

/// A workspace in which an example can be applied as it stands.
fn workspace() -> Workspace {
    let azure = Azure::new();
    let url = azure.simulator().url().to_owned();
    let mut workspace = Workspace::with(azure);
    workspace.set("ARM_RESOURCE_MANAGER_ENDPOINT", &url);
    workspace.set("ARM_ACCESS_TOKEN", "any");
    workspace
}

/// Runs a command with the configuration and the state of one side.
fn run(workspace: &Workspace, side: &str, command: &str, variables: &[&str]) -> Run {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/teams").join(side).join("main.tf");
    fs::copy(example, workspace.module().join("main.tf")).unwrap();
    let state = format!("-state={side}.tfstate");
    let registry = format!("-var=registry_id={REGISTRY}");
    let mut arguments = vec![command, "-json", &state, &registry];
    arguments.extend((command != "plan").then_some("-auto-approve"));
    arguments.extend(variables);
    let run = workspace.terraform(&arguments);
    assert!(run.success(), "{side}, {command}: {:#?}\n{}", run.errors(), run.stderr);
    let of_provider = |said: &Said| said.summary != "Deprecated flag: -state";
    assert!(!run.warnings().iter().any(of_provider), "{side}, {command}: {:#?}", run.warnings());
    run
}

#[test]
fn the_sides_of_the_example_live_beside_each_other() {
    let workspace = workspace();
    let subnet = format!("-var=subnet_id={APP}");
    let team: [&str; 2] = ["-var=egress_ips=[\"52.57.22.38\", \"52.57.22.39\"]", &subnet];
    run(&workspace, "platform", "apply", &[]);
    run(&workspace, "team", "apply", &team);
    let all = ["16.17.18.0/24", "52.57.22.38", "52.57.22.39"].map(str::to_owned).to_vec();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), all, vec!["app".to_owned()]));
    // Neither side sees the other's rules as a change.
    assert_eq!(run(&workspace, "platform", "plan", &[]).actions(), [""; 0]);
    assert_eq!(run(&workspace, "team", "plan", &team).actions(), [""; 0]);
    let fewer: [&str; 2] = ["-var=egress_ips=[\"52.57.22.39\"]", &subnet];
    run(&workspace, "team", "apply", &fewer);
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "52.57.22.39"]);
    run(&workspace, "team", "destroy", &fewer);
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned()], vec![]));
    // The platform's leaving does not open the registry.
    run(&workspace, "platform", "destroy", &[]);
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned()], vec![]));
}
