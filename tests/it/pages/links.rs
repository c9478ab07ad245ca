//! Nobody is led astray: every link in what users read leads somewhere, and every file of the documentation is led to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::markdown::Document;
use super::root;
use super::subject::FOLDERS;
use crate::examples::files;

/// Where the project's files and folders are for whoever reads a page elsewhere than in it.
const HOSTED: [&str; 2] = [
    "https://github.com/acrnet/terraform-provider-acrnet/blob/main/",
    "https://github.com/acrnet/terraform-provider-acrnet/tree/main/",
];

/// Every Markdown file that users read, by its path in the project.
fn documents() -> BTreeMap<PathBuf, Document> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
        .map(|name| root().join(name));
    let below = ["docs", "examples"].into_iter().flat_map(|folder| files(&root().join(folder)));
    let pages = top.into_iter().chain(below).filter(|file| is_markdown(file));
    pages.map(|file| (short(&file), Document::read(&std::fs::read_to_string(&file).unwrap()))).collect()
}

fn is_markdown(file: &Path) -> bool {
    file.extension().is_some_and(|name| name == "md")
}

fn short(file: &Path) -> PathBuf {
    file.strip_prefix(root()).unwrap_or(file).to_owned()
}

/// A link's file and anchor. None: it leads out of the project.
fn target<'l>(from: &Path, link: &'l str) -> Option<(PathBuf, &'l str)> {
    let (folder, link) = match HOSTED.iter().find_map(|place| link.strip_prefix(*place)) {
        Some(path) => (Path::new(""), path),
        None if link.contains("://") || link.starts_with("mailto:") => return None,
        None => (from.parent().unwrap_or(Path::new("")), link),
    };
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return Some((from.to_owned(), anchor));
    }
    let mut target = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => assert!(target.pop(), "{}: {link} leads out of the project", from.display()),
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    Some((target, anchor))
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let documents = documents();
    let mut astray = Vec::new();
    let mut seen = 0;
    for (from, document) in &documents {
        for link in &document.links {
            let Some((file, anchor)) = target(from, link) else { continue };
            seen += 1;
            let there = root().join(&file).exists();
            let heading = anchor.is_empty() || documents.get(&file).is_some_and(|it| it.anchors.contains(anchor));
            if !there || !heading {
                astray.push(format!("{}: {link}", from.display()));
            }
        }
    }
    assert!(astray.is_empty(), "these lead nowhere: {astray:#?}");
    assert!(seen > 100, "only {seen} links");
}

/// Whether a registry shows this file. It takes nothing else of the project.
fn is_shown(file: &Path) -> bool {
    let folder = |name: &str| file.starts_with(Path::new("docs").join(name));
    file == Path::new("docs/index.md") || FOLDERS.into_iter().any(folder) || folder("guides")
}

#[test]
fn pages_of_a_registry_link_to_the_rest_of_the_project_where_it_is_hosted() {
    let mut astray = Vec::new();
    for (from, document) in documents().iter().filter(|(from, _)| is_shown(from)) {
        for link in document.links.iter().filter(|link| !link.contains("://")) {
            if target(from, link).is_some_and(|(file, _)| !is_shown(&file)) {
                astray.push(format!("{}: {link}", from.display()));
            }
        }
    }
    assert!(astray.is_empty(), "these lead nowhere in a registry: {astray:#?}");
}

#[test]
fn every_file_of_the_documentation_is_reached_from_the_index_or_the_readme() {
    let documents = documents();
    let mut reached: BTreeSet<PathBuf> = ["docs/index.md", "README.md"].map(PathBuf::from).into();
    let mut next: Vec<PathBuf> = reached.iter().cloned().collect();
    while let Some(from) = next.pop() {
        for link in documents.get(&from).into_iter().flat_map(|document| &document.links) {
            let Some((file, _)) = target(&from, link) else { continue };
            if reached.insert(file.clone()) {
                next.push(file);
            }
        }
    }
    let all = files(&root().join("docs"));
    let lost: Vec<PathBuf> = all.iter().map(|file| short(file)).filter(|file| !reached.contains(file)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:#?}");
    assert!(all.len() > 25, "only {} files", all.len());
}
