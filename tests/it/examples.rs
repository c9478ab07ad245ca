//! The examples of the pages: their form, and what the tests that run them share. Those that Terraform 1.11 knows are applied by it, in
//! `tests/engine/examples.rs`; actions and lists are newer, and driven over gRPC, in `actions` and `query`.

#[cfg(feature = "simulator")]
pub mod estate;
#[cfg(feature = "simulator")]
pub mod running;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Everything that Terraform reads. It is given each file by itself: by their folder it does not find those for `terraform query`.
#[test]
fn every_example_is_formatted_as_terraform_does() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    let mut seen = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|name| name == "tf" || name == "hcl")) {
        let mut format = Command::new("terraform")
            .args(["fmt", "-check", "-diff", "-no-color", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("terraform must be on the PATH for this test (`make terraform` fetches one into target/)");
        format.stdin.take().expect("a pipe").write_all(&fs::read(file).unwrap()).unwrap();
        let said = format.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
        assert!(said.status.success(), "{}: {text}", file.display());
        seen += 1;
    }
    assert!(seen > 40, "only {seen} examples");
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort_unstable();
    files
}

/// azurerm is not at hand to say so: its subnet would take the endpoint out again, and its registry the rules.
#[test]
fn no_example_lets_azurerm_undo_what_it_shows() {
    let examples = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    let (mut subnets, mut registries) = (0, 0);
    for file in examples.iter().filter(|file| file.extension().is_some_and(|name| name == "tf")) {
        let text = format!("\n{}", fs::read_to_string(file).unwrap());
        for block in text.split("\nresource \"azurerm_").skip(1).filter_map(|rest| rest.split("\n}").next()) {
            if block.starts_with("subnet\"") {
                let line = "ignore_changes = [service_endpoint] # service_endpoints before azurerm 5";
                assert!(block.contains(line), "{}: {block}", file.display());
                subnets += 1;
            }
            if block.starts_with("container_registry\"") {
                assert!(!block.contains("network_rule_set {"), "{}: {block}", file.display());
                registries += 1;
            }
        }
    }
    assert!(subnets >= 3 && registries >= 1, "{subnets} subnets, {registries} registries");
}
