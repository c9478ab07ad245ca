//! What is open in this process, so that nothing stays open that Terraform does not close.
//!
//! Two things that the protocol alone does not give. Terraform (1.11) hands a close the private data of the open, not of the last renewal: what a
//! renewal remembers is remembered here. And when the host is gone, or the process is asked to end, nobody sends a close: what is open then
//! is in here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::terraform::framework::Private;

/// Under which name private data holds which opened object it is.
const INSTANCE: &str = "instance";

/// The objects that are open, with the clients that opened them: another run may have configured the process anew since.
#[derive(Debug)]
pub(in crate::terraform::framework) struct Opened<C> {
    open: Mutex<HashMap<Uuid, Held<C>>>,
    opening: watch::Sender<usize>,
    closing: watch::Sender<usize>,
    /// Cancelled when the process ends: no renewal is of use any more.
    pub ending: CancellationToken,
    /// Cancelled when the process can wait no longer for what is being closed.
    pub given_up: CancellationToken,
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
        let [ending, given_up] = std::array::from_fn(|_| CancellationToken::new());
        let [opening, closing] = std::array::from_fn(|_| watch::Sender::default());
        Self { open: Mutex::default(), opening, closing, ending, given_up }
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

    /// Remembers what a renewal has left; `false` if the object was closed meanwhile.
    pub(in crate::terraform::framework) fn remember(&self, private: &Private) -> bool {
        let mut open = self.lock();
        let held = instance(private).and_then(|instance| open.get_mut(&instance));
        if let Some(held) = held {
            held.private = private.clone();
            return true;
        }
        false
    }

    /// Takes the object out, to close it.
    pub(in crate::terraform::framework) fn take(&self, private: &Private) -> Option<Held<C>> {
        self.lock().remove(&instance(private)?)
    }

    /// Takes all objects out, once no call is under way that may add or change one. Those that are being closed are out already.
    pub(in crate::terraform::framework) async fn take_all(&self) -> Vec<Held<C>> {
        none_of(&self.opening).await;
        self.lock().drain().map(|(_, held)| held).collect()
    }

    /// Ends once nothing is being closed.
    pub(in crate::terraform::framework) async fn all_closed(&self) {
        none_of(&self.closing).await;
    }

    /// Counts an open or a renewal as under way for as long as the answer lives.
    pub(in crate::terraform::framework) fn opening(&self) -> UnderWay<'_> {
        UnderWay::one_of(&self.opening)
    }

    /// Counts a close as under way for as long as the answer lives.
    pub(in crate::terraform::framework) fn closing(&self) -> UnderWay<'_> {
        UnderWay::one_of(&self.closing)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Held<C>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn none_of(calls: &watch::Sender<usize>) {
    // It cannot fail: the sender lives.
    let _ = calls.subscribe().wait_for(|calls| *calls == 0).await;
}

fn instance(private: &Private) -> Option<Uuid> {
    private.read::<String>(INSTANCE)?.parse().ok()
}

/// One call in the count.
pub(in crate::terraform::framework) struct UnderWay<'o>(&'o watch::Sender<usize>);

impl<'o> UnderWay<'o> {
    fn one_of(calls: &'o watch::Sender<usize>) -> Self {
        calls.send_modify(|calls| *calls += 1);
        Self(calls)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_being_closed_keeps_nothing_else_open_and_is_waited_for_in_the_end() {
        let opened = Opened::<()>::default();
        let held = || Held { name: "lease".to_owned(), clients: Arc::new(()), private: Private::default() };
        let first = opened.add(held());
        opened.add(held());
        let closing = opened.closing();
        assert!(opened.take(&first).is_some());
        assert_eq!(opened.take_all().await.len(), 1);
        assert!(timeout(Duration::from_secs(1), opened.all_closed()).await.is_err());
        drop(closing);
        opened.all_closed().await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_being_opened_is_waited_for_and_taken() {
        let opened = Opened::<()>::default();
        let opening = opened.opening();
        assert!(timeout(Duration::from_secs(1), opened.take_all()).await.is_err());
        opened.add(Held { name: "lease".to_owned(), clients: Arc::new(()), private: Private::default() });
        drop(opening);
        assert_eq!(opened.take_all().await.len(), 1);
    }
}
