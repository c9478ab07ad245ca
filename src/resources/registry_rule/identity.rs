//! What tells one single rule from another: its registry, and what it lets in.

use super::fields::{Fields, Kind};
use super::rule::Rule;
use crate::resources::identity::RegistryIdentity;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics, sentence};
use crate::terraform::framework::Identity;
use crate::terraform::schema::{IdentityAttribute, IdentitySchema};

/// The identity of either kind of rule.
#[derive(Clone, Debug)]
pub struct Parts {
    pub registry: RegistryIdentity,
    /// The range or the subnet.
    pub element: String,
}

/// The attributes of the registry, and one more for what is let in.
pub(in crate::resources) fn identity_schema(element: IdentityAttribute) -> IdentitySchema {
    RegistryIdentity::schema().attribute(element)
}

impl Parts {
    /// Of a rule whose fields are known and sound.
    pub(super) fn of<K: Kind>(fields: &Fields) -> Option<Self> {
        let rule = fields.rule::<K>()?;
        K::parse(&rule.element).ok()?;
        Some(Self { registry: RegistryIdentity::of(&rule.registry), element: rule.element })
    }

    /// Whether both are of one rule.
    pub fn says_the_same<K: Kind>(&self, other: &Self) -> bool {
        self.registry.says_the_same(&other.registry) && K::rules(&self.element) == K::rules(&other.element)
    }

    /// The rule. An error says which part cannot be of one, and how it should look.
    pub(super) fn rule<K: Kind>(self) -> Result<Rule, Diagnostics> {
        let malformed = |why: String| Diagnostic::error(format!("Not the identity of an {}", K::NAME), sentence(&why));
        let registry = self.registry.id().map_err(|error| malformed(error.to_string()))?;
        K::parse(&self.element).map_err(malformed)?;
        Ok(Rule { rules: K::rules(&self.element), registry, element: self.element })
    }
}
