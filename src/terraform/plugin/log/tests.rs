use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};
use tracing::{Level, Span, debug, error, info, info_span, subscriber::with_default, trace, warn};
use tracing_subscriber::{layer::SubscriberExt as _, registry::Registry};

use super::{Hclog, level, line};
use crate::terraform::environment::Environment;

/// 2026-11-22T22:19:31.000042Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_795_385_971, 42_999)
}

/// What the log has to say of `events`.
fn logged(level: Level, events: impl FnOnce()) -> Vec<Value> {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&text);
    let write = move |line: &str| sink.lock().unwrap().push_str(line);
    let log = Hclog { level, module: "provider.test".to_owned(), now, write };
    with_default(Registry::default().with(log), events);
    let text = text.lock().unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_has_hclogs_members_and_the_fields() {
    let lines = logged(Level::TRACE, || info!(count = 3, ok = true, name = "x", "done"));
    assert_eq!(
        lines,
        [json!({
            "@level": "info", "@message": "done", "@module": "provider.test",
            "@timestamp": "2026-11-22T22:19:31.000042Z", "count": 3, "ok": true, "name": "x",
        })]
    );
}

#[test]
fn fields_of_the_spans_around_are_carried_and_the_innermost_wins() {
    let lines = logged(Level::TRACE, || {
        info_span!("rpc", tf_rpc = "ReadResource", step = 1).in_scope(|| {
            info_span!("call", step = 2, status = tracing::field::Empty).in_scope(|| {
                Span::current().record("status", 200);
                debug!("answered");
            });
        });
    });
    assert_eq!(lines[0]["tf_rpc"], "ReadResource");
    assert_eq!(lines[0]["step"], 2);
    assert_eq!(lines[0]["status"], 200);
}

#[test]
fn what_is_below_the_level_is_not_printed() {
    let lines = logged(Level::WARN, || {
        error!("1");
        warn!("2");
        info!("3");
        trace!("4");
    });
    let messages: Vec<_> = lines.iter().map(|line| line["@message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["1", "2"]);
}

#[test]
fn of_other_crates_only_warnings_are_let_through() {
    let lines = logged(Level::TRACE, || {
        debug!(target: "h2::codec", "headers with a bearer token");
        warn!(target: "hyper", "a warning");
        debug!(target: "acrnetwork::other", "a name that only begins like ours");
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["@message"], "a warning");
}

#[test]
fn what_the_host_takes_for_strings_is_strings_whatever_the_fields_are() {
    let fields = json!({ "message": 5, "@level": 7, "@timestamp": null });
    let line = line::render(Level::INFO, "m", "t", fields.as_object().unwrap().clone());
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["@level"], &line["@message"], &line["@timestamp"]), (&json!("info"), &json!("5"), &json!("t")));
    assert_eq!(line["level"], 7);
}

#[test]
fn a_line_is_one_line_and_carries_no_control_characters() {
    let lines = logged(Level::TRACE, || info!(body = "a\nb\u{9b}31m", "\u{1b}[31mred\r\0"));
    assert_eq!(lines[0]["@message"], "\\u{1b}[31mred\\r\\u{0}");
    assert_eq!(lines[0]["body"], "a\nb\\u{9b}31m");
}

#[test]
fn a_long_value_is_cut_and_says_so() {
    let body = "é".repeat(100_000);
    let lines = logged(Level::TRACE, || info!(body, short = "kept", "answer"));
    let shown = lines[0]["body"].as_str().unwrap();
    assert!(shown.ends_with("… (200000 bytes in all)") && shown.len() < 10_000);
    assert_eq!(lines[0]["short"], "kept");
}

#[test]
fn no_line_is_longer_than_a_host_reads() {
    let many = |count: usize, text: &str| {
        let fields: Map<String, Value> = (0..count).map(|n| (format!("field{n}"), text.into())).collect();
        line::render(Level::INFO, "m", "t", fields)
    };
    for line in [many(20, &"x".repeat(20_000)), many(500, &"\0".repeat(9_000)), many(10_000, "x")] {
        assert!(line.len() <= line::LINE_LIMIT, "{} bytes", line.len());
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["@level"], "info");
    }
}

#[test]
fn the_providers_own_variable_comes_before_the_general_ones() {
    let of = |pairs: &[(&str, &str)]| level(&Environment::from_pairs(pairs.iter().copied()), "my-cloud");
    let (own, providers, all) = ("TF_LOG_PROVIDER_MY_CLOUD", "TF_LOG_PROVIDER", "TF_LOG");
    assert_eq!(of(&[(all, "info")]), Level::INFO);
    assert_eq!(of(&[(all, "info"), (providers, "WARN")]), Level::WARN);
    assert_eq!(of(&[(all, "info"), (providers, "WARN"), (own, "debug")]), Level::DEBUG);
    assert_eq!(of(&[(all, "trace"), (own, "OFF")]), Level::ERROR);
    assert_eq!(of(&[]), Level::ERROR);
}

#[test]
fn json_and_words_that_are_no_level_mean_everything() {
    let of = |word| level(&Environment::from_pairs([("TF_LOG", word)]), "x");
    assert_eq!(of("JSON"), Level::TRACE);
    assert_eq!(of("verbose"), Level::TRACE);
}
