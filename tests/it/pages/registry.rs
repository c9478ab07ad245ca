//! That the pages are such as a registry takes: its front matter, its sizes, its names of code blocks.

use std::fs;

use super::markdown::{Document, front_matter, member};
use super::root;
use super::subject::FOLDERS;
use crate::examples::files;

/// What a registry shows of one document at most, in bytes.
const LARGEST: usize = 500 * 1024;
/// How many documents it takes.
const MOST: usize = 2000;

#[test]
fn every_page_has_the_front_matter_of_a_registry_and_a_size_that_it_shows() {
    let folders = FOLDERS.into_iter().chain(["guides"]).map(|folder| root().join("docs").join(folder));
    let pages = folders.flat_map(|folder| files(&folder)).chain([root().join("docs/index.md")]);
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let of = page.strip_prefix(root()).unwrap().display();
        let front = front_matter(&text).unwrap_or_else(|| panic!("{of}: no front matter"));
        let said = |name| member(front, name).unwrap_or_else(|| panic!("{of}: no {name}"));
        assert!(!said("page_title").is_empty(), "{of}: an empty title");
        assert!((20..=300).contains(&said("description").chars().count()), "{of}: {}", said("description"));
        let keys = front.lines().filter(|line| !line.starts_with([' ', '#'])).filter_map(|line| line.split(':').next());
        let keys: Vec<&str> = keys.collect();
        assert_eq!(keys, ["page_title", "subcategory", "description"], "{of}");
        let (_, body) = text.split_once("\n---\n").expect("its end");
        assert!(body.trim_start().starts_with("# "), "{of}: begins with its heading");
        assert!(text.len() <= LARGEST, "{of}: {} bytes", text.len());
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{of}: ends with one line feed");
        count += 1;
    }
    assert!((25..=MOST).contains(&count), "{count} pages");
}

#[test]
fn every_code_block_of_a_made_page_says_its_language() {
    for page in FOLDERS.iter().flat_map(|folder| files(&root().join("docs").join(folder))) {
        for (language, block) in Document::read(&fs::read_to_string(&page).unwrap()).code {
            let known = ["terraform", "shell", "text", "json"].contains(&language.as_str());
            assert!(known, "{}: {language:?}\n{block}", page.display());
        }
    }
}
