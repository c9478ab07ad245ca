//! Texts that prove who we are, kept so that no output shows them.
//!
//! Who holds one holds it as a [`Secret`]; who sends it [exposes](Secret::expose) it, and nobody else. What a service says is looked through for what it
//! was shown before anybody quotes it. What a secret is good for is not known here.

use std::borrow::Cow;
use std::fmt;

use url::form_urlencoded;

/// A shorter text may be in an answer by chance: the token of a simulator is any word.
const TELLTALE: usize = 24;

/// A password, a token, a signed statement. `Debug` shows a placeholder, and there is no `Display`.
///
/// It is not wiped from memory: the same text stands in the process's environment or came in the host's messages, out of our reach.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text without this secret, as it is or as it stands in a form, a URL or JSON: services repeat what they were sent.
    pub(super) fn cut_from(&self, text: &str) -> String {
        self.forms().iter().fold(text.to_owned(), |text, form| text.replace(form.as_ref(), "…"))
    }

    /// Whether a body or header holds it, in any of the same forms. Always false of a text that is too short to tell.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.len() >= TELLTALE && self.forms().iter().any(|form| text.contains(form.as_ref()))
    }

    /// Each different form once; none of an empty text.
    fn forms(&self) -> Vec<Cow<'_, str>> {
        let form: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        let json = serde_json::Value::from(self.0.as_str()).to_string();
        let percent = form.replace('+', "%20").replace("%7E", "~");
        let mut forms = vec![Cow::Borrowed(self.0.as_str())];
        for other in [form, percent, json[1..json.len() - 1].to_owned()] {
            if !forms.iter().any(|known| *known == other) {
                forms.push(other.into());
            }
        }
        forms.retain(|form| !form.is_empty());
        forms
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_cut_out_in_every_form_in_which_it_is_sent() {
        let secret = Secret::new("pl4nted ~\"/+");
        for repeated in [
            "pl4nted ~\"/+",
            "client_secret=pl4nted+%7E%22%2F%2B",
            "/a?b=pl4nted%20~%22%2F%2B",
            r#"{"s":"pl4nted ~\"/+"}"#,
        ] {
            let cut = secret.cut_from(&format!("before {repeated} after"));
            assert!(!cut.contains("pl4nted") && cut.contains('…'), "{cut}");
            assert!(cut.starts_with("before ") && cut.ends_with(" after"), "{cut}");
        }
        assert_eq!(Secret::new("").cut_from("as it was"), "as it was");
    }

    #[test]
    fn a_long_secret_is_found_and_a_word_is_not_looked_for() {
        let long = Secret::new("pl4nted/".repeat(3));
        assert!(long.is_in(&format!("x{}x", long.expose())) && long.is_in("pl4nted%2Fpl4nted%2Fpl4nted%2F"));
        assert!(!long.is_in("pl4nted/pl4nted/"));
        assert!(!Secret::new("any").is_in("company"));
    }

    #[test]
    fn the_debug_form_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Some(Secret::new("pl4nted"))), "Some(…)");
    }
}
