//! Replacing an object that is only a part of another: without a gap.
//!
//! A rule set or an endpoint does not exist by itself; it is the content of a registry or subnet that
//! stays. When Terraform replaces one in place (it was tainted by a failed create, or `-replace` was
//! asked for), it calls delete and create for the same registry, and a literal delete would open a
//! denying registry, or cut off a subnet, for the time between the two. With `create_before_destroy`
//! it would even undo the create.
//!
//! A plan to create notes in the private data what it will make. Terraform hands the private data of
//! that plan to the delete half as well, whereas a plain destroy comes with that of its own plan. So
//! a delete that finds its own object noted there knows that a create belongs to it, leaves the object
//! alone, and hands over what it remembered (`docs/design/replacement.md`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use crate::terraform::framework::Private;

const NOTE: &str = "creates";

/// What deletes of this process have handed over to the creates that belong to them.
#[derive(Debug, Default)]
pub(super) struct Replacements(Mutex<HashMap<String, Json>>);

impl Replacements {
    /// Notes in the plan of a create what it will make.
    pub(super) fn announce(private: &mut Private, object: &str) {
        private.keep(NOTE, &object.to_ascii_lowercase());
    }

    /// Removes the note: from a plan of a destroy, and from what is stored.
    pub(super) fn forget(private: &mut Private) {
        private.forget(NOTE);
    }

    /// Whether the delete of `object` is one half of a replacement.
    pub(super) fn announced(private: &Private, object: &str) -> bool {
        private.read::<String>(NOTE).is_some_and(|noted| noted == object.to_ascii_lowercase())
    }

    /// Leaves a word for the create that belongs to a delete.
    pub(super) fn hand_over(&self, object: &str, remembered: Json) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(object.to_ascii_lowercase(), remembered);
    }

    /// What the delete that belongs to this create has left, if there was one.
    pub(super) fn take_over(&self, object: &str) -> Option<Json> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&object.to_ascii_lowercase())
    }
}
