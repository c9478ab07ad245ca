//! Replacing an object that is only a part of another: without a gap.
//!
//! A rule set or an endpoint does not exist by itself; it is the content of a registry or subnet that
//! stays. When Terraform replaces one in place (it was tainted by a failed create, or `-replace` was
//! asked for), it calls delete and create for the same registry. Taken literally, the delete opens a
//! denying registry for the time between the two, or, with `create_before_destroy`, undoes the create.
//!
//! Two things that Terraform does let the two halves know of each other
//! (`docs/design/replacement.md` has the whole story):
//!
//! * The delete half gets the private data of the *replacing* plan, a plain destroy that of its own.
//!   A plan to create notes there what it will make: [`announce`].
//! * Both halves run in one process, and so do refresh and plan: what one has seen or done is in its
//!   memory for the other: [`Memory`].

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::terraform::framework::Private;

/// Private data of a plan: the object that it creates.
const CREATES: &str = "creates";

/// Notes in the plan of a create what it will make.
pub(super) fn announce(private: &mut Private, object: &str) {
    private.keep(CREATES, &object.to_ascii_lowercase());
}

/// Whether a delete of `object` is one half of a replacement that makes it again.
pub(super) fn announced(private: &Private, object: &str) -> bool {
    private.read::<String>(CREATES).is_some_and(|noted| noted.eq_ignore_ascii_case(object))
}

/// Removes the note: from a plan to destroy, and from what is stored.
pub(super) fn forget(private: &mut Private) {
    private.forget(CREATES);
}

/// What this process has done to objects that it may meet again: `R` is what a delete remembers for the
/// create that belongs to it, `M` what a create has made.
#[derive(Debug)]
pub(super) struct Memory<R, M> {
    owned: Mutex<HashSet<String>>,
    released: Mutex<HashMap<String, R>>,
    made: Mutex<HashMap<String, M>>,
}

impl<R: Clone, M: Clone> Memory<R, M> {
    /// The state was seen to own `object`.
    pub(super) fn own(&self, object: &str) {
        lock(&self.owned).insert(object.to_ascii_lowercase());
    }

    /// Whether a create of `object` succeeds one that the state owns, or that was just released.
    pub(super) fn owns(&self, object: &str) -> bool {
        let object = object.to_ascii_lowercase();
        lock(&self.owned).contains(&object) || lock(&self.released).contains_key(&object)
    }

    /// A delete left `object` alone, for the create that belongs to it, with what it remembered of it.
    pub(super) fn release(&self, object: &str, remembered: R) {
        lock(&self.released).insert(object.to_ascii_lowercase(), remembered);
    }

    /// What the delete that belongs to this create has left, if there was one.
    pub(super) fn released(&self, object: &str) -> Option<R> {
        lock(&self.released).remove(&object.to_ascii_lowercase())
    }

    /// A create has made this of `object`.
    pub(super) fn made(&self, object: &str, content: M) {
        lock(&self.made).insert(object.to_ascii_lowercase(), content);
    }

    /// What a create of this process has made of `object`.
    pub(super) fn made_by_another(&self, object: &str) -> Option<M> {
        lock(&self.made).get(&object.to_ascii_lowercase()).cloned()
    }
}

impl<R, M> Default for Memory<R, M> {
    fn default() -> Self {
        Self { owned: Mutex::default(), released: Mutex::default(), made: Mutex::default() }
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
