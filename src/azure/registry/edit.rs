//! A change of a registry's network settings, as a function of what is there.

use std::fmt;
use std::sync::Arc;

use crate::azure::registry::{Registry, RegistryPatch};

/// What someone wants of a registry: asked with each reading for what to send, and with what is there after a write for what is left to send.
///
/// `None` means that all is as wanted, or that it refuses what it sees; then it keeps the refusal for whoever made it. It must want the same
/// thing each time, or less of it, and of what is there change only what is its own: it is asked again, also with what others are about to add.
#[derive(Clone)]
pub struct RegistryEdit {
    change: Arc<Change>,
    look: Option<Arc<Look>>,
    in_company: bool,
}

type Change = dyn Fn(&Registry) -> Option<RegistryPatch> + Send + Sync;
type Look = dyn Fn(&Registry) + Send + Sync;

impl RegistryEdit {
    /// A change by the one who owns the whole rule set: others of its kind on the same registry are not expected, and it is made at once.
    #[must_use]
    pub fn alone(change: impl Fn(&Registry) -> Option<RegistryPatch> + Send + Sync + 'static) -> Self {
        Self { change: Arc::new(change), look: None, in_company: false }
    }

    /// A change by one of many, who each own some rules of the same registry: more of its kind are waited for, a moment, and it is looked at once
    /// more after others had time to overwrite it.
    #[must_use]
    pub fn in_company(change: impl Fn(&Registry) -> Option<RegistryPatch> + Send + Sync + 'static) -> Self {
        Self { change: Arc::new(change), look: None, in_company: true }
    }

    /// The same, and it looks at every reading that a write may be made from, until something of it may have been written: those, and nothing else
    /// it is asked with, show what others have there. What it refuses then, it wants nothing of afterwards.
    #[must_use]
    pub fn looking(self, look: impl Fn(&Registry) + Send + Sync + 'static) -> Self {
        Self { look: Some(Arc::new(look)), ..self }
    }

    /// Shows it a reading that has nothing of it.
    pub(in crate::azure) fn look(&self, current: &Registry) {
        if let Some(look) = &self.look {
            look(current);
        }
    }

    /// What is to be sent so that this comes true where `current` is; `None` when it is true already.
    pub(in crate::azure) fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        (self.change)(current).filter(|patch| !patch.is_empty())
    }

    pub(in crate::azure) fn is_in_company(&self) -> bool {
        self.in_company
    }
}

impl fmt::Debug for RegistryEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryEdit").field("in_company", &self.in_company).finish_non_exhaustive()
    }
}
