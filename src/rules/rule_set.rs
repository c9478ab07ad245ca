//! The content that this provider manages on a registry: what happens to clients that no rule names, and the rules.
//!
//! Values come from a configuration, a state or an answer of Azure, in whatever order and spelling; here they are sets compared by meaning.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::rules::ip_rule::IpRule;

/// The network rule set of one registry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleSet {
    /// What happens to a client that no rule names.
    pub default_action: DefaultAction,
    /// The IP rules.
    pub ip_rules: BTreeSet<IpRule>,
    /// The subnets of the virtual network rules. `None` is *unknown*, never *empty*: API versions without these rules leave the array out of their
    /// answers, and whoever took that for an empty list would delete the rules with the next write.
    pub subnets: Option<BTreeSet<SubnetRef>>,
}

impl RuleSet {
    /// What has to happen to make `other` out of this one. Subnets that are unknown on either side count as unchanged.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Difference {
        let (ip_added, ip_removed) = changes(&self.ip_rules, &other.ip_rules);
        let (subnets_added, subnets_removed) = match (&self.subnets, &other.subnets) {
            (Some(from), Some(to)) => changes(from, to),
            _ => Default::default(),
        };
        Difference {
            default_action: (self.default_action != other.default_action).then_some(other.default_action),
            added: Rules { ip_rules: ip_added, subnets: subnets_added },
            removed: Rules { ip_rules: ip_removed, subnets: subnets_removed },
        }
    }

    /// The same rule set, each rule in the spelling that `prior` has for it, so that Azure's spelling never shows as a change.
    #[must_use]
    pub fn spelled_as(&self, prior: &Rules) -> Self {
        Self {
            default_action: self.default_action,
            ip_rules: spelled_as(&self.ip_rules, &prior.ip_rules),
            subnets: self.subnets.as_ref().map(|subnets| spelled_as(subnets, &prior.subnets)),
        }
    }
}

/// The values, each in the spelling that `prior` has for it; values that `prior` lacks stay as they are.
#[must_use]
pub fn spelled_as<T: Clone + Ord>(values: &BTreeSet<T>, prior: &BTreeSet<T>) -> BTreeSet<T> {
    values.iter().map(|value| prior.get(value).unwrap_or(value).clone()).collect()
}

/// Some rules, without a statement about all others.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// IP rules.
    pub ip_rules: BTreeSet<IpRule>,
    /// Subnets of virtual network rules.
    pub subnets: BTreeSet<SubnetRef>,
}

impl Rules {
    /// Whether there is no rule at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ip_rules.is_empty() && self.subnets.is_empty()
    }

    /// These rules and the `others`.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        Self { ip_rules: &self.ip_rules | &others.ip_rules, subnets: &self.subnets | &others.subnets }
    }

    /// Those of these rules that are among the `others`.
    #[must_use]
    pub fn shared_with(&self, others: &Self) -> Self {
        Self { ip_rules: &self.ip_rules & &others.ip_rules, subnets: &self.subnets & &others.subnets }
    }

    /// These rules without the `others`.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        Self { ip_rules: &self.ip_rules - &others.ip_rules, subnets: &self.subnets - &others.subnets }
    }
}

/// What changes between two rule sets.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Difference {
    /// The new default action, if it changes.
    pub default_action: Option<DefaultAction>,
    /// Rules that the second has and the first has not, as the second spells them.
    pub added: Rules,
    /// Rules that the first has and the second has not, as the first spells them.
    pub removed: Rules,
}

impl Difference {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.default_action.is_none() && self.added.is_empty() && self.removed.is_empty()
    }
}

fn changes<T: Clone + Ord>(from: &BTreeSet<T>, to: &BTreeSet<T>) -> (BTreeSet<T>, BTreeSet<T>) {
    (to - from, from - to)
}

/// What happens to a client that no rule names. The spelling is Azure's, exactly.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum DefaultAction {
    /// It is let in; rules have no effect.
    Allow,
    /// It is refused.
    Deny,
}

impl DefaultAction {
    /// The word that Azure uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

impl fmt::Display for DefaultAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DefaultAction {
    type Err = DefaultActionError;

    fn from_str(text: &str) -> Result<Self, DefaultActionError> {
        match text {
            "Allow" => Ok(Self::Allow),
            "Deny" => Ok(Self::Deny),
            _ => Err(DefaultActionError { value: text.to_owned() }),
        }
    }
}

/// A text that is no [`DefaultAction`], other letter case included.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{value:?} is not a default action: write \"Allow\" or \"Deny\", in exactly these letters")]
pub struct DefaultActionError {
    /// The text as written.
    pub value: String,
}

/// The resource id of a subnet, as opaque text: what its parts mean is not known here.
///
/// Equal, ordered and hashed without regard to ASCII letter case, as Azure compares resource ids; the spelling is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SubnetRef(String);

impl SubnetRef {
    /// Takes any text; nothing is checked.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text as it was read or written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn folded(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for SubnetRef {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for SubnetRef {}

impl PartialOrd for SubnetRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SubnetRef {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for SubnetRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff); // as `str` does, so that neighbouring fields cannot run together
    }
}

impl fmt::Display for SubnetRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ips(texts: &[&str]) -> BTreeSet<IpRule> {
        texts.iter().map(|text| IpRule::read(text)).collect()
    }

    fn subnets(texts: &[&str]) -> BTreeSet<SubnetRef> {
        texts.iter().map(|text| SubnetRef::new(*text)).collect()
    }

    fn denying(ip_rules: &[&str], ids: &[&str]) -> RuleSet {
        RuleSet { default_action: DefaultAction::Deny, ip_rules: ips(ip_rules), subnets: Some(subnets(ids)) }
    }

    fn texts<T: fmt::Display>(values: &BTreeSet<T>) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_default_action_is_read_in_its_exact_letters_only() {
        assert_eq!("Allow".parse(), Ok(DefaultAction::Allow));
        assert_eq!("Deny".parse(), Ok(DefaultAction::Deny));
        let error = "deny".parse::<DefaultAction>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#""deny" is not a default action: write "Allow" or "Deny", in exactly these letters"#
        );
    }

    #[test]
    fn subnet_ids_differ_by_more_than_letter_case_only() {
        let (one, other) =
            (SubnetRef::new("/subscriptions/A/subnets/Web"), SubnetRef::new("/SUBSCRIPTIONS/a/subnets/web"));
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        assert_eq!(HashSet::from([one.clone(), other]).len(), 1);
        assert_eq!(one.as_str(), "/subscriptions/A/subnets/Web");
        assert_ne!(one, SubnetRef::new("/subscriptions/A/subnets/Web2"));
    }

    #[test]
    fn letter_case_beyond_ascii_makes_another_subnet() {
        assert_ne!(SubnetRef::new("/subnets/ä"), SubnetRef::new("/subnets/Ä"));
    }

    #[test]
    fn rule_sets_are_equal_in_any_order_and_spelling() {
        assert_eq!(
            denying(&["1.2.3.4", "16.0.0.0/24"], &["/a", "/b"]),
            denying(&["16.0.0.0/24", "1.2.3.4/32"], &["/B", "/A"])
        );
    }

    #[test]
    fn unknown_subnets_are_not_empty_subnets() {
        assert_ne!(denying(&[], &[]), RuleSet { subnets: None, ..denying(&[], &[]) });
    }

    #[test]
    fn the_difference_names_what_comes_and_what_goes() {
        let from = denying(&["1.2.3.4", "5.6.7.8"], &["/a"]);
        let to =
            RuleSet { default_action: DefaultAction::Allow, ..denying(&["1.2.3.4/32", "9.9.9.0/24"], &["/A", "/b"]) };
        let difference = from.difference(&to);
        assert_eq!(difference.default_action, Some(DefaultAction::Allow));
        assert_eq!(difference.added, Rules { ip_rules: ips(&["9.9.9.0/24"]), subnets: subnets(&["/b"]) });
        assert_eq!(difference.removed, Rules { ip_rules: ips(&["5.6.7.8"]), subnets: BTreeSet::new() });
    }

    #[test]
    fn equal_rule_sets_have_an_empty_difference() {
        assert!(denying(&["1.2.3.4"], &["/a"]).difference(&denying(&["1.2.3.4/32"], &["/A"])).is_empty());
    }

    #[test]
    fn unknown_subnets_never_show_as_removed() {
        let unknown = RuleSet { subnets: None, ..denying(&[], &[]) };
        assert!(denying(&[], &["/a"]).difference(&unknown).is_empty());
        assert!(unknown.difference(&denying(&[], &["/a"])).is_empty());
    }

    #[test]
    fn what_azure_spells_otherwise_keeps_the_prior_spelling() {
        let remote = denying(&["1.2.3.4", "16.0.0.0/24", "2001:db8::1"], &["/SUBNETS/A", "/subnets/new"]);
        let prior = Rules { ip_rules: ips(&["1.2.3.4/32", "7.7.7.7"]), subnets: subnets(&["/subnets/a"]) };
        let spelled = remote.spelled_as(&prior);
        assert_eq!(spelled, remote);
        assert_eq!(texts(&spelled.ip_rules), ["1.2.3.4/32", "16.0.0.0/24", "2001:db8::1"]);
        assert_eq!(texts(&spelled.subnets.unwrap()), ["/subnets/a", "/subnets/new"]);
    }
}
