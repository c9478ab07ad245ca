//! Replacing an object that is only a part of another: without a gap.
//!
//! A rule set or an endpoint does not exist by itself; it is the content of a registry or subnet that
//! stays. When Terraform replaces one in place (it was tainted by a failed create, or `-replace` was
//! asked for), it calls delete and create for the same registry. Taken literally, the delete opens a
//! denying registry for the time between the two, or, with `create_before_destroy`, undoes the create.
//!
//! Three things that Terraform does let the two halves know of each other
//! (`docs/design/replacement.md` has the whole story):
//!
//! * The delete half gets the private data of the *replacing* plan, a plain destroy that of its own.
//!   A plan to create notes there what it will make: [`announce`].
//! * A replacement is planned first as an update, and what that remembers reaches the plan to create:
//!   [`succeed`].
//! * Both halves run in one process, so that what one has done is in its memory: [`Memory`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::terraform::framework::Private;

/// Private data of a plan: the object that it creates.
const CREATES: &str = "creates";

/// Private data of a plan: the object that was ours when the plan was made.
const OWNED: &str = "owned";

/// Notes in the plan of a create what it will make.
pub(super) fn announce(private: &mut Private, object: &str) {
    private.keep(CREATES, &object.to_ascii_lowercase());
}

/// Whether a delete of `object` is one half of a replacement that makes it again.
pub(super) fn announced(private: &Private, object: &str) -> bool {
    noted(private, CREATES, object)
}

/// Notes in the plan of an update what is ours already: should it turn out to be a replacement, its create may take it.
pub(super) fn succeed(private: &mut Private, object: &str) {
    private.keep(OWNED, &object.to_ascii_lowercase());
}

/// Whether a create of `object` succeeds an object of ours.
pub(super) fn succeeds(private: &Private, object: &str) -> bool {
    noted(private, OWNED, object)
}

/// Removes the notes: from a plan to destroy, and from what is stored.
pub(super) fn forget(private: &mut Private) {
    private.forget(CREATES);
    private.forget(OWNED);
}

fn noted(private: &Private, name: &str, object: &str) -> bool {
    private.read::<String>(name).is_some_and(|noted| noted.eq_ignore_ascii_case(object))
}

/// What this process has done to objects that it may meet again: `R` is what a delete remembers for the
/// create that belongs to it, `M` what a create has made.
#[derive(Debug)]
pub(super) struct Memory<R, M> {
    released: Mutex<HashMap<String, Option<R>>>,
    made: Mutex<HashMap<String, M>>,
}

impl<R: Clone, M: Clone> Memory<R, M> {
    /// A delete left `object` alone, for the create that belongs to it, with what it remembered of it.
    pub(super) fn release(&self, object: &str, remembered: Option<R>) {
        lock(&self.released).insert(object.to_ascii_lowercase(), remembered);
    }

    /// What a delete has left for this create; the inner value is absent if it remembered nothing.
    pub(super) fn released(&self, object: &str) -> Option<Option<R>> {
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
        Self { released: Mutex::default(), made: Mutex::default() }
    }
}

fn lock<T>(kept: &Mutex<HashMap<String, T>>) -> MutexGuard<'_, HashMap<String, T>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
