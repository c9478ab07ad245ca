//! Which list answers, if any does: counted by who asks.
//!
//! From the readings comes each id that is asked for; back goes the list it is to be looked for in, or none, while a reading of it alone is
//! better. A write closes the lists of its object for good: what is written in a process is read alone from then on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::azure::snapshot::list::List;
use crate::azure::snapshot::object::Object;

/// How many of one place are read alone before a list is begun. Terraform works on ten at once: up to ten are answered soonest by a GET each; and
/// an apply, where each look is followed by a write, has written before it comes to the eleventh, and never lists.
pub(super) const ALONE: usize = 10;

/// The lists of one kind of object, by their paths in lower case.
#[derive(Debug)]
pub(super) struct Lists<K: Object>(Mutex<HashMap<String, Arc<List<K>>>>);

impl<K: Object> Default for Lists<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Object> Lists<K> {
    /// The list to look for it in.
    ///
    /// A place's list is begun once more than [`ALONE`] of it were asked for: of the subscription when they are in many resource groups, of the
    /// resource group when at least half of them are in it.
    pub(super) fn choose(&self, id: &K) -> Option<Arc<List<K>>> {
        let mut lists = self.lock();
        let open: Vec<_> =
            id.lists().into_iter().map(|path| entry(&mut lists, path)).filter(|list| list.is_open()).collect();
        if let Some(begun) = open.iter().find(|list| list.has_begun()) {
            begun.ask();
            return Some(Arc::clone(begun));
        }
        let asked: Vec<usize> = open.iter().map(|list| list.ask()).collect();
        let widest = *asked.last().filter(|&&asked| asked > ALONE)?;
        let chosen = asked.iter().position(|asked| asked * 2 >= widest)?;
        open[chosen].begin();
        // These are seen to; the wider lists count the others.
        open[chosen + 1..].iter().for_each(|wider| wider.forget(asked[chosen]));
        Some(Arc::clone(&open[chosen]))
    }

    /// What any list shows of it, or of its neighbours, is no longer told.
    pub(super) fn close(&self, id: &K) {
        let mut lists = self.lock();
        for path in id.lists() {
            entry(&mut lists, path).close();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<List<K>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry<K: Object>(lists: &mut HashMap<String, Arc<List<K>>>, path: String) -> Arc<List<K>> {
    Arc::clone(lists.entry(path.to_ascii_lowercase()).or_insert_with(|| Arc::new(List::new(path))))
}
