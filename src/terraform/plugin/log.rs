//! From tracing events to the log that a host reads: one JSON object for each line of stderr, in hclog's form.
//!
//! The host decides the level by its variables, parses each line, and prints it in its own log. Three members are what
//! it looks at, and go-plugin takes them for strings without asking: `@level`, `@message` and `@timestamp`. Anything
//! else there would crash the host, so they are never anything else.

use std::{
    fmt::Debug,
    io::{self, Write as _},
    time::SystemTime,
};

use serde_json::{Map, Value};
use time::{OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem, macros::format_description};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber,
};
use tracing_subscriber::{
    Layer,
    filter::LevelFilter,
    layer::{Context, SubscriberExt as _},
    registry::{LookupSpan, Registry},
};

use crate::terraform::environment::Environment;

mod line;

/// go-plugin's reference time `2006-01-02T15:04:05.000000Z07:00`, in UTC. With any other form the host does not take the
/// line for JSON.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// The first part of the targets that are our own. Of all others, warnings and errors are let through and nothing else:
/// an HTTP library that traces may print credentials.
const OWN_CRATE: &str = env!("CARGO_CRATE_NAME");

/// Sends the events of the whole process to stderr, at the host's level. The first call counts.
pub fn install(environment: &Environment, name: &str) {
    let log = Hclog {
        level: level(environment, name),
        module: format!("provider.{name}"),
        now: SystemTime::now,
        write: to_stderr,
    };
    // An error says that the process has a subscriber: another one would be a test's.
    let _ = subscriber::set_global_default(Registry::default().with(log));
}

/// Writes to stderr in one piece, so that lines of several threads do not mix. A host that is gone reads nothing, and
/// that is no reason to fail.
pub fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The level for the provider `name`: `TF_LOG_PROVIDER_<NAME>`, else `TF_LOG_PROVIDER`, else `TF_LOG`.
///
/// Spelt in any case. `JSON` means everything, and so does a word that is no level, as in Terraform. Without any of
/// them, or with `OFF`, errors remain: the host does not print them then, but it keeps them to explain a crash.
#[must_use]
pub fn level(environment: &Environment, name: &str) -> Level {
    let own = format!("TF_LOG_PROVIDER_{}", name.to_ascii_uppercase().replace('-', "_"));
    let Some(word) = [&own, "TF_LOG_PROVIDER", "TF_LOG"].into_iter().find_map(|variable| environment.var(variable))
    else {
        return Level::ERROR;
    };
    match word.to_ascii_uppercase().as_str() {
        "OFF" | "ERROR" => Level::ERROR,
        "WARN" => Level::WARN,
        "INFO" => Level::INFO,
        "DEBUG" => Level::DEBUG,
        _ => Level::TRACE,
    }
}

/// The layer. `now` and `write` are the process's clock and stderr, or a test's.
struct Hclog<W> {
    level: Level,
    module: String,
    now: fn() -> SystemTime,
    write: W,
}

impl<W: Fn(&str)> Hclog<W> {
    fn print(&self, level: Level, fields: Map<String, Value>) {
        let now = OffsetDateTime::from((self.now)()).to_offset(UtcOffset::UTC);
        let timestamp = now.format(TIMESTAMP).expect("invariant: every date of the system clock has these components");
        (self.write)(&line::render(level, &self.module, &timestamp, fields));
    }
}

impl<S, W> Layer<S> for Hclog<W>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    W: Fn(&str) + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let own = metadata.target().split("::").next() == Some(OWN_CRATE);
        *metadata.level() <= if own { self.level } else { self.level.min(Level::WARN) }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level.into())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten().collect::<Vec<_>>().iter().rev() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        event.record(&mut fields);
        self.print(*event.metadata().level(), fields.0);
    }
}

/// The fields of a span or an event, as JSON values, in their order.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests;
