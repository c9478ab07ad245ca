//! Several edits of one registry as one: each is asked with what those before it are about to make of it.

use crate::azure::coordinator::member::Member;
use crate::azure::registry::{Registry, RegistryPatch};

/// What several edits come to.
#[derive(Debug)]
pub(super) struct Folded {
    /// What is to be sent; empty when nothing has to change.
    pub(super) patch: RegistryPatch,
    /// What is there once it is stored.
    pub(super) view: Registry,
    /// Who takes part: by its place among the members, with the values it adds. Who wants what another adds, or is content, adds nothing.
    pub(super) parts: Vec<Part>,
}

/// One who takes part.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) member: usize,
    /// Whether it has anything to send.
    pub(super) changes: bool,
    /// The addresses, ranges and subnets that it brings.
    pub(super) values: Vec<String>,
}

/// Folds those of `group`, in its order. Who would undo what another before it wants is left for later, as if it had come later.
pub(super) fn fold(members: &mut [Member], group: &[usize], current: &Registry) -> Folded {
    let folded = in_turn(members, group, current, |_, _, _| true);
    let content = group.iter().all(|&member| members[member].ask(&folded.view).is_none());
    if content || group.len() == 1 {
        return folded;
    }
    in_turn(members, group, current, |members, taken, next| {
        taken.iter().all(|part| members[part.member].ask(next).is_none())
    })
}

fn in_turn(
    members: &mut [Member],
    group: &[usize],
    current: &Registry,
    fits: impl Fn(&mut [Member], &[Part], &Registry) -> bool,
) -> Folded {
    let mut folded = Folded { patch: RegistryPatch::default(), view: current.clone(), parts: Vec::new() };
    for &member in group {
        let asked = members[member].ask(&folded.view);
        if !members[member].is_here() {
            continue;
        }
        let Some(patch) = asked else {
            folded.parts.push(Part { member, changes: false, values: Vec::new() });
            continue;
        };
        let next = patch.applied_to(&folded.view);
        if fits(members, &folded.parts, &next) {
            folded.parts.push(Part { member, changes: true, values: added(&folded.view, &next) });
            folded.patch = std::mem::take(&mut folded.patch).followed_by(patch);
            folded.view = next;
        }
    }
    folded
}

fn added(before: &Registry, after: &Registry) -> Vec<String> {
    let (had, mut has) = (values(before), values(after));
    has.retain(|value| !had.contains(value));
    has
}

/// All addresses, ranges and subnets.
pub(super) fn values(registry: &Registry) -> Vec<String> {
    registry.ip_rules().into_iter().chain(registry.virtual_network_rules().unwrap_or_default()).collect()
}
