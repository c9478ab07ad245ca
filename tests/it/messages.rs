//! What users read of actions and lists, which no Terraform at hand can run, in the form of the other files of `tests/golden/messages/`: each
//! error and warning, with what causes it, beside neighbours that stay silent. `UPDATE_GOLDEN=1 cargo test --all-features --test it messages`
//! writes the files anew; that every message of the sources is shown is judged in `tests/engine/messages.rs`.

mod actions;
mod lists;
#[path = "../engine/messages/text.rs"]
mod text;

use std::path::Path;
use std::{env, fmt::Write as _, fs};

use acrnet::terraform::proto::tfplugin6 as wire;
use serde_json::Value as Json;

use crate::core::read_path;

/// What a row has come to.
struct Shown {
    name: &'static str,
    /// The configuration, in a line.
    configuration: String,
    /// Whether something was to be said.
    speaks: bool,
    said: Vec<Heard>,
}

/// Something that a user reads.
enum Heard {
    /// Where in the run what follows was said.
    Stage(&'static str),
    /// How far it is.
    Progress(String),
    /// An error or a warning.
    Message(wire::Diagnostic),
}

/// Rows about one sentence of the contract.
struct Group {
    title: &'static str,
    severity: wire::diagnostic::Severity,
    rows: Vec<Shown>,
}

impl Group {
    fn errors(title: &'static str, rows: Vec<Shown>) -> Self {
        Self { title, severity: wire::diagnostic::Severity::Error, rows }
    }

    fn warnings(title: &'static str, rows: Vec<Shown>) -> Self {
        Self { title, severity: wire::diagnostic::Severity::Warning, rows }
    }

    fn text(&self) -> String {
        let mut text = format!("# {} ({})\n", self.title, word(self.severity));
        for row in &self.rows {
            write!(text, "\n## {}\n  {}\n", row.name, text::shortened(&row.configuration)).expect("a String takes all");
            for heard in &row.said {
                text.push_str(&heard.text());
            }
            if row.said.iter().all(|heard| matches!(heard, Heard::Stage(_))) {
                text.push_str("silent\n");
            }
        }
        text
    }

    /// Rows that shall speak do, the worst of it with the severity of their group, and the others have nothing to warn of.
    fn check(&self) {
        for row in &self.rows {
            let messages = row.said.iter().filter_map(|heard| match heard {
                Heard::Message(message) => Some(word(message.severity())),
                Heard::Stage(_) | Heard::Progress(_) => None,
            });
            let expected = row.speaks.then_some(word(self.severity));
            assert_eq!(messages.min(), expected, "{}", row.name);
        }
        assert!(self.rows.iter().any(|row| row.speaks), "nothing shows this: {}", self.title);
    }
}

impl Heard {
    fn text(&self) -> String {
        match self {
            Self::Stage(stage) => format!("{stage}:\n"),
            Self::Progress(step) => format!("progress: {}\n", text::repeatable(step).replace('\n', "\n    ")),
            Self::Message(message) => {
                let place =
                    message.attribute.as_ref().map_or("the block".to_owned(), |path| read_path(path).to_string());
                text::as_read(word(message.severity()), &place, &message.summary, &message.detail)
            }
        }
    }
}

fn word(severity: wire::diagnostic::Severity) -> &'static str {
    if severity == wire::diagnostic::Severity::Error { "error" } else { "warning" }
}

fn has_error(messages: &[wire::Diagnostic]) -> bool {
    messages.iter().any(|message| message.severity() == wire::diagnostic::Severity::Error)
}

/// A block as users write it, in a line.
fn written(block: &str, config: &Json) -> String {
    let argument = |(name, value): (&String, &Json)| format!("{name} = {value}");
    let arguments: Vec<String> = config.as_object().expect("arguments").iter().map(argument).collect();
    text::repeatable(&format!("{block} {{ {} }}", arguments.join("; ")))
}

#[track_caller]
fn assert_golden(file: &str, groups: &[Group]) {
    let shown = groups.iter().map(Group::text).collect::<Vec<_>>().join("\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/messages").join(file);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &shown).unwrap();
    }
    let golden = fs::read_to_string(&path).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    let differs = shown.lines().zip(golden.lines()).find(|(shown, golden)| shown != golden);
    assert!(shown == golden, "not the texts of {file} any more, first here (now, golden): {differs:#?}");
    groups.iter().for_each(Group::check);
}
