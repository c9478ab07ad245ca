//! What every single rule has, and what makes one kind of it.

use crate::azure::id::RegistryId;
use crate::resources::registry_rule::identity::Parts;
use crate::resources::registry_rule::rule::Rule;
use crate::resources::same_id;
use crate::rules::Rules;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::timeouts::Timeouts;
use crate::terraform::framework::{Identity, Model};
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::Tf;

/// A kind of single rule: its attributes, and what its texts mean.
pub trait Kind: Send + Sync + 'static {
    /// The full type name.
    const NAME: &'static str;
    /// The attribute that says what is let in.
    const ELEMENT: &'static str;
    /// An import string.
    const EXAMPLE: &'static str;
    /// One struct per kind, because the attribute has a name of its own in each.
    type Model: Model + From<Fields> + Into<Fields>;
    /// Likewise.
    type Identity: Identity + From<Parts> + Into<Parts>;

    /// The declaration of the type.
    fn schema() -> Schema;

    /// What is wrong or doubtful about a text for what is let in, at its attribute.
    fn check(element: &str) -> Diagnostics;

    /// Whether a text can be one that is let in.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    fn parse(element: &str) -> Result<(), String>;

    /// The one rule that a text stands for.
    fn rules(element: &str) -> Rules;
}

/// The model of either kind.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub id: Tf<String>,
    pub registry_id: Tf<String>,
    /// The range or the subnet.
    pub element: Tf<String>,
    pub on_existing: Tf<String>,
    pub timeouts: Tf<Timeouts>,
}

impl Fields {
    /// A rule as an import knows it. Without an id, so that the read knows that nobody has seen the rule yet.
    pub(super) fn begun(rule: Rule) -> Self {
        Self { registry_id: Tf::Known(rule.registry.to_string()), element: Tf::Known(rule.element), ..Self::default() }
    }

    /// The rule, where all of it is known and sound enough to stand for one.
    pub(super) fn rule<K: Kind>(&self) -> Option<Rule> {
        let registry: RegistryId = self.registry_id.known()?.parse().ok()?;
        let element = self.element.known()?;
        Some(Rule { registry, element: element.clone(), rules: K::rules(element) })
    }

    /// Whether a rule that is there already is taken over.
    pub(super) fn adopts(&self) -> bool {
        self.on_existing.known().is_none_or(|choice| choice == "adopt")
    }

    /// The same, of a rule that is there. What was planned or stored stays as it is spelled.
    pub(super) fn observed(mut self, rule: &Rule) -> Self {
        if self.id.known().is_none() {
            self.id = Tf::Known(rule.id());
        }
        if self.on_existing.is_null() {
            self.on_existing = Tf::Known("adopt".to_owned());
        }
        self
    }
}

/// The attribute `registry_id` of either kind.
pub(in crate::resources) fn registry_id() -> Attribute {
    Attribute::string(
        "registry_id",
        "Id of the registry, \
         `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`. Compared without \
         regard to letter case. Changing it makes a new rule.",
    )
    .required()
    .replaces()
    .check(Check::parses::<RegistryId>())
    .same_when(same_id)
}

/// The attribute `on_existing` of either kind.
pub(in crate::resources) fn on_existing() -> Attribute {
    Attribute::string(
        "on_existing",
        "What to do when the registry has the rule already: `adopt`, after which it is this resource's and goes when that \
         is destroyed (a warning says so), or `fail`, with the `import` block to use instead. Defaults to `adopt`.",
    )
    .default("adopt")
    .check(Check::one_of(&["adopt", "fail"]))
}
