//! One rule of one registry, and its id: that of the state, and the string to import it by.

use super::fields::Kind;
use crate::azure::id::RegistryId;
use crate::resources::report::in_words;
use crate::rules::Rules;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};

/// What stands between the two parts of an id, as in azurerm's ids of associations.
const BETWEEN: char = '|';

/// A rule that is wholly known.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub registry: RegistryId,
    /// The range or the subnet, as the user spells it.
    pub element: String,
    /// The same as a set of one.
    pub rules: Rules,
}

impl Rule {
    /// Reads an import string.
    pub fn parse<K: Kind>(id: &str) -> Result<Self, Diagnostics> {
        let form = format!("<registry id>{BETWEEN}<{}>", K::ELEMENT);
        let malformed = |why: String| {
            let detail = format!("{}. Expected {form}, such as\n\n  {}", sentence(&why), K::EXAMPLE);
            Diagnostic::error(format!("Not the id of an {}", K::NAME), detail)
        };
        let Some((registry, element)) = id.split_once(BETWEEN) else {
            return Err(malformed(format!("{id:?} has no \"{BETWEEN}\" in it")).into());
        };
        let registry = registry.parse::<RegistryId>().map_err(|error| malformed(error.to_string()))?;
        K::parse(element).map_err(malformed)?;
        Ok(Self { registry, element: element.to_owned(), rules: K::rules(element) })
    }

    /// `<registry id>|<ip range>` or `<registry id>|<subnet id>`, as the user spells them.
    pub fn id(&self) -> String {
        format!("{}{BETWEEN}{}", self.registry, self.element)
    }

    /// The same for every spelling, but for letter case.
    pub fn key(&self) -> String {
        let canonical = self.rules.ip_rules.iter().map(|rule| rule.to_canonical().to_string());
        let element = canonical.chain(self.rules.subnets.iter().map(ToString::to_string)).collect::<String>();
        format!("{}{BETWEEN}{element}", self.registry)
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        in_words(&self.rules)
    }
}
