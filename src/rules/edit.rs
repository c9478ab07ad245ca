//! How the wanted content of a registry follows from its current content.
//!
//! An [`Edit`] is a value: it is made once from a configuration and applied to whatever the registry holds at the moment of the write, again after
//! each fresh read. Edits of several writers fold by applying one after the other.

use std::collections::BTreeSet;

use crate::rules::ip_rule::IpRule;
use crate::rules::rule_set::{DefaultAction, RuleSet, Rules, SubnetRef};

/// A change to the rule set of a registry, independent of what it holds now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    default_action: Option<DefaultAction>,
    change: Change,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Change {
    Exactly(Rules),
    Adjust { ensure: Rules, remove: Rules },
}

impl Edit {
    /// Exactly these rules; all others go.
    #[must_use]
    pub fn authoritative(default_action: DefaultAction, rules: Rules) -> Self {
        Self { default_action: Some(default_action), change: Change::Exactly(rules) }
    }

    /// These rules besides those of others; rules that were `listed_before` and are listed no longer go. Without a default action, that stays.
    #[must_use]
    pub fn additive(default_action: Option<DefaultAction>, listed: Rules, listed_before: &Rules) -> Self {
        let remove = listed_before.without(&listed);
        Self { default_action, change: Change::Adjust { ensure: listed, remove } }
    }

    /// The end of rules that are ours; those of others stay. Without a default action, that stays.
    #[must_use]
    pub fn removal(default_action: Option<DefaultAction>, ours: Rules) -> Self {
        Self { default_action, change: Change::Adjust { ensure: Rules::default(), remove: ours } }
    }

    /// The same, but rules of `others` that are there stay.
    #[must_use]
    pub fn sparing(&self, others: &Rules, current: &RuleSet) -> Self {
        let change = match &self.change {
            Change::Exactly(rules) => {
                let held =
                    Rules { ip_rules: current.ip_rules.clone(), subnets: current.subnets.clone().unwrap_or_default() };
                Change::Exactly(rules.with(&held.shared_with(others)))
            }
            Change::Adjust { ensure, remove } => {
                Change::Adjust { ensure: ensure.clone(), remove: remove.without(others) }
            }
        };
        Self { default_action: self.default_action, change }
    }

    /// Whether an IP rule stays or goes, if this decides about it.
    #[must_use]
    pub fn decides(&self, rule: &IpRule) -> Option<bool> {
        match &self.change {
            Change::Exactly(rules) => Some(rules.ip_rules.contains(rule)),
            Change::Adjust { ensure, .. } if ensure.ip_rules.contains(rule) => Some(true),
            Change::Adjust { remove, .. } => remove.ip_rules.contains(rule).then_some(false),
        }
    }

    /// The content that follows from `current`, and whether it differs from it.
    ///
    /// Rules that stay keep the spelling of `current`, rules that come are canonical: the result is what to send.
    ///
    /// # Errors
    ///
    /// [`EditError::UnknownSubnets`] if the edit concerns subnets and those of `current` are unknown.
    pub fn apply(&self, current: &RuleSet) -> Result<Edited, EditError> {
        let rule_set = RuleSet {
            default_action: self.default_action.unwrap_or(current.default_action),
            ip_rules: self.ip_rules(&current.ip_rules),
            subnets: match &current.subnets {
                Some(subnets) => Some(self.subnets(subnets)),
                None if self.concerns_subnets() => return Err(EditError::UnknownSubnets),
                None => None,
            },
        };
        let changed = rule_set != *current;
        Ok(Edited { rule_set, changed })
    }

    fn ip_rules(&self, current: &BTreeSet<IpRule>) -> BTreeSet<IpRule> {
        match &self.change {
            Change::Exactly(rules) => kept_or_new(&rules.ip_rules, current, IpRule::to_canonical),
            Change::Adjust { ensure, remove } => {
                let kept = (current - &remove.ip_rules).into_iter();
                kept.chain(kept_or_new(&ensure.ip_rules, current, IpRule::to_canonical)).collect()
            }
        }
    }

    fn subnets(&self, current: &BTreeSet<SubnetRef>) -> BTreeSet<SubnetRef> {
        match &self.change {
            Change::Exactly(rules) => kept_or_new(&rules.subnets, current, SubnetRef::clone),
            Change::Adjust { ensure, remove } => {
                let kept = (current - &remove.subnets).into_iter();
                kept.chain(kept_or_new(&ensure.subnets, current, SubnetRef::clone)).collect()
            }
        }
    }

    /// An authoritative edit without subnets would remove any that are there, but where they are unknown they cannot be written either.
    fn concerns_subnets(&self) -> bool {
        match &self.change {
            Change::Exactly(rules) => !rules.subnets.is_empty(),
            Change::Adjust { ensure, remove } => !ensure.subnets.is_empty() || !remove.subnets.is_empty(),
        }
    }
}

/// The result of an [`Edit`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edited {
    /// The whole content afterwards, spelled as it is to be sent.
    pub rule_set: RuleSet,
    /// Whether anything has to be written at all.
    pub changed: bool,
}

/// Why an [`Edit`] cannot be applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The registry's answer did not say which virtual network rules it holds, so writing any would delete those of others.
    #[error(
        "the registry's virtual network rules are unknown, because the answer did not list them: the API version in use may not carry them"
    )]
    UnknownSubnets,
}

/// Each wanted value as `current` spells it, or else as `spelling` makes it.
fn kept_or_new<T: Clone + Ord>(wanted: &BTreeSet<T>, current: &BTreeSet<T>, spelling: impl Fn(&T) -> T) -> BTreeSet<T> {
    wanted.iter().map(|value| current.get(value).cloned().unwrap_or_else(|| spelling(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(ip_rules: &[&str], subnets: &[&str]) -> Rules {
        Rules {
            ip_rules: ip_rules.iter().map(|text| IpRule::read(text)).collect(),
            subnets: subnets.iter().map(|id| SubnetRef::new(*id)).collect(),
        }
    }

    fn holding(default_action: DefaultAction, Rules { ip_rules, subnets }: Rules) -> RuleSet {
        RuleSet { default_action, ip_rules, subnets: Some(subnets) }
    }

    fn denying(ip_rules: &[&str], subnets: &[&str]) -> RuleSet {
        holding(DefaultAction::Deny, rules(ip_rules, subnets))
    }

    fn applied(edit: &Edit, current: &RuleSet) -> Edited {
        edit.apply(current).unwrap()
    }

    fn ip_texts(edited: &Edited) -> Vec<&str> {
        edited.rule_set.ip_rules.iter().map(IpRule::as_str).collect()
    }

    fn subnet_texts(edited: &Edited) -> Vec<&str> {
        edited.rule_set.subnets.iter().flatten().map(SubnetRef::as_str).collect()
    }

    #[test]
    fn authoritative_leaves_exactly_the_listed_rules() {
        let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4"], &["/a"]));
        let edited = applied(&edit, &holding(DefaultAction::Allow, rules(&["5.6.7.8", "2001:db8::1"], &["/b"])));
        assert_eq!(edited, Edited { rule_set: denying(&["1.2.3.4"], &["/a"]), changed: true });
    }

    #[test]
    fn authoritative_changes_nothing_where_the_registry_means_the_same() {
        let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4/32"], &["/subnets/A"]));
        assert!(!applied(&edit, &denying(&["1.2.3.4"], &["/subnets/a"])).changed);
    }

    #[test]
    fn a_default_action_alone_is_a_change() {
        let edit = Edit::authoritative(DefaultAction::Allow, rules(&[], &[]));
        assert!(applied(&edit, &denying(&[], &[])).changed);
    }

    #[test]
    fn what_stays_keeps_azures_spelling_and_what_comes_is_canonical() {
        let listed = rules(&["1.2.3.4/32", "5.6.7.8/32"], &["/SUBNETS/a", "/subnets/New"]);
        let current = denying(&["1.2.3.4"], &["/subnets/a"]);
        for edit in [
            Edit::authoritative(DefaultAction::Deny, listed.clone()),
            Edit::additive(None, listed.clone(), &rules(&[], &[])),
        ] {
            let edited = applied(&edit, &current);
            assert_eq!(ip_texts(&edited), ["1.2.3.4", "5.6.7.8"]);
            assert_eq!(subnet_texts(&edited), ["/subnets/a", "/subnets/New"]);
        }
    }

    #[test]
    fn additive_keeps_the_rules_of_others_as_they_are_spelled() {
        let edit = Edit::additive(Some(DefaultAction::Deny), rules(&["1.2.3.4"], &["/ours"]), &rules(&[], &[]));
        let edited = applied(&edit, &denying(&["9.9.9.9/32", "16.17.18.5/24", "2001:DB8::1"], &["/Theirs"]));
        assert_eq!(ip_texts(&edited), ["1.2.3.4", "9.9.9.9/32", "16.17.18.5/24", "2001:DB8::1"]);
        assert_eq!(subnet_texts(&edited), ["/ours", "/Theirs"]);
        assert!(edited.changed);
    }

    #[test]
    fn additive_removes_what_was_listed_before_and_is_listed_no_longer() {
        let edit = Edit::additive(None, rules(&["1.2.3.4/32"], &[]), &rules(&["1.2.3.4", "5.6.7.8/32"], &["/Gone"]));
        let edited = applied(&edit, &denying(&["1.2.3.4", "5.6.7.8", "9.9.9.9"], &["/gone", "/theirs"]));
        assert_eq!(ip_texts(&edited), ["1.2.3.4", "9.9.9.9"]);
        assert_eq!(subnet_texts(&edited), ["/theirs"]);
    }

    #[test]
    fn additive_changes_nothing_where_its_rules_are_there() {
        let edit = Edit::additive(None, rules(&["1.2.3.4/32"], &["/A"]), &rules(&["7.7.7.7"], &[]));
        assert!(!applied(&edit, &denying(&["1.2.3.4", "9.9.9.9"], &["/a"])).changed);
    }

    #[test]
    fn without_a_default_action_that_of_the_registry_stays() {
        let edit = Edit::additive(None, rules(&["1.2.3.4"], &[]), &rules(&[], &[]));
        let edited = applied(&edit, &holding(DefaultAction::Allow, rules(&[], &[])));
        assert_eq!(edited.rule_set.default_action, DefaultAction::Allow);
    }

    #[test]
    fn removal_takes_ours_and_leaves_theirs() {
        let edit = Edit::removal(Some(DefaultAction::Allow), rules(&["1.2.3.4/32"], &["/OURS"]));
        let edited = applied(&edit, &denying(&["1.2.3.4", "9.9.9.9"], &["/ours", "/theirs"]));
        assert_eq!(edited.rule_set, holding(DefaultAction::Allow, rules(&["9.9.9.9"], &["/theirs"])));
    }

    #[test]
    fn what_is_spared_stays_and_does_not_come_by_that() {
        let (ours, others) =
            (rules(&["1.2.3.4", "5.6.7.8"], &["/a", "/b"]), rules(&["5.6.7.8/32", "7.7.7.7"], &["/B"]));
        let current = denying(&["1.2.3.4", "5.6.7.8", "9.9.9.9"], &["/a", "/b"]);
        let removal = Edit::removal(None, ours).sparing(&others, &current);
        assert_eq!(applied(&removal, &current).rule_set, denying(&["5.6.7.8", "9.9.9.9"], &["/b"]));
        let all = Edit::authoritative(DefaultAction::Allow, Rules::default()).sparing(&others, &current);
        assert_eq!(applied(&all, &current).rule_set, holding(DefaultAction::Allow, rules(&["5.6.7.8"], &["/b"])));
    }

    #[test]
    fn removing_what_is_gone_already_changes_nothing() {
        let edit = Edit::removal(None, rules(&["1.2.3.4"], &["/ours"]));
        assert!(!applied(&edit, &denying(&["9.9.9.9"], &[])).changed);
    }

    #[test]
    fn edits_of_two_writers_fold_one_after_the_other() {
        let first = Edit::additive(None, rules(&["1.2.3.4"], &[]), &rules(&[], &[]));
        let second = Edit::additive(None, rules(&["5.6.7.8"], &[]), &rules(&[], &[]));
        let edited = applied(&second, &applied(&first, &denying(&[], &[])).rule_set);
        assert_eq!(ip_texts(&edited), ["1.2.3.4", "5.6.7.8"]);
    }

    #[test]
    fn an_edit_applied_twice_changes_nothing_the_second_time() {
        let current = denying(&["5.6.7.8", "9.9.9.9"], &["/theirs"]);
        let (listed, before) = (rules(&["1.2.3.4"], &["/ours"]), rules(&["5.6.7.8"], &[]));
        for edit in [
            Edit::authoritative(DefaultAction::Allow, listed.clone()),
            Edit::additive(None, listed.clone(), &before),
            Edit::removal(Some(DefaultAction::Allow), before.clone()),
        ] {
            let once = applied(&edit, &current);
            assert!(once.changed);
            assert_eq!(applied(&edit, &once.rule_set), Edited { rule_set: once.rule_set.clone(), changed: false });
        }
    }

    #[test]
    fn unknown_subnets_stay_unknown_where_the_edit_concerns_none() {
        let current = RuleSet { subnets: None, ..denying(&["5.6.7.8"], &[]) };
        let listed = rules(&["1.2.3.4"], &[]);
        for edit in [
            Edit::authoritative(DefaultAction::Deny, listed.clone()),
            Edit::additive(None, listed.clone(), &rules(&[], &[])),
            Edit::removal(None, rules(&["5.6.7.8"], &[])),
        ] {
            let edited = applied(&edit, &current);
            assert_eq!(edited.rule_set.subnets, None);
            assert!(edited.changed);
        }
    }

    #[test]
    fn an_edit_of_unknown_subnets_is_refused() {
        let current = RuleSet { subnets: None, ..denying(&[], &[]) };
        let listed = rules(&[], &["/a"]);
        for edit in [
            Edit::authoritative(DefaultAction::Deny, listed.clone()),
            Edit::additive(None, listed.clone(), &rules(&[], &[])),
            Edit::additive(None, rules(&[], &[]), &listed),
            Edit::removal(None, listed.clone()),
        ] {
            assert_eq!(edit.apply(&current), Err(EditError::UnknownSubnets));
        }
    }
}
