//! Checks a configuration against its schema: what Terraform leaves to the provider, and the checks
//! that the attributes declare. Unknown values are passed over; they are checked again when known.

#[cfg(test)]
mod tests;

use super::attribute::{Attribute, Kind, Mode};
use super::block::{Block, BlockNesting};
use crate::terraform::diagnostic::{Diagnostics, sentence};
use crate::terraform::value::{Path, Step, Value};

/// All findings on a configuration value of that block.
///
/// `write_only_allowed` is the client's capability: an older Terraform would store what must not be
/// stored, so that a write-only argument is refused there (protocol 6.8).
#[must_use]
pub fn validate(block: &Block, config: &Value, write_only_allowed: bool) -> Diagnostics {
    let mut walk = Walk { write_only_allowed, found: Diagnostics::new() };
    walk.block(block, config, &Path::root());
    walk.found
}

struct Walk {
    write_only_allowed: bool,
    found: Diagnostics,
}

impl Walk {
    fn block(&mut self, block: &Block, value: &Value, path: &Path) {
        let Some(entries) = value.entries() else { return };
        for attribute in &block.attributes {
            let inner = entries.get(&attribute.name).unwrap_or(&Value::Null);
            self.attribute(attribute, inner, &path.then_attribute(&attribute.name));
        }
        for nested in &block.blocks {
            let path = path.then_attribute(&nested.name);
            match (nested.nesting, entries.get(&nested.name)) {
                (BlockNesting::Single | BlockNesting::Group, Some(inner)) => self.block(&nested.block, inner, &path),
                (_, Some(inner)) => self.each(inner, &path, |walk, item, path| walk.block(&nested.block, item, path)),
                (_, None) => {}
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, path: &Path) {
        if value.is_unknown() {
            return;
        }
        if value.is_null() {
            if attribute.mode == Mode::Required {
                let detail = format!("`{path}` is required, but its value is null.");
                self.found.error_at(path.clone(), "Missing value for a required argument", detail);
            }
            return;
        }
        if attribute.mode == Mode::Computed {
            let detail = format!("`{path}` is decided by the provider and cannot be set in configuration.");
            return self.found.error_at(path.clone(), "Value for a read-only attribute", detail);
        }
        if attribute.write_only && !self.write_only_allowed {
            let detail =
                format!("`{path}` is write-only, which needs Terraform 1.11 or later; this one would store it.");
            return self.found.error_at(path.clone(), "Write-only argument needs a newer Terraform", detail);
        }
        for check in &attribute.checks {
            self.check(attribute, check, value, path);
        }
        self.nested(attribute, value, path);
    }

    /// Runs a check on the value; on its elements, if it has some. Elements of a list have an address.
    fn check(&mut self, attribute: &Attribute, check: &super::Check, value: &Value, path: &Path) {
        match value {
            Value::List(items) => {
                for (index, item) in (0_i64..).zip(items) {
                    self.check_one(attribute, check, item, &path.then(Step::Index(index)));
                }
            }
            Value::Set(items) => items.iter().for_each(|item| self.check_one(attribute, check, item, path)),
            one => self.check_one(attribute, check, one, path),
        }
    }

    fn check_one(&mut self, attribute: &Attribute, check: &super::Check, value: &Value, path: &Path) {
        let outcome = match value {
            Value::Null => Err("an element is null: leave it out, for example with compact()".to_owned()),
            unknown if unknown.is_unknown() => Ok(()),
            known => check.run(known),
        };
        if let Err(problem) = outcome {
            let detail = format!("{}.", sentence(&problem));
            self.found.error_at(path.clone(), format!("Invalid value for `{}`", attribute.name), detail);
        }
    }

    fn nested(&mut self, attribute: &Attribute, value: &Value, path: &Path) {
        let Kind::Nested(_, attributes) = &attribute.kind else { return };
        let inner = |walk: &mut Self, item: &Value, path: &Path| {
            let Some(entries) = item.entries() else { return };
            for attribute in attributes {
                let value = entries.get(&attribute.name).unwrap_or(&Value::Null);
                walk.attribute(attribute, value, &path.then_attribute(&attribute.name));
            }
        };
        match &attribute.kind {
            Kind::Nested(super::Nesting::Single, _) => inner(self, value, path),
            _ => self.each(value, path, inner),
        }
    }

    /// Every element of a list, set or map. Elements of a set have no address of their own.
    fn each(&mut self, value: &Value, path: &Path, mut visit: impl FnMut(&mut Self, &Value, &Path)) {
        match value {
            Value::List(items) => {
                for (index, item) in (0_i64..).zip(items) {
                    visit(self, item, &path.then(Step::Index(index)));
                }
            }
            Value::Set(items) => items.iter().for_each(|item| visit(self, item, path)),
            Value::Map(entries) => {
                for (key, item) in entries {
                    visit(self, item, &path.then(Step::Key(key.clone())));
                }
            }
            Value::Dynamic(inner) => self.each(&inner.1, path, visit),
            _ => {}
        }
    }
}
