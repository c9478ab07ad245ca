//! What only the real Terraform can judge of the framework: how a panic and an interruption look to a user.

use crate::host::process::toy_provider;
use crate::terraform::{Workspace, text};
use crate::toy;

fn demand(arguments: &str) -> Workspace {
    let resource = format!("resource \"toy_demand\" \"a\" {{\n  name = \"a\"\n  {arguments}\n}}\n");
    Workspace::new(toy::ADDRESS, &toy_provider(), &resource)
}

/// The one object of the state: whether it is tainted, and its attributes.
fn stored(workspace: &Workspace) -> (bool, serde_json::Value) {
    let state = workspace.state();
    let instance = &state["resources"][0]["instances"][0];
    (instance["status"] == "tainted", instance["attributes"].clone())
}

#[test]
fn after_a_panic_terraform_shows_the_message_and_the_stack_trace_and_keeps_the_object() {
    let workspace = demand("panics_in = \"create_after_note\"");
    let applied = workspace.run(&["apply", "-auto-approve", "-input=false"]);
    let said = text(&applied);
    assert_eq!(applied.status.code(), Some(1), "{said}");
    assert!(said.contains("Error: The provider panicked"), "{said}");
    assert!(said.contains("Stack trace from the terraform-provider-toy plugin: panic: asked to panic"), "{said}");
    let (tainted, attributes) = stored(&workspace);
    assert!(tainted && attributes["id"] == "toy-a", "{attributes}");
}

#[test]
fn after_ctrl_c_terraform_keeps_what_a_slow_create_has_reached() {
    let workspace = demand("waits_for_stop = true");
    let applied = workspace.run_interrupted(&["apply", "-auto-approve", "-input=false"], "Creating...");
    let said = text(&applied);
    assert_eq!(applied.status.code(), Some(1), "{said}");
    assert!(said.contains("Error: Interrupted"), "{said}");
    let (tainted, attributes) = stored(&workspace);
    assert!(tainted && attributes["id"] == "toy-a", "{attributes}");
}

#[test]
fn terraform_takes_every_kind_of_attribute_and_block() {
    let configuration = r#"
resource "toy_kinds" "all" {
  name             = "all"
  label            = "L"
  ratio            = 0.1
  tags             = { a = "b" }
  zones            = ["1", "2"]
  ports            = [80]
  point            = { x = 1, y = 2 }
  pair             = ["a", true]
  anything         = [1, "two", { three = 3 }]
  secret           = "s"
  password         = "p"
  password_version = 1
  endpoint         = { host = "h" }
  rules            = [{ action = "allow" }]
  members          = [{ user = "u" }, { user = "v", role = "w" }]
  mounts           = { m = { path = "/" } }
  timeouts { create = "1m" }
}
resource "toy_blocks" "all" {
  name = toy_kinds.all.endpoint.address
  owner { user = toy_kinds.all.id }
  limits { most = 1 }
  dynamic "steps" {
    for_each = toy_kinds.all.rules[*].handle
    content { run = steps.value }
  }
  labels { text = "t" }
  doors "front" { open = true }
}
data "toy_lookup" "all" {
  name = toy_blocks.all.id
}
output "all" {
  value = provider::toy::join("-", data.toy_lookup.all.found[0].id, toy_blocks.all.steps[0].run)
}
"#;
    let workspace = Workspace::new(toy::ADDRESS, &toy_provider(), configuration);
    let applied = workspace.run(&["apply", "-auto-approve", "-input=false"]);
    assert!(applied.status.success(), "{}", text(&applied));
    let state = workspace.state();
    assert_eq!(state["outputs"]["all"]["value"], "toy-toy-h:80-all/0");
    assert!(!state.to_string().contains("\"p\""), "the write-only password is not stored");
}
