//! What a destroy leaves.

use super::content::{Lists, Previous};
use super::model::{Mode, Model, OnDestroy, Scalars};
use crate::rules::{DefaultAction, Edit, Rules};

/// What a delete writes.
pub(super) struct Restoring {
    pub edit: Edit,
    pub scalars: Scalars,
    pub lists: Lists,
}

impl Restoring {
    /// `None` when nothing is to be written. `made` is a rule set that was made on the same registry in the same run.
    pub(super) fn of(
        prior: &Model,
        made: Option<&Model>,
        previous: Option<Previous>,
        managed: &Scalars,
    ) -> Option<Self> {
        let ours = prior.known_rules();
        let lists = Lists::of(prior.mode());
        let (edit, scalars) = match (prior.on_destroy(), previous, made) {
            (OnDestroy::Keep, ..) | (OnDestroy::RestorePrevious, None, _) => return None,
            (_, _, Some(made)) => return Self::beside(prior.mode(), &ours, made),
            (OnDestroy::RestoreDefault, ..) => (restore_default(prior, ours), Scalars::default()),
            (OnDestroy::RestorePrevious, Some(previous), _) => {
                (restore_previous(prior, &ours, &previous), previous.scalars(managed))
            }
        };
        Some(Self { edit, scalars, lists })
    }

    /// The registry is the new rule set's: only our rules that it does not list are still to go.
    pub(super) fn beside(mode: Mode, ours: &Rules, successor: &Model) -> Option<Self> {
        if (mode, successor.mode()) == (Mode::Authoritative, Mode::Authoritative) {
            return None;
        }
        let edit = Edit::removal(None, ours.without(&successor.known_rules()));
        Some(Self { edit, scalars: Scalars::default(), lists: Lists::Changed })
    }
}

pub(super) fn restore_default(prior: &Model, ours: Rules) -> Edit {
    match prior.mode() {
        Mode::Authoritative => Edit::authoritative(DefaultAction::Allow, Rules::default()),
        Mode::Additive => Edit::removal(Some(DefaultAction::Allow), ours),
    }
}

/// Rules that were there before and were only listed again are not ours to remove; and an additive rule set whose default action is the one from before
/// has none to bring back: another may be bringing back its own at the same time.
pub(super) fn restore_previous(prior: &Model, ours: &Rules, previous: &Previous) -> Edit {
    match prior.mode() {
        Mode::Authoritative => Edit::authoritative(previous.default_action(), previous.rules()),
        Mode::Additive => {
            let before = previous.default_action();
            let changed = prior.default_action.known().is_none_or(|ours| ours != before.as_str());
            Edit::removal(changed.then_some(before), ours.without(&previous.rules()))
        }
    }
}
