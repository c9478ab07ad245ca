//! Where in a value: the address that a diagnostic carries and an error collects on its way up.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an attribute or nested block of an object.
    Attribute(String),
    /// Into a map, by its key.
    Key(String),
    /// Into a list or tuple, counted from 0. Sets have no step: a path stops at the set.
    Index(i64),
}

/// A way from the root of a value to a place inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

impl Path {
    /// The whole value.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// A top-level attribute or block.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self { steps: vec![Step::Attribute(name.into())] }
    }

    /// This path, one step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }

    /// This path, into an attribute.
    #[must_use]
    pub fn then_attribute(&self, name: &str) -> Self {
        self.then(Step::Attribute(name.to_owned()))
    }

    /// The steps in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether this is the whole value.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    pub(super) fn prepend(&mut self, step: Step) {
        self.steps.insert(0, step);
    }

    /// `"path: "`, or nothing for the root: the beginning of an error text.
    #[must_use]
    pub(super) fn prefix(&self) -> String {
        if self.is_root() { String::new() } else { format!("{self}: ") }
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self { steps }
    }
}

/// As Terraform writes it: `rules[0].name`, `tags["team"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
