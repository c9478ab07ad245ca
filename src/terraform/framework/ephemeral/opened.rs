//! What is open in this process, so that nothing stays open that Terraform does not close.
//!
//! Two things that the protocol alone does not give. Terraform (1.11) hands a close the private data of the open, not of the last renewal: what a
//! renewal remembers is remembered here. And when the host is gone, or the process is asked to end, nobody sends a close: what is open then
//! is in here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use crate::terraform::framework::Private;

/// Under which name private data holds which opened object it is.
const INSTANCE: &str = "instance";

/// The objects that are open, with the clients that opened them: another run may have configured the process anew since.
#[derive(Debug)]
pub(in crate::terraform::framework) struct Opened<C> {
    open: Mutex<HashMap<Uuid, Held<C>>>,
    under_way: watch::Sender<usize>,
}

/// An open object.
#[derive(Debug)]
pub(in crate::terraform::framework) struct Held<C> {
    /// Its type.
    pub name: String,
    /// Who opened it.
    pub clients: Arc<C>,
    /// What is remembered of it by now.
    pub private: Private,
}

impl<C> Clone for Held<C> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), clients: Arc::clone(&self.clients), private: self.private.clone() }
    }
}

impl<C> Default for Opened<C> {
    fn default() -> Self {
        Self { open: Mutex::default(), under_way: watch::Sender::default() }
    }
}

impl<C> Opened<C> {
    /// Adds an object; gives its private data, by which it is known from now on.
    pub(in crate::terraform::framework) fn add(&self, mut held: Held<C>) -> Private {
        let instance = Uuid::new_v4();
        held.private.keep(INSTANCE, &instance.to_string());
        let private = held.private.clone();
        self.lock().insert(instance, held);
        private
    }

    /// The object with that private data, or an older one of its.
    pub(in crate::terraform::framework) fn find(&self, private: &Private) -> Option<Held<C>> {
        self.lock().get(&instance(private)?).cloned()
    }

    /// Remembers what a renewal has left.
    pub(in crate::terraform::framework) fn remember(&self, private: &Private) {
        if let Some(instance) = instance(private)
            && let Some(held) = self.lock().get_mut(&instance)
        {
            held.private = private.clone();
        }
    }

    /// Takes the object out, to close it.
    pub(in crate::terraform::framework) fn take(&self, private: &Private) -> Option<Held<C>> {
        self.lock().remove(&instance(private)?)
    }

    /// Takes all objects out, once no call is under way that may add or take one.
    pub(in crate::terraform::framework) async fn take_all(&self) -> Vec<Held<C>> {
        // It cannot fail: `self` holds the sender.
        let _ = self.under_way.subscribe().wait_for(|calls| *calls == 0).await;
        self.lock().drain().map(|(_, held)| held).collect()
    }

    /// Counts a call as under way for as long as the answer lives.
    pub(in crate::terraform::framework) fn under_way(&self) -> UnderWay<'_> {
        self.under_way.send_modify(|calls| *calls += 1);
        UnderWay(&self.under_way)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Held<C>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn instance(private: &Private) -> Option<Uuid> {
    private.read::<String>(INSTANCE)?.parse().ok()
}

/// One call in the count.
pub(in crate::terraform::framework) struct UnderWay<'o>(&'o watch::Sender<usize>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}
