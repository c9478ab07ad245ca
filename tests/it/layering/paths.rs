//! The paths that a Rust source names: enough of the grammar to see who uses whom, in comments and strings nothing.

/// Every path of two segments or more, and everything that a `use` names, one per leaf of its tree.
///
/// Paths into this crate come back as `crate::…`, whether they were written with `crate`, with `super`, or in a binary with `acrnet`; `module` is
/// the path of the file's module.
pub(crate) fn used_paths(module: &[String], source: &str) -> Vec<Vec<String>> {
    let mut reader = Reader { tokens: tokens(source), at: 0 };
    let mut scope = Scope { file: module.to_vec(), inline: Vec::new(), braces: 0 };
    let mut paths = Vec::new();
    while let Some(token) = reader.peek(0) {
        let starts_a_path = !reader.follows_a_separator() && token.chars().all(|c| c.is_alphanumeric() || c == '_');
        let in_use = reader.at > 0 && reader.tokens[reader.at - 1] == "use";
        if starts_a_path && (reader.peek(1) == Some("::") || in_use) {
            let mut leaves = Vec::new();
            reader.tree(Vec::new(), &mut leaves);
            paths.extend(leaves.into_iter().filter_map(|leaf| scope.resolved(leaf)));
        } else {
            scope.pass(token, reader.peek(1), reader.peek(2));
            reader.at += 1;
        }
    }
    paths
}

/// Where in the file's tree of inline modules the reader is, because `super` counts from there.
struct Scope {
    file: Vec<String>,
    /// Names of the open inline modules, each with the number of braces open around it.
    inline: Vec<(String, usize)>,
    braces: usize,
}

impl Scope {
    fn pass(&mut self, token: &str, next: Option<&str>, after: Option<&str>) {
        match token {
            "mod" if after == Some("{") => self.inline.extend(next.map(|name| (name.to_owned(), self.braces))),
            "{" => self.braces += 1,
            "}" => {
                self.braces = self.braces.saturating_sub(1);
                self.inline.retain(|(_, around)| *around < self.braces);
            }
            _ => {}
        }
    }

    /// The path from the root of the crate, or as written if it leads to another crate; none if it stays where it is.
    fn resolved(&self, mut path: Vec<String>) -> Option<Vec<String>> {
        if path[0] == "acrnet" {
            "crate".clone_into(&mut path[0]);
        }
        if path[0] == "self" && path.get(1).is_some_and(|second| second == "super") {
            path.remove(0);
        }
        match path[0].as_str() {
            "self" | "Self" => None,
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                let mut base: Vec<String> =
                    self.file.iter().chain(self.inline.iter().map(|(name, _)| name)).cloned().collect();
                base.truncate(base.len().saturating_sub(ups));
                Some(["crate".to_owned()].into_iter().chain(base).chain(path.into_iter().skip(ups)).collect())
            }
            _ => Some(path),
        }
    }
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).map(String::as_str)
    }

    fn follows_a_separator(&self) -> bool {
        self.at > 0 && matches!(self.tokens[self.at - 1].as_str(), "::" | ".")
    }

    /// Reads `a::b`, `a::{b, c::d}` or `a::*`, with `prefix` before it, and leaves the reader behind it.
    fn tree(&mut self, mut prefix: Vec<String>, leaves: &mut Vec<Vec<String>>) {
        loop {
            match self.peek(0) {
                Some("{") => return self.group(&prefix, leaves),
                Some(segment) if is_segment(segment) => {
                    prefix.push(segment.to_owned());
                    self.at += 1;
                }
                _ => break,
            }
            if self.peek(0) == Some("::") && self.peek(1).is_some_and(|next| next == "{" || is_segment(next)) {
                self.at += 1;
            } else {
                break;
            }
        }
        if !prefix.is_empty() {
            leaves.push(prefix);
        }
    }

    fn group(&mut self, prefix: &[String], leaves: &mut Vec<Vec<String>>) {
        self.at += 1;
        while let Some(token) = self.peek(0) {
            match token {
                "}" => {
                    self.at += 1;
                    return;
                }
                token if is_segment(token) || token == "{" => {
                    self.tree(prefix.to_vec(), leaves);
                    if self.peek(0) == Some("as") {
                        self.at += 2;
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

fn is_segment(token: &str) -> bool {
    token == "*" || token.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Words, `::` and single characters; comments, strings and character literals are left out.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = string(rest) {
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    tokens
}

/// The length of a block comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    for (at, _) in text.char_indices() {
        let here = &text[at..];
        if here.starts_with("/*") {
            depth += 1;
        } else if here.starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    text.len()
}

/// The length of a string, raw string or character literal that the text begins with. A lifetime is none.
fn string(text: &str) -> Option<usize> {
    let body = text.strip_prefix(['b', 'c']).unwrap_or(text);
    let prefix = text.len() - body.len();
    if let Some(raw) = body.strip_prefix('r') {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = prefix + 1 + hashes + 1;
            return Some(text[start..].find(&end).map_or(text.len(), |found| start + found + end.len()));
        }
    }
    match body.chars().next()? {
        '"' => Some(prefix + quoted(body, '"')),
        '\'' => {
            let mut after = body.chars().skip(1);
            let (one, two) = (after.next()?, after.next());
            (one == '\\' || two == Some('\'')).then(|| prefix + quoted(body, '\''))
        }
        _ => None,
    }
}

/// The length of a literal from its opening to its closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        used_paths(&module, source).into_iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn a_use_tree_is_one_path_per_leaf() {
        assert_eq!(
            paths("use crate::{one::A, two::{self, B as C, *}}; use std::fmt;"),
            ["crate::one::A", "crate::two::self", "crate::two::B", "crate::two::*", "std::fmt"]
        );
    }

    #[test]
    fn a_path_in_code_ends_where_its_generics_begin() {
        assert_eq!(
            paths("let x: crate::one::Map<K> = crate::two::make::<K>();"),
            ["crate::one::Map", "crate::two::make"]
        );
    }

    #[test]
    fn super_counts_from_the_module_of_the_file() {
        assert_eq!(paths("use super::c::D; use super::super::e::F;"), ["crate::a::c::D", "crate::e::F"]);
    }

    #[test]
    fn super_counts_from_the_inline_module_inside_one() {
        assert_eq!(paths("mod tests { use super::*; fn f() {} } use super::c;"), ["crate::a::b::*", "crate::a::c"]);
    }

    #[test]
    fn the_library_by_name_is_the_crate() {
        assert_eq!(paths("acrnet::one::run()"), ["crate::one::run"]);
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        assert_eq!(
            paths(
                "// crate::one::A\n/* crate::two /* crate::x */ */ let s = \"crate::three\\\" crate::y\"; let r = br#\"crate::four\" \"#; let c = '\"'; crate::five::F"
            ),
            ["crate::five::F"]
        );
    }

    #[test]
    fn a_lifetime_does_not_open_a_literal() {
        assert_eq!(paths("fn f<'a>(x: &'a crate::one::A) {}"), ["crate::one::A"]);
    }

    #[test]
    fn visibility_is_no_use() {
        assert_eq!(paths("pub(crate) fn f() {} pub(super) fn g() {}"), [""; 0]);
    }

    #[test]
    fn a_path_in_a_macro_counts() {
        assert_eq!(paths("macro_rules! m { () => { $crate::one::f() } }"), ["crate::one::f"]);
    }

    #[test]
    fn a_bare_crate_name_in_a_use_counts() {
        assert_eq!(paths("use reqwest as http;"), ["reqwest"]);
    }
}
