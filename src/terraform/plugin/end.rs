//! The end of the process, as those see it who have something to put in order before.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The end to come. The process ends once all of these are gone, or when its patience is over.
#[derive(Clone, Debug)]
pub struct End {
    stop: CancellationToken,
    held: mpsc::Sender<()>,
}

/// The other side: whether anybody still has something to do.
#[derive(Debug)]
pub struct Farewells(mpsc::Receiver<()>);

impl End {
    /// The end that comes when `stop` is cancelled.
    #[must_use]
    pub fn at(stop: CancellationToken) -> (Self, Farewells) {
        let (held, farewells) = mpsc::channel(1);
        (Self { stop, held }, Farewells(farewells))
    }

    /// Does that once the end has come; the process waits for it, a minute at the most. To be called inside a tokio runtime.
    pub fn after(self, farewell: impl Future<Output = ()> + Send + 'static) {
        let Self { stop, held } = self;
        tokio::spawn(async move {
            stop.cancelled().await;
            farewell.await;
            // Named here, or it would be gone at once.
            drop(held);
        });
    }
}

impl Farewells {
    /// Waits until nobody has anything left to do.
    pub async fn said(&mut self) {
        // Nothing is ever sent: it ends when the last sender is gone.
        while self.0.recv().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn the_end_waits_for_what_is_done_after_it_has_come() {
        let stop = CancellationToken::new();
        let (end, mut farewells) = End::at(stop.clone());
        let done = Arc::new(AtomicBool::new(false));
        let doing = Arc::clone(&done);
        end.after(async move {
            tokio::task::yield_now().await;
            doing.store(true, Ordering::SeqCst);
        });
        stop.cancel();
        farewells.said().await;
        assert!(done.load(Ordering::SeqCst));
    }
}
