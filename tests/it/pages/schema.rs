//! The arguments and attributes of a type, in the form that other providers' pages have: what is required, what is optional, what is read-only,
//! each with its type, and what is nested below, with an anchor.

use acrnet::terraform::schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting};
use acrnet::terraform::value::Type;

/// Something with a section of its own.
struct Nested<'s> {
    /// As in `endpoint`, or `a.b`.
    path: String,
    /// `nestedatt` or `nestedblock`.
    anchor: &'static str,
    attributes: &'s [Attribute],
    blocks: &'s [NestedBlock],
}

/// All of a block.
pub fn section(block: &Block) -> String {
    let mut below = Vec::new();
    let mut text = "## Schema\n\n".to_owned();
    text += &level("", (block.attributes.as_slice(), block.blocks.as_slice()), "### ", "", &mut below);
    while !below.is_empty() {
        let nested = below.remove(0);
        let Nested { path, anchor, attributes, blocks } = nested;
        let id = format!("{anchor}--{}", path.replace('.', "--"));
        let level = level(&format!("{path}."), (attributes, blocks), "", ":", &mut below);
        text += &["<a id=\"", &id, "\"></a>\n### Nested Schema for `", &path, "`\n\n", &level].concat();
    }
    text.trim_end().to_owned()
}

/// One level, in three groups.
fn level<'s>(
    prefix: &str,
    (attributes, blocks): (&'s [Attribute], &'s [NestedBlock]),
    mark: &str,
    colon: &str,
    below: &mut Vec<Nested<'s>>,
) -> String {
    let mut text = String::new();
    for name in ["Required", "Optional", "Read-Only"] {
        let of_group = attributes.iter().filter(|one| group(one.mode) == name);
        let mut lines: Vec<String> = of_group.map(|one| attribute(prefix, one, below)).collect();
        if name == "Optional" {
            lines.extend(blocks.iter().map(|one| nested_block(prefix, one, below)));
        }
        if !lines.is_empty() {
            text += &[mark, name, colon, "\n\n", &lines.concat(), "\n"].concat();
        }
    }
    text
}

fn group(mode: Mode) -> &'static str {
    match mode {
        Mode::Required => "Required",
        Mode::Optional | Mode::OptionalComputed => "Optional",
        Mode::Computed => "Read-Only",
    }
}

fn attribute<'s>(prefix: &str, attribute: &'s Attribute, below: &mut Vec<Nested<'s>>) -> String {
    let path = format!("{prefix}{}", attribute.name);
    let (mut words, mut link) = (words(&attribute.kind), String::new());
    if attribute.sensitive {
        words += ", Sensitive";
    }
    if attribute.deprecated.is_some() {
        words += ", Deprecated";
    }
    if let Kind::Nested(_, attributes) = &attribute.kind {
        link = see_below("nestedatt", &path);
        below.push(Nested { path, anchor: "nestedatt", attributes, blocks: &[] });
    }
    let deprecated = attribute.deprecated.as_ref().map(|why| format!(" **Deprecated:** {why}")).unwrap_or_default();
    format!("- `{}` ({words}) {}{deprecated}{link}\n", attribute.name, attribute.description)
}

fn nested_block<'s>(prefix: &str, nested: &'s NestedBlock, below: &mut Vec<Nested<'s>>) -> String {
    let path = format!("{prefix}{}", nested.name);
    let link = see_below("nestedblock", &path);
    let Block { attributes, blocks, description } = &nested.block;
    below.push(Nested { path, anchor: "nestedblock", attributes, blocks });
    format!("- `{}` (Block) {description}{link}\n", nested.name)
}

fn see_below(anchor: &str, path: &str) -> String {
    format!(" (see [below for nested schema](#{anchor}--{}))", path.replace('.', "--"))
}

fn words(kind: &Kind) -> String {
    match kind {
        Kind::Plain(ty) => type_words(ty),
        Kind::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        Kind::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Kind::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        Kind::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

/// A type in words, `Set of String`.
pub fn type_words(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
    }
}
