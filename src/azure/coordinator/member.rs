//! One edit among those that are worked off together: its bounds, what became of it so far, and who waits for the answer.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::azure::call::{Call, Stopped};
use crate::azure::error::{ArmError, Effect, Story};
use crate::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use crate::azure::write::{Updated, WriteFailed};

/// The outcome, or the panic of the edit.
pub(super) type Answer = Result<Result<Updated<Registry>, WriteFailed<Registry>>, Box<dyn Any + Send>>;

/// Names one member.
#[derive(Debug, Clone)]
pub(super) struct Ticket(Arc<()>);

impl PartialEq for Ticket {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// One edit, and whose it is.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) edit: RegistryEdit,
    pub(super) call: Call,
    pub(super) arrived: Instant,
    /// What was there when it was first asked, without what others were about to add.
    pub(super) before: Option<Registry>,
    /// What the last reading showed.
    pub(super) seen: Option<Registry>,
    /// Whether anything it wanted may have been written.
    pub(super) effect: Effect,
    /// The last failure, while it is waited out.
    pub(super) failure: Option<ArmError>,
    /// What was there when it was proven to hold; `None` while it is still to be written.
    pub(super) held: Option<Registry>,
    /// How often what it wrote was undone by others.
    pub(super) undone: u32,
    /// How often what it wrote did not show.
    pub(super) unshown: u32,
    story: Story,
    ticket: Ticket,
    answer: Option<oneshot::Sender<Answer>>,
}

impl Member {
    pub(super) fn new(edit: RegistryEdit, call: Call, story: Story) -> (Self, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let member = Self {
            edit,
            call,
            arrived: Instant::now(),
            before: None,
            seen: None,
            effect: Effect::None,
            failure: None,
            held: None,
            undone: 0,
            unshown: 0,
            story,
            ticket: Ticket(Arc::default()),
            answer: Some(sender),
        };
        (member, receiver)
    }

    pub(super) fn ticket(&self) -> Ticket {
        self.ticket.clone()
    }

    /// Whether it was not answered yet, and somebody still waits for that.
    pub(super) fn is_here(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }

    /// Whether it is still to be written.
    pub(super) fn is_due(&self) -> bool {
        self.is_here() && self.held.is_none()
    }

    /// Whether it was proven to hold, and waits for the last look.
    pub(super) fn is_held(&self) -> bool {
        self.is_here() && self.held.is_some()
    }

    /// What it wants sent, given what is there.
    pub(super) fn ask(&mut self, view: &Registry) -> Option<RegistryPatch> {
        if self.is_here() { self.unless_it_panics(|edit| edit.patch(view)).flatten() } else { None }
    }

    /// Shows it a reading, as long as nothing of it may have been written.
    pub(super) fn look(&mut self, reading: &Registry) {
        if self.is_here() && self.effect == Effect::None {
            self.unless_it_panics(|edit| edit.look(reading));
        }
    }

    /// An edit that panics is out.
    fn unless_it_panics<T>(&mut self, ask: impl FnOnce(&RegistryEdit) -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(|| ask(&self.edit))) {
            Ok(answer) => Some(answer),
            Err(panic) => {
                self.answer(Err(panic));
                None
            }
        }
    }

    /// What it wanted is there.
    pub(super) fn succeed(&mut self, after: Registry) {
        let before = self.before.take().unwrap_or_else(|| after.clone());
        let wrote = self.effect == Effect::Unknown;
        self.answer(Ok(Ok(Updated { before, after, wrote })));
    }

    pub(super) fn fail(&mut self, error: ArmError) {
        let error = error.after(self.effect);
        let (before, seen) = (self.before.take(), self.seen.take());
        self.answer(Ok(Err(WriteFailed { error, before, seen })));
    }

    /// Its time is over while others go on. What is proven to hold is a success; only the second look is missing.
    pub(super) fn dismiss(&mut self, why: Stopped) {
        if let Some(held) = self.held.take() {
            return self.succeed(held);
        }
        let error = match self.failure.take() {
            Some(failure) => failure.interrupted(why),
            None => ArmError::stopped(&self.story, why, self.effect, "the registry was being read and written"),
        };
        self.fail(error);
    }

    /// Ends when its call does, or when nobody waits for it any more.
    async fn over(&mut self) -> Stopped {
        let Some(answer) = &mut self.answer else { return std::future::pending().await };
        match self.call.bound(answer.closed()).await {
            Ok(()) => Stopped::Cancelled,
            Err(why) => why,
        }
    }

    fn answer(&mut self, answer: Answer) {
        if let Some(waiting) = self.answer.take() {
            // Whoever has gone does not want to know.
            let _ = waiting.send(answer);
        }
    }
}

/// The first whose call is over, and why.
pub(super) async fn first_over(members: &mut [Member]) -> (usize, Stopped) {
    let waits: Vec<_> = members.iter_mut().map(|member| Box::pin(member.over())).collect();
    let mut waits = pin!(waits);
    poll_fn(|context| {
        for (index, wait) in waits.iter_mut().enumerate() {
            if let Poll::Ready(why) = wait.as_mut().poll(context) {
                return Poll::Ready((index, why));
            }
        }
        Poll::Pending
    })
    .await
}
