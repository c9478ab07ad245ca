//! The messages that the sources hold, as templates, to be found again in what the rows show.
//!
//! A message is made where `Diagnostic::error`, `Diagnostic::warning`, `Diagnostics::error_at` or a `Finding` is called; its template is the text
//! of the summary there. The reasons inside a summary or detail are the `#[error("…")]` texts of ranges and ids.

use std::fs;
use std::path::{Path, PathBuf};

/// Where messages of a plan are made.
const FOLDERS: &[&str] = &[
    "src/resources",
    "src/data_sources",
    "src/list_resources",
    "src/actions",
    "src/ephemeral",
    "src/rules/findings.rs",
];
/// Where the reasons are.
const REASONS: &[&str] = &["src/rules/ip_range.rs", "src/azure/id.rs"];
/// What has a table of its own.
const ELSEWHERE: &[(&str, &str)] = &[
    ("src/resources/report/", "errors of Azure, held together with docs/guides/troubleshooting.md by its own tests"),
    ("src/resources/azapi.rs", "said to a `moved` block: tests/engine/moved.rs"),
    ("src/resources/access/words.rs", "networks that fail: tests/engine/data_sources.rs"),
];
/// What no plan says.
const NOT_IN_PLANS: &[(&str, &str)] = &[
    ("Could not register Microsoft.ContainerRegistry in subscription {subscription}", "said by an apply"),
    ("Virtual network rules cannot be written", "said by an apply, when ARM stops showing them"),
    ("The service endpoint of subnet {} will stay when its new object is destroyed", "said by an apply"),
    ("Subnet {} already has the service endpoint", "said by an apply"),
    ("Not the id of a registry", "said by an import: tests/engine/lifecycle.rs"),
    ("Not the id of a subnet or its endpoint", "said by an import"),
    ("Not the identity of a registry", "said by an import by identity: tests/it/identity.rs"),
    ("Not the identity of a subnet", "said by an import by identity: tests/it/identity.rs"),
    ("Not the identity of an {}", "said by an import by identity: tests/it/identity.rs"),
    (
        "The virtual network rules of registry {} are not known",
        "said by an apply or an import, when ARM does not show them",
    ),
    ("The state holds no rule", "only of a state that was edited by hand"),
    ("The state holds no registry id", "only of a state that was edited by hand"),
    ("The state holds no subnet id", "only of a state that was edited by hand"),
    ("`{name}` is not known", "core creates nothing of unknown values"),
    ("Not a default action", "the schema has refused it, unless it was unknown"),
    ("Invalid {attribute}", "the schema has refused it, unless it was unknown"),
    ("Invalid {GROUP}", "the schema has refused it"),
    ("Invalid {NETWORK}", "the schema has refused it"),
];

/// The templates that nothing in `texts` was made of, with their files.
pub(super) fn unshown(texts: &str) -> Vec<String> {
    let mut templates = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| files(Path::new(folder))) {
        templates.extend(summaries(&read(&file)).into_iter().map(|template| (file.clone(), template)));
    }
    for file in REASONS {
        templates.extend(reasons(&read(Path::new(file))).into_iter().map(|template| (PathBuf::from(file), template)));
    }
    assert!(templates.len() > 40, "the messages were not found: {templates:#?}");
    for (text, why) in NOT_IN_PLANS {
        let stands = templates.iter().any(|(_, template)| template == text);
        assert!(stands, "{text:?} ({why}) is in no source any more");
    }
    let exempt = |template: &str| NOT_IN_PLANS.iter().any(|(text, _)| *text == template);
    let lines: Vec<String> = texts.lines().map(str::to_lowercase).collect();
    let shown = |template: &str| lines.iter().any(|line| is_made_of(line, template));
    let missing = templates.into_iter().filter(|(_, template)| !exempt(template) && !shown(template));
    missing.map(|(file, template)| format!("{}: {template}", file.display())).collect()
}

/// Whether the fixed parts of a template are in a line, in their order.
fn is_made_of(line: &str, template: &str) -> bool {
    let mut rest = line;
    for part in fixed_parts(&template.to_lowercase()) {
        let Some(at) = rest.find(&part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

fn fixed_parts(template: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_u32);
    for letter in template.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                parts.push(String::new());
            }
            letter if depth == 0 => parts.last_mut().expect("one at least").push(letter),
            _ => {}
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The summaries of the messages that are made in a source.
fn summaries(source: &str) -> Vec<String> {
    let makers = [
        ("Diagnostic::error(", 0),
        ("Diagnostic::warning(", 0),
        ("Finding::error(", 1),
        ("Finding::warning(", 1),
        (".error_at(", 1),
    ];
    let mut found = Vec::new();
    for (maker, place) in makers {
        for (at, _) in source.match_indices(maker) {
            let argument = arguments(&source[at + maker.len()..]).into_iter().nth(place).unwrap_or_default();
            found.extend(template(&source[..at], source, &argument));
        }
    }
    found
}

/// The text that an argument is: in itself, by a variable set before, or by a function of the file. `None`: it is made elsewhere, and only
/// handed on here.
fn template(before: &str, source: &str, argument: &str) -> Option<String> {
    if argument.starts_with('"') || argument.starts_with("format!(") {
        return literal(argument);
    }
    let name: String = argument.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let set = before.rfind(&format!("let {name} = ")).map(|at| &before[at..]);
    let made = || source.find(&format!("fn {name}(")).map(|at| &source[at..]);
    literal(set.or_else(made)?)
}

/// The texts of `#[error("…")]`, but those that only hand on other texts.
fn reasons(source: &str) -> Vec<String> {
    let texts = source.split("#[error(").skip(1).filter_map(literal);
    texts.filter(|text| !fixed_parts(text).concat().trim_matches([' ', ';', ':']).is_empty()).collect()
}

/// The arguments of a call, from behind its parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let (mut found, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0_u32, false, false);
    for letter in text.chars() {
        let current = found.last_mut().expect("one at least");
        match letter {
            ',' if depth == 0 && !quoted => {
                found.push(String::new());
                continue;
            }
            ')' | ']' | '}' if depth == 0 && !quoted => break,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        current.push(letter);
    }
    found.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// The first string literal of a text, as it reads.
fn literal(text: &str) -> Option<String> {
    let mut letters = text[text.find('"')? + 1..].chars().peekable();
    let mut read = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(read),
            '\\' => match letters.next()? {
                '\n' => while letters.next_if(|next| next.is_whitespace()).is_some() {},
                'n' => read.push('\n'),
                other => read.push(other),
            },
            other => read.push(other),
        }
    }
    None
}

fn files(below: &Path) -> Vec<PathBuf> {
    let whole = root().join(below);
    if whole.is_file() {
        return vec![below.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(whole).expect("a folder of sources") {
        let path = below.join(entry.expect("a file").file_name());
        let name = path.to_string_lossy().into_owned();
        let is_test = name.ends_with("tests.rs") || name.ends_with("tests");
        if !is_test && !ELSEWHERE.iter().any(|(place, _)| format!("{name}/").starts_with(place) || name == *place) {
            found.extend(files(&path));
        }
    }
    found.sort_unstable();
    found
}

/// A source without its tests.
fn read(file: &Path) -> String {
    let text = fs::read_to_string(root().join(file)).expect("a source");
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
