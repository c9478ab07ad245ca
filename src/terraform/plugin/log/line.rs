//! The form of one line: which members it has, how long it may be, and which characters it may carry.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use tracing::Level;

use crate::terraform::printable::printable;

/// The longest line, its end included. A host cuts lines of 64 KiB into pieces and parses none of them.
pub(super) const LINE_LIMIT: usize = 60 * 1024;

/// How many bytes each text may have, in the order of the attempts: a long body in one field shall not cost the others
/// their meaning, and a line of many fields shall still fit.
const TEXT_LIMITS: [usize; 3] = [8 * 1024, 1024, 64];

/// One line of the log, with its line feed.
pub(super) fn render(level: Level, module: &str, timestamp: &str, mut fields: Map<String, Value>) -> String {
    let message = match fields.remove("message") {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    for limit in TEXT_LIMITS {
        let line = object(level, module, timestamp, &safe(&message, limit), short(&fields, limit));
        if line.len() <= LINE_LIMIT {
            return line;
        }
    }
    let [.., shortest] = TEXT_LIMITS;
    object(level, module, timestamp, &safe(&message, shortest), Map::new())
}

fn object(level: Level, module: &str, timestamp: &str, message: &str, fields: Map<String, Value>) -> String {
    let mut line = Map::new();
    line.insert("@level".to_owned(), level.as_str().to_ascii_lowercase().into());
    line.insert("@message".to_owned(), message.into());
    line.insert("@module".to_owned(), module.into());
    line.insert("@timestamp".to_owned(), timestamp.into());
    // A field with such a name would replace a member that the host takes for a string.
    line.extend(fields.into_iter().map(|(name, value)| (name.trim_start_matches('@').to_owned(), value)));
    format!("{}\n", Value::Object(line))
}

fn short(fields: &Map<String, Value>, limit: usize) -> Map<String, Value> {
    let value = |value: &Value| match value {
        Value::String(text) => safe(text, limit).into(),
        other => other.clone(),
    };
    fields.iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

/// The text, cut at `limit` bytes and [`printable`]: the host prints what it decodes, on a terminal perhaps.
fn safe(text: &str, limit: usize) -> String {
    let end = (0..=limit.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let kept = &text[..end];
    let mut safe = printable(kept).into_owned();
    if kept.len() < text.len() {
        // Writing to a String cannot fail.
        let _ = write!(safe, "… ({} bytes in all)", text.len());
    }
    safe
}
