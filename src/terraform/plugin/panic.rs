//! A panic, told so that the host shows it: go-plugin takes a line that begins with `panic: ` for a crash of the plugin,
//! keeps what follows it, and Terraform prints both as the plugin's stack trace.

use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    fmt::Write as _,
    panic::{Location, PanicHookInfo, set_hook},
    thread,
};

use super::log::to_stderr;

/// From now on, every panic of the process is reported on stderr. `program` names the plugin and its version.
pub fn install(program: String) {
    set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let thread = thread::current();
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        let message = message(info.payload());
        to_stderr(&report(&program, message, info.location(), thread.name(), backtrace.as_deref()));
    }));
}

fn message(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("a value that is not text")
}

/// The report. The message is one line, or the host would end it early.
fn report(
    program: &str,
    message: &str,
    location: Option<&Location<'_>>,
    thread: Option<&str>,
    backtrace: Option<&str>,
) -> String {
    let mut report = format!("panic: {}\n\n", message.escape_debug());
    let place = location.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = thread.unwrap_or("unnamed");
    // Writing to a String cannot fail.
    let _ = writeln!(report, "{program} at {place}, thread {thread}");
    let _ = match backtrace {
        Some(backtrace) => writeln!(report, "\n{}", backtrace.trim_end()),
        None => writeln!(report, "RUST_BACKTRACE=1 in the environment adds a backtrace"),
    };
    report
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::{message, report};

    #[test]
    fn the_report_begins_as_the_host_expects_and_names_the_place() {
        let here = Location::caller();
        let text = report("terraform-provider-x 1.0", "two\nlines", Some(here), Some("worker"), None);
        assert!(text.starts_with("panic: two\\nlines\n\n"), "{text}");
        assert!(text.contains(&format!("terraform-provider-x 1.0 at {here}, thread worker")), "{text}");
        assert!(text.ends_with("backtrace\n"), "{text}");
    }

    #[test]
    fn a_backtrace_is_told_where_there_is_one() {
        let text = report("x", "m", None, None, Some("0: main\n"));
        assert!(text.ends_with("\n\n0: main\n"), "{text}");
    }

    #[test]
    fn both_kinds_of_panic_message_are_read() {
        assert_eq!(message(&"static"), "static");
        assert_eq!(message(&"made".to_owned()), "made");
        assert_eq!(message(&5), "a value that is not text");
    }
}
