//! What the user is told: errors and warnings, with the place they belong to.

use super::value::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing goes on.
    Error,
    /// Terraform shows it and goes on.
    Warning,
}

/// One message to the user.
///
/// The summary says what failed and on which object; the detail says why, in the service's own words
/// where there are some, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line, no full stop.
    pub summary: String,
    /// As long as needed; lines are wrapped by Terraform.
    pub detail: String,
    /// The attribute it is about; Terraform shows its line of configuration.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// The same, about the value at that path.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }
}

/// Messages in the order they arose. The same message about the same place is kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds an error about the value at `path`.
    pub fn error_at(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(summary, detail).at(path));
    }

    /// Whether anything in it stops the run.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        more.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(messages: I) -> Self {
        let mut all = Self::new();
        all.extend(messages);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A text with its first letter in upper case: error texts begin in lower case, sentences do not. What is
/// quoted as code stays.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics};
    use crate::terraform::value::Path;

    #[test]
    fn the_same_message_about_the_same_place_is_kept_once() {
        let error = || Diagnostic::error("summary", "detail");
        let mut all = Diagnostics::new();
        all.push(error());
        all.extend([error(), error().at(Path::attribute("a")), error().at(Path::attribute("a"))]);
        all.error_at(Path::attribute("b"), "summary", "detail");
        all.push(Diagnostic::warning("summary", "detail"));
        let places: Vec<String> =
            all.iter().map(|one| one.path.as_ref().map(ToString::to_string).unwrap_or_default()).collect();
        assert_eq!(places, ["", "a", "b", ""], "in the order in which they arose");
        assert_eq!([error(), error()].into_iter().collect::<Diagnostics>().iter().count(), 1);
    }

    #[test]
    fn a_warning_stops_nothing() {
        let mut all = Diagnostics::from(Diagnostic::warning("summary", "detail"));
        assert!(!all.has_error() && !all.is_empty());
        all.push(Diagnostic::error("summary", "detail"));
        assert!(all.has_error());
    }
}
