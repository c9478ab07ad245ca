//! Commands that the tests cannot run say so in their first line, and are read as far as they can be: the shell takes them, and what of the project they
//! name is there. All others run, in the session of their page.

use std::fs;
use std::process::Command;

use super::page::{Block, Page, pages, root};
use super::session::SESSIONS;

/// Why a block of commands is not run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// It builds or tests the project.
    Project,
    /// It needs Azure.
    Azure,
    /// It needs a newer Terraform.
    Terraform,
}

/// What the first line says; `None` for commands that run.
pub(super) fn elsewhere(block: &Block) -> Option<Elsewhere> {
    match block.text.lines().next().unwrap_or_default() {
        "# in the project's folder" => Some(Elsewhere::Project),
        "# against a real Azure" => Some(Elsewhere::Azure),
        line if line.starts_with("# with Terraform 1.") => Some(Elsewhere::Terraform),
        _ => None,
    }
}

#[test]
fn commands_that_cannot_run_here_say_so_and_are_read_by_the_shell() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in page.blocks().iter().filter(|block| block.language == "sh") {
            wrong.extend(complaint(&page, block).map(|said| format!("{}: {said}", block.place)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn complaint(page: &Page, block: &Block) -> Option<String> {
    let read = Command::new("bash").args(["-n", "-c", &block.text]).output().expect("bash");
    if !read.status.success() {
        return Some(String::from_utf8_lossy(&read.stderr).into_owned());
    }
    let calls = |program: &str| {
        block.text.lines().any(|line| line.split(['|', ';', '(']).any(|part| part.trim().starts_with(program)))
    };
    match elsewhere(block) {
        Some(Elsewhere::Azure) if !calls("az ") => Some("nothing in it needs Azure: let it run".to_owned()),
        Some(Elsewhere::Terraform) if !calls("terraform query") => {
            Some("it needs no newer Terraform: let it run".to_owned())
        }
        Some(Elsewhere::Project) => block.text.lines().find_map(absent),
        Some(_) => None,
        None if calls("az ") => Some("it needs Azure, and does not say so in its first line".to_owned()),
        None if is_environment(block) => None,
        None => (!SESSIONS.contains(&page.name.as_str())).then(|| "nobody runs it".to_owned()),
    }
}

/// Variables only: `guides::authentication` signs in with them.
fn is_environment(block: &Block) -> bool {
    block.text.lines().all(|line| line.starts_with("export "))
}

/// What a command of the project names and is not there.
fn absent(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "#").collect();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    match words.as_slice() {
        ["make", target, ..] => (!makefile.contains(&format!("\n{target}:"))).then(|| format!("make has no {target}")),
        ["cargo", rest @ ..] => rest.windows(2).find_map(|pair| match pair {
            ["--bin", name] => {
                (!manifest.contains(&format!("name = \"{name}\""))).then(|| format!("no program {name}"))
            }
            ["--features", name] => {
                (!manifest.contains(&format!("\n{name} = ["))).then(|| format!("no feature {name}"))
            }
            _ => None,
        }),
        _ => None,
    }
}

#[test]
fn what_is_not_there_is_found() {
    assert_eq!(absent("make quickstart # all"), None);
    assert_eq!(absent("make quikstart"), Some("make has no quikstart".to_owned()));
    assert_eq!(absent("cargo build --release --features simulator --bin arm-simulator"), None);
    assert_eq!(absent("cargo build --bin simulator"), Some("no program simulator".to_owned()));
    let block =
        |text: &str| Block { place: String::new(), language: "sh".to_owned(), marks: vec![], text: text.to_owned() };
    let page = super::page::page("docs/guides/teams.md");
    assert!(complaint(&page, &block("terraform plan\n")).is_some(), "the page has no session");
    assert!(complaint(&page, &block("az acr list | cat\n")).is_some());
    assert!(complaint(&page, &block("if true\n")).is_some());
}
