//! Replacing an object that is only a part of another: without a gap.
//!
//! A rule set or an endpoint does not exist by itself; it is the content of a registry or subnet that
//! stays. When Terraform replaces one in place (it was tainted by a failed create, or `-replace` was
//! asked for), it calls delete and create for the same registry, and a literal delete would open a
//! denying registry, or cut off a subnet, for the time between the two. With `create_before_destroy`
//! it would even undo the create. What Terraform tells the provider about it (seen with 1.11):
//!
//! * A replacement that is asked for is planned twice, first as an update, then as a create with the
//!   private data of the first plan. So each plan notes in the private data the object it is about, and a
//!   plan to create that finds its own object noted knows that it is there already.
//! * A tainted object is planned as a create alone, without private data. What a failed create left
//!   says so in its private data, and its refresh, in the same process, tells the plan.
//! * The delete half comes with the private data of the plan to create, whereas a plain destroy comes
//!   with that of its own plan. So a delete that finds its own object noted leaves it alone and
//!   hands over what was there.
//! * With `create_before_destroy` the create comes first, and nothing tells it from any other: not
//!   even the old state is read before. The delete comes in the same process, planned anew as a plain
//!   destroy, and finds that the object has been made again. What follows: the new object knows nothing
//!   of what was there before the old one, and when its rules differ it needs `on_existing = "adopt"`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::terraform::framework::Private;

const NOTE: &str = "creates";
const LEFT: &str = "left_by_failed_create";

/// Notes in a plan the object that it is about.
pub(super) fn announce(private: &mut Private, object: &str) {
    private.keep(NOTE, &object.to_ascii_lowercase());
}

/// Removes the note: from a plan of a destroy, and from what is stored.
pub(super) fn forget(private: &mut Private) {
    private.forget(NOTE);
}

/// Whether that object is noted.
pub(super) fn announced(private: &Private, object: &str) -> bool {
    private.read::<String>(NOTE).is_some_and(|noted| noted == object.to_ascii_lowercase())
}

/// Notes in what is stored that a failed create left it.
pub(super) fn mark_left(private: &mut Private) {
    private.keep(LEFT, &true);
}

/// Whether a failed create left it.
pub(super) fn was_left(private: &Private) -> bool {
    private.read::<bool>(LEFT) == Some(true)
}

/// What the calls of one run have to tell each other about objects of a type, each by its id in any letters.
#[derive(Debug)]
pub(super) struct Replacements<T> {
    /// By a delete, to the create that belongs to it.
    pub handed_over: Memory<T>,
    /// By a refresh, of what a failed create left.
    pub left: Memory<T>,
    /// By a create.
    pub made: Memory<T>,
}

impl<T> Default for Replacements<T> {
    fn default() -> Self {
        Self { handed_over: Memory::default(), left: Memory::default(), made: Memory::default() }
    }
}

/// What is known of objects.
#[derive(Debug)]
pub(super) struct Memory<T>(Mutex<HashMap<String, T>>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Memory<T> {
    pub(super) fn keep(&self, object: &str, what: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(object.to_ascii_lowercase(), what);
    }

    pub(super) fn of(&self, object: &str) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&object.to_ascii_lowercase()).cloned()
    }

    pub(super) fn take(&self, object: &str) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&object.to_ascii_lowercase())
    }
}
