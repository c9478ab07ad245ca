//! The lists of the first page: every type and function, every guide.

use std::fs;

use super::markdown::{front_matter, member};
use super::root;
use super::subject::{FOLDERS, Subject};
use crate::examples::files;

/// A table per folder.
pub fn types(all: &[Subject<'_>]) -> String {
    let table = |folder: &&str| {
        let rows = all.iter().filter(|subject| subject.folder == *folder);
        let rows: Vec<String> = rows
            .map(|subject| format!("| [`{}`]({}) | {} |\n", subject.name, subject.address(), subject.in_a_line()))
            .collect();
        let (heading, one) = words(folder);
        format!("### {heading}\n\n| {one} | |\n|---|---|\n{}\n", rows.concat())
    };
    FOLDERS.iter().map(table).collect::<String>().trim_end().to_owned()
}

fn words(folder: &str) -> (&'static str, &'static str) {
    match folder {
        "resources" => ("Resources", "resource"),
        "data-sources" => ("Data sources", "data source"),
        "functions" => ("Functions (Terraform 1.8, OpenTofu 1.7)", "function"),
        "ephemeral-resources" => ("Ephemeral resources (Terraform 1.10, OpenTofu 1.11)", "ephemeral resource"),
        "list-resources" => ("List resources (Terraform 1.14)", "list resource"),
        "actions" => ("Actions (Terraform 1.14)", "action"),
        other => panic!("{other} has no heading"),
    }
}

/// A line per guide, with what its front matter says.
pub fn guides() -> String {
    let line = |file: std::path::PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let front = front_matter(&text).unwrap_or_else(|| panic!("{}: no front matter", file.display()));
        let name = file.strip_prefix(root().join("docs")).unwrap().to_str().unwrap().to_owned();
        let said = |name| member(front, name).unwrap_or_else(|| panic!("{}: no {name}", file.display()));
        format!("- [{}]({name}): {}\n", said("page_title"), said("description"))
    };
    files(&root().join("docs/guides")).into_iter().map(line).collect::<String>().trim_end().to_owned()
}
