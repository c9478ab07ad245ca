//! The pages of the documentation: made from the schemas, from `templates/`, which says what no schema does, and from `examples/`. They are
//! `docs/index.md` and the folders beside it that a registry shows, except `docs/guides`, which is written by hand.
//!
//! A page that is not what it is made from fails. `make docs`, which is `UPDATE_GOLDEN=1 cargo test --test it pages`, makes all anew: a generator
//! that is a test needs no program of its own, and no schema leaves the provider in another form than the one that is served.

mod expand;
mod function;
mod import;
mod index;
mod links;
mod markdown;
mod registry;
mod schema;
mod subject;
mod wording;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;

use self::subject::{Subject, subjects};
use crate::examples::files;

type Provider = Server<AcrnetProvider>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn provider() -> Provider {
    Server::new(AcrnetProvider::new(Environment::default()))
}

#[test]
fn the_pages_are_what_schemas_templates_and_examples_make_of_them() {
    let server = provider();
    let subjects = subjects(&server);
    let pages: BTreeMap<PathBuf, String> =
        subjects.iter().map(|subject| (subject.page(), expand::page(subject, &subjects))).collect();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        write(&pages);
    }
    for (page, text) in &pages {
        let stored = fs::read_to_string(page).unwrap_or_default();
        let differs = text.lines().zip(stored.lines()).find(|(made, stored)| made != stored);
        assert!(
            *text == stored,
            "{} is not what it is made from, first here (made, stored): {differs:#?}\n`make docs` makes it anew",
            page.display()
        );
    }
    let stray: Vec<PathBuf> = stored().into_iter().filter(|page| !pages.contains_key(page)).collect();
    assert!(stray.is_empty(), "nothing makes {stray:?} any more; `make docs` removes them");
}

#[test]
fn every_template_is_one_of_a_page() {
    let server = provider();
    let used: Vec<PathBuf> = subjects(&server).iter().map(Subject::template).collect();
    for template in files(&root().join("templates")) {
        assert!(used.contains(&template), "{} is no page's", template.display());
    }
}

#[test]
fn every_example_of_a_type_is_on_its_page() {
    let server = provider();
    for subject in subjects(&server) {
        let folder = subject.examples();
        let template = fs::read_to_string(subject.template()).unwrap();
        for file in files(&folder) {
            let name = file.file_name().unwrap().to_str().unwrap();
            let shown = template.contains(&format!("{{{{example {name}}}}}")) || import::FILES.contains(&name);
            assert!(shown, "{} is on no page", file.display());
        }
    }
}

fn write(pages: &BTreeMap<PathBuf, String>) {
    for page in stored() {
        fs::remove_file(page).unwrap();
    }
    for (page, text) in pages {
        fs::create_dir_all(page.parent().expect("a folder")).unwrap();
        fs::write(page, text).unwrap();
    }
}

/// The pages that are there.
fn stored() -> Vec<PathBuf> {
    let folders = subject::FOLDERS.iter().map(|folder| root().join("docs").join(folder));
    let pages = folders.filter(|folder| folder.is_dir()).flat_map(|folder| files(&folder));
    pages.chain(Some(root().join("docs/index.md")).filter(|index| index.is_file())).collect()
}
