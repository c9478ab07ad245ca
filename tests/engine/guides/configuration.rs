//! Every block of configuration in a page is one that `terraform validate` takes with this provider, each argument and attribute in it included.
//!
//! What is azurerm's and azapi's is not there to be validated against. Their blocks are left out, references to their objects become ids, and what
//! a block refers to elsewhere on its page is declared beside it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::{io::Write as _, thread};

use super::page::{Block, pages};
use crate::support::{Workspace, terraform};

/// What can stand in the first column of a configuration.
const TOP: &[&str] = &[
    "terraform",
    "provider",
    "resource",
    "data",
    "ephemeral",
    "locals",
    "variable",
    "output",
    "module",
    "import",
    "moved",
    "removed",
    "check",
];

#[test]
fn every_block_of_configuration_is_valid_with_this_provider() {
    let blocks: Vec<Block> =
        pages().iter().flat_map(super::page::Page::blocks).filter(|block| block.language == "hcl").collect();
    assert!(blocks.len() > 40, "the pages have some {} blocks", blocks.len());
    let half = blocks.len().div_ceil(2);
    let wrong: Vec<String> = thread::scope(|scope| {
        let halves: Vec<_> = blocks.chunks(half).map(|some| scope.spawn(move || complaints(some))).collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn complaints(blocks: &[Block]) -> Vec<String> {
    let workspace = Workspace::new();
    let found = blocks.iter().flat_map(|block| {
        let formatted = formatted(&block.text).err();
        formatted.into_iter().chain(complaint(&workspace, block)).map(move |said| format!("{}: {said}", block.place))
    });
    found.collect()
}

fn complaint(workspace: &Workspace, block: &Block) -> Option<String> {
    if let Some(of) = block.mark("part of:") {
        let foreign = of.starts_with("azurerm_") || of.starts_with("azapi_");
        return (!foreign).then(|| format!("lines of {of} could be validated: write the whole block"));
    }
    // Run by tests of their own; what is in files of a session is planned there.
    if block.mark("Terraform ").is_some() || block.mark("file:").is_some() {
        return None;
    }
    let unknown = top_words(&block.text).into_iter().find(|word| !TOP.contains(word));
    if let Some(word) = unknown {
        return Some(format!(
            "{word} is not a block of a configuration: mark it `part of`, or with the Terraform that it needs"
        ));
    }
    workspace.write_all(&whole(&block.text));
    let errors = workspace.validate().errors();
    (!errors.is_empty()).then(|| format!("{errors:#?}\n{}", whole(&block.text)))
}

/// The words in the first column.
fn top_words(text: &str) -> Vec<&str> {
    let first = |line: &&str| line.starts_with(|letter: char| letter.is_ascii_alphabetic());
    text.lines().filter(first).filter_map(|line| line.split([' ', '=']).next()).collect()
}

/// The block with what it lacks to be a configuration.
pub(super) fn whole(text: &str) -> String {
    let mut text = own(text).replace("<registry id>", "REGISTRY").replace("<subnet id>", "READY");
    for word in words(&text) {
        if let Some(id) = stand_in(&word) {
            text = text.replace(&word, &id);
        }
    }
    let mut more = String::new();
    if !text.contains("provider \"acrnet\"") {
        more.push_str("provider \"acrnet\" {}\n");
    }
    for word in words(&text) {
        more.push_str(&declaration(&text, &word));
    }
    // Terraform takes `required_providers` once; the workspace brings it.
    format!("{more}{text}")
}

/// Less the blocks of other providers, and of Terraform's own settings.
fn own(text: &str) -> String {
    let mut kept = String::new();
    let mut inside_foreign = false;
    for line in text.lines() {
        let of_others = |kind: &str| {
            line.starts_with(&format!("{kind} \"azurerm_")) || line.starts_with(&format!("{kind} \"azapi_"))
        };
        if of_others("resource") || of_others("data") || line == "terraform {" {
            inside_foreign = true;
        }
        if !inside_foreign {
            kept.push_str(line);
            kept.push('\n');
        }
        if line == "}" {
            inside_foreign = false;
        }
    }
    kept
}

/// The references and names in a configuration, each once, longest first.
fn words(text: &str) -> Vec<String> {
    let code = text.lines().map(|line| line.split(" # ").next().unwrap_or_default());
    let words: BTreeSet<String> = code
        .flat_map(|line| line.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_.-".contains(letter))))
        .filter(|word| word.contains('.'))
        .map(str::to_owned)
        .collect();
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// What stands for an attribute of another provider's object.
fn stand_in(word: &str) -> Option<String> {
    let path: Vec<&str> = word.trim_start_matches("data.").split('.').collect();
    let &[kind, _, attribute] = path.as_slice() else { return None };
    if !kind.starts_with("azurerm_") && !kind.starts_with("azapi_") {
        return None;
    }
    Some(match (kind, attribute) {
        ("azurerm_container_registry", "id") => "\"REGISTRY\"".to_owned(),
        ("azurerm_subnet", "id") => "\"APP\"".to_owned(),
        (_, attribute) => format!("\"{attribute}\""),
    })
}

/// The declaration that a reference needs, unless it is there.
fn declaration(text: &str, word: &str) -> String {
    let path: Vec<&str> = word.split('.').collect();
    let mut declared = String::new();
    match path.as_slice() {
        ["var", name, ..] if !text.contains(&format!("variable \"{name}\"")) => {
            writeln!(declared, "variable \"{name}\" {{}}").expect("a String takes all");
        }
        ["local", name, ..] if !text.contains(&format!("{name} =")) => {
            writeln!(declared, "locals {{\n  {name} = null\n}}").expect("a String takes all");
        }
        [kind, name, _, ..]
            if kind.starts_with("acrnet_") && !text.contains(&format!("resource \"{kind}\" \"{name}\"")) =>
        {
            let arguments = match *kind {
                "acrnet_registry_network_rule_set" => "registry_id = \"REGISTRY\"\n  default_action = \"Deny\"",
                "acrnet_subnet_service_endpoint" => "subnet_id = \"APP\"",
                other => panic!("{other}.{name} is neither declared nor known here"),
            };
            writeln!(declared, "resource \"{kind}\" \"{name}\" {{\n  {arguments}\n}}").expect("a String takes all");
        }
        _ => {}
    }
    declared
}

/// Whether `terraform fmt` takes the text, and would leave it as it is.
fn formatted(text: &str) -> Result<(), String> {
    let mut child = Command::new(terraform())
        .args(["fmt", "-no-color", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("terraform starts");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("terraform reads");
    let ended = child.wait_with_output().expect("terraform ends");
    let shown = String::from_utf8_lossy(&ended.stdout);
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into_owned());
    }
    if shown == text { Ok(()) } else { Err(format!("terraform fmt would write\n{shown}")) }
}

#[test]
fn a_block_becomes_whole_and_a_misspelt_argument_is_found() {
    let block = |text: &str| Block {
        place: "a.md:1".to_owned(),
        language: "hcl".to_owned(),
        marks: Vec::new(),
        text: text.to_owned(),
    };
    let rule = "resource \"acrnet_registry_ip_rule\" \"one\" {\n  registry_id = azurerm_container_registry.prod.id\n  ip_range    = var.range\n}\n";
    let workspace = Workspace::new();
    assert_eq!(complaint(&workspace, &block(rule)), None);
    let misspelt = complaint(&workspace, &block(&rule.replace("ip_range   ", "ip_ranges  "))).unwrap();
    assert!(misspelt.contains("Unsupported argument"), "{misspelt}");
    let attribute =
        complaint(&workspace, &block("output \"a\" {\n  value = acrnet_subnet_service_endpoint.a.subnet\n}\n"))
            .unwrap();
    assert!(attribute.contains("Unsupported attribute"), "{attribute}");
    assert!(formatted("a=1\n").is_err() && formatted("a = 1\n").is_ok());
}
