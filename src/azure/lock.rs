//! One holder at a time for each key: a virtual network is written by one task of this process at a time, a quota of requests is waited for in a row.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

/// Locks by name; a lock lives as long as someone holds it or waits for it.
#[derive(Debug, Default)]
pub(super) struct KeyedLocks(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl KeyedLocks {
    /// Waits its turn; keys are compared without regard to ASCII case. Waiters are served in the order they came.
    pub(super) async fn hold(&self, key: &str) -> OwnedMutexGuard<()> {
        let lock = self.lock_of(key.to_ascii_lowercase());
        lock.lock_owned().await
    }

    fn lock_of(&self, key: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(key, Arc::downgrade(&lock));
        lock
    }
}
