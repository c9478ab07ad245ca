//! What a reader of a Markdown file can follow: its links, and the places in it that links can lead to.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A file, read.
#[derive(Debug, Default)]
pub struct Document {
    /// Targets of links and images, as they are written.
    pub links: Vec<String>,
    /// What can stand after a `#`.
    pub anchors: BTreeSet<String>,
    /// The languages of its code blocks, and their contents.
    pub code: Vec<(String, String)>,
}

impl Document {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        let mut document = Self::default();
        let mut heading: Option<String> = None;
        let mut seen = BTreeMap::new();
        for event in Parser::new_ext(text, options) {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let slug = slug(&heading.take().unwrap_or_default());
                    let before = seen.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0);
                    document.anchors.insert(if *before == 0 { slug } else { format!("{slug}-{before}") });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push(dest_url.into_string());
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let ids = html.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
                    document.anchors.extend(ids.map(str::to_owned));
                }
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        *heading += &part;
                    }
                }
                _ => {}
            }
        }
        document.code = code(text, options);
        document
    }
}

fn code(text: &str, options: Options) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut within = false;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(language))) => {
                within = true;
                blocks.push((language.into_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => within = false,
            Event::Text(part) if within => {
                if let Some((_, block)) = blocks.last_mut() {
                    *block += &part;
                }
            }
            _ => {}
        }
    }
    blocks
}

/// The anchor that code hosts give a heading: small letters, hyphens for spaces, and no other signs.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

/// The lines between the dashes at the beginning.
pub fn front_matter(text: &str) -> Option<&str> {
    text.strip_prefix("---\n")?.split_once("\n---\n").map(|(front, _)| front)
}

/// A member of the front matter: text in quotes, or in a block of one line or more.
pub fn member(front: &str, name: &str) -> Option<String> {
    let mut lines = front.lines().skip_while(|line| !line.starts_with(&format!("{name}:")));
    let value = lines.next()?.split_once(':')?.1.trim();
    if value != "|-" {
        return Some(value.trim_matches('"').to_owned());
    }
    let block: Vec<&str> = lines.map_while(|line| line.strip_prefix("  ")).collect();
    Some(block.join(" "))
}

#[test]
fn an_anchor_is_what_a_code_host_makes_of_a_heading() {
    let text = "# What `plan` knows, and when\n\n## A\n\n## A\n\n<a id=\"nestedatt--x\"></a>\n\n`[no](link.md)` [one](a.md#b)\n";
    let document = Document::read(text);
    let anchors: Vec<&str> = document.anchors.iter().map(String::as_str).collect();
    assert_eq!(anchors, ["a", "a-1", "nestedatt--x", "what-plan-knows-and-when"]);
    assert_eq!(document.links, ["a.md#b"]);
}

#[test]
fn the_front_matter_is_read_in_both_forms() {
    let front =
        front_matter("---\npage_title: \"A: b\"\nsubcategory: \"\"\ndescription: |-\n  One\n  two.\n---\n\n# A\n")
            .unwrap();
    let said = |name| member(front, name);
    assert_eq!((said("page_title"), said("subcategory")), (Some("A: b".into()), Some(String::new())));
    assert_eq!((said("description"), said("layout")), (Some("One two.".into()), None));
}
