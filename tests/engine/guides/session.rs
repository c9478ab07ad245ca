//! A page whose commands run: in one shell, in a folder with the files that the page shows, as its reader would have it after `make install`; and what
//! they print is what the page shows.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::page::{Block, Page, page};
use super::shell::elsewhere;
use crate::azure::{Azure, READY, subnet_rule};
use crate::run::Running;
use crate::support::terraform;

/// The pages with commands that run.
pub(super) const SESSIONS: &[&str] =
    &["docs/guides/brownfield.md", "docs/guides/quickstart.md", "docs/guides/testing-modules.md"];

/// A folder, and a shell in it that finds the programs of the project.
pub(super) struct Session {
    place: TempDir,
    script: String,
    steps: Vec<Step>,
}

/// Commands of which the output is looked at.
struct Step {
    place: String,
    shown: Vec<String>,
}

/// What a shell may print between the outputs of two steps.
const NEXT: &str = "@@ next @@";

#[test]
fn the_quickstart_runs_as_it_stands() {
    run(&page("docs/guides/quickstart.md"), Session::new());
}

#[test]
fn the_module_of_the_guide_is_tested_as_it_stands() {
    run(&page("docs/guides/testing-modules.md"), Session::new());
}

#[test]
fn what_exists_is_imported_as_it_stands() {
    let azure = Azure::new();
    let shop = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shop/providers";
    let rules = json!({"defaultAction": "Deny", "virtualNetworkRules": [subnet_rule(READY)]});
    let registry = json!({
        "id": format!("{shop}/Microsoft.ContainerRegistry/registries/shopweb"), "location": "westeurope",
        "sku": {"name": "Premium"}, "properties": {"networkRuleSet": rules},
    });
    let subnet = json!({"name": "aks", "properties": {
        "addressPrefix": "10.3.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
    }});
    let network = json!({
        "id": format!("{shop}/Microsoft.Network/virtualNetworks/shop"), "location": "westeurope",
        "properties": {"addressSpace": {"addressPrefixes": ["10.3.0.0/16"]}, "subnets": [subnet]},
    });
    azure.simulator().add(&json!({"registries": [registry], "virtualNetworks": [network]})).unwrap();
    let mut session = Session::new();
    session.say(&format!("export ARM_RESOURCE_MANAGER_ENDPOINT={} ARM_ACCESS_TOKEN=any", azure.simulator().url()));
    let required = "terraform {\n  required_providers {\n    acrnet = { source = \"acrnet/acrnet\" }\n  }\n}\n";
    session.write("versions.tf", required);
    session.say("terraform init");
    let mut page = page("docs/guides/brownfield.md");
    page.text = page.text.replace("/subscriptions/…/", "/subscriptions/11111111-1111-1111-1111-111111111111/");
    run(&page, session);
    assert_eq!(azure.writes(), [""; 0], "an import writes nothing");
}

#[test]
fn every_page_with_files_has_a_session() {
    let with_files: Vec<String> = super::page::pages()
        .iter()
        .filter(|page| page.blocks().iter().any(|block| block.mark("file:").is_some() && block.language == "hcl"))
        .map(|page| page.name.clone())
        .collect();
    assert_eq!(with_files, SESSIONS);
}

/// Runs the commands of a page after those that the session has already.
fn run(page: &Page, mut session: Session) {
    let blocks = page.blocks();
    for (at, block) in blocks.iter().enumerate() {
        if let Some(name) = block.mark("file:") {
            session.write(name, &block.text);
        } else if block.language == "sh" && elsewhere(block).is_none() {
            let shown = blocks.get(at + 1).filter(|next| next.language == "text");
            session.step(block, shown.map_or("", |block| block.text.as_str()));
        }
    }
    assert!(!session.steps.is_empty(), "{}: nothing of it runs", page.name);
    session.finish();
}

impl Session {
    /// In an empty folder; Terraform finds the provider where `make install` puts it.
    pub(super) fn new() -> Self {
        let place = TempDir::new().expect("a temporary folder");
        let inside = |name: &str| place.path().join(name);
        let version = env!("CARGO_PKG_VERSION");
        let platform = format!("{}_{}", go_word(env::consts::OS), go_word(env::consts::ARCH));
        let plugins =
            inside("home/.terraform.d/plugins/registry.terraform.io/acrnet/acrnet").join(version).join(platform);
        for folder in [&inside("work"), &inside("bin"), &inside("tmp"), &inside("output"), &plugins] {
            fs::create_dir_all(folder).expect("a folder");
        }
        let provider = plugins.join(format!("terraform-provider-acrnet_v{version}"));
        symlink(env!("CARGO_BIN_EXE_terraform-provider-acrnet"), provider).expect("a link");
        symlink(env!("CARGO_BIN_EXE_arm-simulator"), inside("bin/arm-simulator")).expect("a link");
        symlink(terraform(), inside("bin/terraform")).expect("a link");
        // Questions, such as that of an apply, are answered as the reader would.
        fs::write(inside("answers"), "yes\n".repeat(8)).expect("the answers");
        let script = format!("set -eu\ncd {}\nexec <{} 2>&1\n", inside("work").display(), inside("answers").display());
        Self { place, script, steps: Vec::new() }
    }

    /// A file of the folder.
    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.place.path().join("work").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Commands whose output nobody looks at.
    pub(super) fn say(&mut self, commands: &str) {
        writeln!(self.script, "{commands}").expect("a String takes all");
    }

    /// Commands, and what they print.
    fn step(&mut self, block: &Block, shown: &str) {
        let place = &block.place;
        let commands = &block.text;
        self.say(&format!("echo '{NEXT}'"));
        if block.marks.iter().any(|mark| mark == "fails") {
            self.say(&format!(
                "set +e\n{commands}\n[ $? -ne 0 ] || {{ echo '{place} should have failed'; exit 97; }}\nset -e"
            ));
        } else {
            self.say(commands);
        }
        self.steps.push(Step { place: place.clone(), shown: shown.lines().map(str::to_owned).collect() });
    }

    /// Runs all of it, and holds the output of each step against what is shown.
    fn finish(self) {
        let printed = self.run();
        let parts: Vec<&str> = printed.split(NEXT).skip(1).collect();
        for (step, part) in self.steps.iter().zip(&parts) {
            let lost = first_lost(&step.shown, part);
            assert_eq!(lost, None, "{}: this is not printed any more, but\n{part}", step.place);
        }
    }

    /// Runs all of it to a good end, and gives what it printed.
    pub(super) fn run(&self) -> String {
        let inside = |name: &str| self.place.path().join(name);
        fs::write(inside("script"), &self.script).expect("the script");
        let mut command = Command::new("bash");
        command.arg(inside("script")).env_clear().env("LANG", "C.UTF-8");
        let path = env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", inside("bin").display()));
        command.env("HOME", inside("home")).env("TMPDIR", inside("tmp"));
        command.env("TF_CLI_ARGS", "-no-color").env("CHECKPOINT_DISABLE", "1").env("NO_PROXY", "127.0.0.1,localhost");
        let run = Running::start(command, &inside("output")).finish();
        assert_eq!(run.code, Some(0), "the commands failed:\n{}\n{}", run.stdout, run.stderr);
        run.stdout
    }
}

/// The first of these lines that is not printed after those before it. `…` stands for anything.
pub(super) fn first_lost<'l>(shown: &'l [String], printed: &str) -> Option<&'l String> {
    let mut lines = printed.lines().map(str::trim_end);
    shown
        .iter()
        .filter(|line| !line.trim().is_empty())
        .find(|line| !lines.any(|printed| is_like(line.trim_end(), printed)))
}

fn is_like(shown: &str, printed: &str) -> bool {
    let Some((head, tail)) = shown.split_once('…') else { return shown == printed };
    let Some(rest) = printed.strip_prefix(head) else { return false };
    (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| is_like(tail, &rest[at..]))
}

fn go_word(word: &str) -> &str {
    match word {
        "macos" => "darwin",
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[test]
fn lines_are_found_in_their_order_and_only_whole() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = "one\ntwo /a/b/c end\n\nthree\n";
    assert_eq!(first_lost(&lines("one\n\nthree"), printed), None);
    assert_eq!(first_lost(&lines("two …/c end"), printed), None);
    assert_eq!(first_lost(&lines("three\none"), printed), Some(&"one".to_owned()));
    assert_eq!(first_lost(&lines("tw"), printed), Some(&"tw".to_owned()));
    assert_eq!(first_lost(&lines("two …/d end"), printed), Some(&"two …/d end".to_owned()));
}
