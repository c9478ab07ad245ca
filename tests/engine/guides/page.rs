//! A page in Markdown, as far as the tests read it: its fenced blocks, and its tables.

use std::fs;
use std::path::Path;

/// A page that users read.
pub(super) struct Page {
    /// Its path from the project's folder.
    pub(super) name: String,
    /// All of it.
    pub(super) text: String,
}

/// A fenced block.
#[derive(Debug)]
pub(super) struct Block {
    /// Page and line, as an editor takes them.
    pub(super) place: String,
    /// The word behind the fence.
    pub(super) language: String,
    /// The comments right before it, less their arrows.
    pub(super) marks: Vec<String>,
    /// What is between the fences, less the indentation of the fence.
    pub(super) text: String,
}

/// The README and all guides, in the order of their names.
pub(super) fn pages() -> Vec<Page> {
    let guides = root().join("docs/guides");
    let names =
        fs::read_dir(guides).expect("the guides").map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.map(|name| format!("docs/guides/{name}")).collect();
    names.push("README.md".to_owned());
    names.sort_unstable();
    names.iter().map(|name| page(name)).collect()
}

/// One page.
pub(super) fn page(name: &str) -> Page {
    let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    Page { name: name.to_owned(), text }
}

/// The project's folder.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    /// Its blocks, in order.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut marks, mut open) = (Vec::new(), Vec::new(), None::<(Block, usize)>);
        for (at, line) in self.text.lines().enumerate() {
            let bare = line.trim();
            if let Some((mut block, indent)) = open.take() {
                if bare == "```" {
                    blocks.push(block);
                } else {
                    block.text.push_str(line.get(indent..).unwrap_or_default());
                    block.text.push('\n');
                    open = Some((block, indent));
                }
            } else if let Some(language) = bare.strip_prefix("```") {
                let place = format!("{}:{}", self.name, at + 1);
                let block = Block {
                    place,
                    language: language.to_owned(),
                    marks: std::mem::take(&mut marks),
                    text: String::new(),
                };
                open = Some((block, line.len() - line.trim_start().len()));
            } else if let Some(mark) = bare.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
                marks.push(mark.to_owned());
            } else {
                marks.clear();
            }
        }
        assert!(open.is_none(), "{}: a block does not end", self.name);
        blocks
    }

    /// Cells of the rows of all tables, less their headings.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let is_row = |at: &usize| {
            lines[*at].starts_with('|') && at.checked_sub(1).is_some_and(|before| lines[before].starts_with('|'))
        };
        let rows = (0..lines.len()).filter(is_row).map(|at| cells(lines[at]));
        rows.filter(|cells| !cells.iter().all(|cell| cell.chars().all(|letter| "-:".contains(letter)))).collect()
    }
}

impl Block {
    /// What follows the word in the mark that begins with it.
    pub(super) fn mark(&self, word: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(word)).map(str::trim)
    }
}

/// The words between backticks.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim_matches('|').replace("\\|", "\u{0}");
    inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

#[test]
fn blocks_have_their_marks_language_and_place_and_tables_their_rows() {
    let text = "# A\n\n<!-- file: a.tf -->\n```hcl\na = 1\n```\n\n1. b\n\n   ```sh\n   b\n     c\n   ```\n\n| x | y |\n|---|---|\n| `1` | a \\| b |\n";
    let page = Page { name: "a.md".to_owned(), text: text.to_owned() };
    let blocks = page.blocks();
    let shown = |block: &Block| (block.place.clone(), block.language.clone(), block.text.clone());
    let expected = [("a.md:4", "hcl", "a = 1\n"), ("a.md:10", "sh", "b\n  c\n")]
        .map(|(place, language, text)| (place.to_owned(), language.to_owned(), text.to_owned()));
    assert_eq!(blocks.iter().map(shown).collect::<Vec<_>>(), expected);
    assert_eq!((blocks[0].mark("file:"), blocks[1].mark("file:")), (Some("a.tf"), None));
    assert_eq!(page.rows(), [["`1`", "a | b"]]);
    assert_eq!(quoted("`a` or `b`"), ["a", "b"]);
}
