//! What every fuzz target does with an input: it comes back soon, without a panic, and what it has seen on the way holds.
//!
//! The fuzzer calls a body with what it makes up (`fuzz_targets/`), a test with every input that is kept (`corpus/`, `tests/it/corpora.rs`). They see
//! the crate as anybody does who uses it; Azure is what answers behind `Transport`, the host is who calls a `Server`.

pub mod arm;
pub mod azure;
pub mod handshake;
pub mod made;
pub mod plan;
pub mod rules;
pub mod state;
pub mod values;

use acrnet::terraform::conform::Breach;
use acrnet::terraform::diagnostic::Diagnostic;

/// What is done with an input.
pub type Body = fn(&[u8]);

/// The body of each target, by its name.
pub const TARGETS: [(&str, Body); 6] = [
    ("arm", arm::run),
    ("handshake", handshake::run),
    ("plan", plan::run),
    ("rules", rules::run),
    ("state", state::run),
    ("values", values::run),
];

/// What the provider says when the fault is its own: a panic that was caught, one of Terraform's rules that an answer broke, a model that does not
/// fit its schema.
const OUR_FAULTS: [&str; 3] = ["The provider panicked", "broke Terraform's rules", "does not fit its own schema"];

/// Whether a message blames the provider. What it quotes of an input stands in quotation marks, which none of these has.
pub fn is_our_fault(summary: &str) -> bool {
    !summary.contains('"') && OUR_FAULTS.iter().any(|fault| summary.contains(fault))
}

/// No message blames the provider itself, and none shows the token.
pub fn assert_sound<'d>(doing: &str, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) {
    for diagnostic in diagnostics {
        let said = format!("{}: {}", diagnostic.summary, diagnostic.detail);
        assert!(!is_our_fault(&diagnostic.summary), "{doing}: {said}");
        assert!(!said.contains(azure::TOKEN), "{doing}: the token is shown: {said}");
    }
}

/// None of core's rules is broken.
pub fn assert_unbroken(doing: &str, breaches: &[Breach]) {
    assert!(breaches.is_empty(), "{doing}: {breaches:?}");
}

/// The text of an input; what is no text in it is shown as such.
pub fn text(input: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(input)
}
