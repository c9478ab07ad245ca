//! After a failed write: wait and try again, find the one to blame, or give up.
//!
//! A batch that Azure refuses is tried again in parts, each from a fresh reading, until everyone either holds or has a refusal of its own.

use crate::azure::coordinator::batch::{Reading, Writer};
use crate::azure::coordinator::blame::{Blame, blame};
use crate::azure::coordinator::fold::{Folded, values};
use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::retry::Verdict;
use crate::azure::write::{self, Passing};

/// What is still to be tried in a batch that was refused.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The last is next.
    pub(super) groups: Vec<Vec<usize>>,
    /// Whether what is there already was found to be accepted, or that is being found out.
    probed: bool,
    /// How many refusals named nobody.
    unnamed: u32,
    /// How many failures were waited out.
    waited: u32,
    /// How often a write could not be sent while its reading was fresh.
    pub(super) outdated: u32,
}

impl Search {
    pub(super) fn of(group: Vec<usize>) -> Self {
        Self { groups: vec![group], ..Self::default() }
    }
}

impl Writer {
    /// What to do after a failed write: wait, find the one to blame, or give up. `false` when nothing is left to do.
    pub(super) async fn goes_on_after(
        &mut self,
        error: ArmError,
        current: &Reading,
        folded: &Folded,
        search: &mut Search,
    ) -> bool {
        let group: Vec<usize> = folded.parts.iter().map(|part| part.member).collect();
        if error.kind == ErrorKind::Outdated {
            search.outdated += 1;
            search.groups.push(group);
            return true;
        }
        if let Some(passing) = write::passing(&error) {
            let others_are_named = passing == Passing::Contention || error.kind == ErrorKind::Conflict;
            self.others |= others_are_named && error.kind != ErrorKind::Throttled;
            search.waited += 1;
            let going_on = self.wait_out(error, search.waited).await;
            search.groups.push(group);
            return going_on;
        }
        let (changing, content): (Vec<_>, Vec<_>) = folded.parts.iter().partition(|part| part.changes);
        let changing: Vec<usize> = changing.iter().map(|part| part.member).collect();
        search.groups.push(content.iter().map(|part| part.member).collect());
        if !is_of_content(&error) {
            self.fail(|_| true, &error);
            return false;
        }
        match blame(&error.message, &folded.parts, &kept(current, folded)) {
            _ if changing.len() == 1 => self.fail(|member| changing.contains(&member), &error),
            Blame::RuleOfOthers => self.fail(|member| changing.contains(&member), &error),
            Blame::These(suspects) => {
                search.groups.extend(suspects.iter().map(|&suspect| vec![suspect]));
                search.groups.push(changing.into_iter().filter(|member| !suspects.contains(member)).collect());
            }
            Blame::Nobody if error.kind == ErrorKind::Forbidden => {
                self.fail(|_| true, &error);
                return false;
            }
            Blame::Nobody => return self.halve(changing, &error, current, folded, search).await,
        }
        true
    }

    /// Tries the halves of a group that was refused without a word on whom. The second time that happens, it is first found out whether Azure
    /// refuses what is there already: then it is nobody's fault, and no search finds it.
    async fn halve(
        &mut self,
        mut group: Vec<usize>,
        error: &ArmError,
        current: &Reading,
        folded: &Folded,
        search: &mut Search,
    ) -> bool {
        search.unnamed += 1;
        let was_sent = error.kind != ErrorKind::Unsupported;
        if was_sent && search.unnamed > 1 && !std::mem::replace(&mut search.probed, true) {
            let current = self.fresh().await.unwrap_or_else(|_| current.clone());
            let probe = folded.patch.as_it_is(&current.view);
            let by = current.answered + self.freshness(search.outdated);
            if self.send(&probe, by).await.is_err_and(|refused| is_of_content(&refused)) {
                self.fail(|_| true, error);
                return false;
            }
        }
        let second = group.split_off(group.len() / 2);
        search.groups.push(second);
        search.groups.push(group);
        true
    }

    /// Waits until a failure has passed. `false` when it is not to be waited for any longer; then all have failed with it.
    async fn wait_out(&mut self, error: ArmError, made: u32) -> bool {
        let policy = self.client.config().retry.clone();
        let verdict = self.client.backoff(&policy, made, &self.longest_call(), error.retry_after);
        match verdict {
            Verdict::Wait(wait) => {
                tracing::debug!(target: "acrnet::azure", %error, round = made, "reading again");
                for member in self.members.iter_mut().filter(|member| member.is_due()) {
                    member.failure = Some(error.clone());
                }
                match self.sleep(wait).await {
                    Ok(()) => return true,
                    Err(why) => self.fail(|_| true, &error.interrupted(why)),
                }
            }
            Verdict::GiveUp(why) => self.fail(|_| true, &error.with_gave_up(why)),
            Verdict::Done => self.fail(|_| true, &error),
        }
        false
    }
}

/// Whether it is what was to be written that was refused, and not who asks, or that it is asked at all.
fn is_of_content(error: &ArmError) -> bool {
    match error.kind {
        ErrorKind::BadRequest | ErrorKind::Forbidden | ErrorKind::OperationFailed | ErrorKind::Unsupported => true,
        ErrorKind::Conflict => !error.has_code(write::NOT_REGISTERED),
        _ => false,
    }
}

/// The rules that were there and stay.
fn kept(current: &Reading, folded: &Folded) -> Vec<String> {
    let after = values(&folded.view);
    values(&current.view).into_iter().filter(|value| after.contains(value)).collect()
}
