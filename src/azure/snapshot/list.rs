//! One list, read page by page while somebody waits for what is on it.
//!
//! Whoever looks for an object that no page has shown yet reads the next one, or waits while another does; beyond the first few pages
//! nobody reads on for himself alone. Each page is as old as its own request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, ErrorKind};
use crate::azure::page::Page;
use crate::azure::request;
use crate::azure::retry::Repeat;
use crate::azure::snapshot::RECENT;
use crate::azure::snapshot::object::Object;

/// So many pages are read whoever asks: a thousand objects, as Azure pages its lists. How many the list has is known only at its end, and Terraform may
/// ask for the next object when several pages were read for the last one; fewer would read some of a thousand alone.
const PAGES_AT_FIRST: usize = 10;

/// Beyond them, one page for so many readings at most: who asks for a dozen registries among thousands does not pay for thousands. Readings that a
/// page answers let the next be read, so that who asks for all of them gets there.
const READINGS_PER_PAGE: usize = 4;

/// For how many pages one reading waits.
const PAGES_AWAITED: usize = 20;

/// How pages are had by one who waits.
pub(super) struct Pages<'c> {
    pub(super) client: &'c ArmClient,
    pub(super) arm: &'c Url,
    pub(super) call: &'c Call,
}

/// A page: ids, and what is shown of them, unless that is not enough.
struct Entries<K: Object> {
    objects: Vec<(K, Option<K::View>)>,
    next: Option<Uri>,
}

/// What an entry showed, and when its page was asked for; `None` when that was not enough.
type Shown<K> = (Option<Arc<<K as Object>::View>>, Instant);

#[derive(Debug)]
pub(super) struct List<K: Object> {
    /// As the first who asked spelled it.
    pub(super) path: String,
    state: Mutex<State<K>>,
    /// Whose turn it is to read a page.
    turn: tokio::sync::Mutex<()>,
    /// Rings when a page has come, or none will.
    changed: watch::Sender<()>,
}

struct State<K: Object> {
    begun: bool,
    closed: bool,
    /// How many readings might be answered here.
    asked: usize,
    /// How many pages have come.
    pages: usize,
    next: Next,
    shown: HashMap<K, Shown<K>>,
}

#[derive(Clone, PartialEq)]
enum Next {
    First,
    Link(Uri),
    /// The last page has come.
    Nothing,
}

/// What is known of an object.
enum Look<T> {
    Shown(Arc<T>, Instant),
    /// A page to come may show it.
    Later,
    /// It is to be read alone.
    Alone,
}

impl<K: Object> List<K> {
    pub(super) fn new(path: String) -> Self {
        let (begun, closed, asked, pages) = (false, false, 0, 0);
        let state = State { begun, closed, asked, pages, next: Next::First, shown: HashMap::new() };
        let (turn, changed) = (tokio::sync::Mutex::default(), watch::Sender::new(()));
        Self { path, state: Mutex::new(state), turn, changed }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.state().closed
    }

    pub(super) fn has_begun(&self) -> bool {
        self.state().begun
    }

    pub(super) fn begin(&self) {
        self.state().begun = true;
    }

    /// Counts a reading, and says how many there were.
    pub(super) fn ask(&self) -> usize {
        let mut state = self.state();
        state.asked += 1;
        state.asked
    }

    /// So many of those counted are seen to elsewhere.
    pub(super) fn forget(&self, seen_to: usize) {
        let mut state = self.state();
        state.asked = state.asked.saturating_sub(seen_to);
    }

    /// It answers nothing more, and a page that is on its way is not looked at.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.shown = HashMap::new();
        drop(state);
        self.changed.send_replace(());
    }

    /// What it shows of an object that was asked for at that time, and when the page was asked for; `None` when it is to be read alone.
    pub(super) async fn find(&self, pages: &Pages<'_>, id: &K, asked: Instant) -> Option<(Arc<K::View>, Instant)> {
        let mut changed = self.changed.subscribe();
        for _ in 0..PAGES_AWAITED {
            changed.borrow_and_update();
            match self.look(id, asked) {
                Look::Shown(object, sent) => return Some((object, sent)),
                Look::Alone => return None,
                Look::Later => {}
            }
            tokio::select! {
                biased;
                _ = changed.changed() => {}
                turn = pages.call.bound(self.turn.lock()) => {
                    let _turn = turn.ok()?;
                    // The turn may have come with a page that was read by another.
                    if changed.has_changed().is_ok_and(|came| !came) {
                        self.read_page(pages).await;
                    }
                }
            }
        }
        None
    }

    fn look(&self, id: &K, asked: Instant) -> Look<K::View> {
        let mut state = self.state();
        let is_old = match state.shown.get(id) {
            _ if state.closed => return Look::Alone,
            Some((None, _)) => return Look::Alone,
            Some((Some(object), sent)) if asked <= *sent + RECENT => return Look::Shown(Arc::clone(object), *sent),
            shown => shown.is_some(),
        };
        if state.pages >= PAGES_AT_FIRST.max(state.asked.div_ceil(READINGS_PER_PAGE)) {
            return Look::Alone;
        }
        if state.next == Next::Nothing {
            if !is_old {
                return Look::Alone;
            }
            // It was there a while ago: from the beginning, without what is as old.
            state.shown.retain(|_, (_, sent)| asked <= *sent + RECENT);
            state.next = Next::First;
        }
        Look::Later
    }

    async fn read_page(&self, pages: &Pages<'_>) {
        let link = match self.begin_page() {
            Next::Nothing => return,
            Next::First => None,
            Next::Link(link) => Some(link),
        };
        let sent = Instant::now();
        match pages.read(&self.path, link.clone()).await {
            Ok(page) => self.keep(page, sent, link.as_ref()),
            // Its own end is nobody else's.
            Err(error) if matches!(error.kind, ErrorKind::Timeout | ErrorKind::Cancelled) => {}
            Err(error) => {
                tracing::debug!(target: "acrnet::azure", list = self.path, %error, "cannot be listed; each is read alone");
                self.close();
            }
        }
        self.changed.send_replace(());
    }

    /// The page to read, if there is one.
    fn begin_page(&self) -> Next {
        let state = self.state();
        if state.closed || state.next == Next::Nothing {
            return Next::Nothing;
        }
        state.next.clone()
    }

    fn keep(&self, page: Entries<K>, sent: Instant, link: Option<&Uri>) {
        let unfit = !page.objects.is_empty() && page.objects.iter().all(|(_, view)| view.is_none());
        if unfit || page.next.as_ref().is_some_and(|next| Some(next) == link) {
            tracing::debug!(target: "acrnet::azure", list = self.path, unfit, "is of no use; each is read alone");
            return self.close();
        }
        let mut state = self.state();
        if state.closed {
            return;
        }
        state.pages += 1; // not before: who asks while the last one that may be read is on its way waits for it
        state.next = page.next.map_or(Next::Nothing, Next::Link);
        state.shown.extend(page.objects.into_iter().map(|(id, view)| (id, (view.map(Arc::new), sent))));
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages<'_> {
    /// The page behind the link, or the first. Sent once: single readings answer just as well.
    async fn read<K: Object>(&self, path: &str, link: Option<Uri>) -> Result<Entries<K>, ArmError> {
        let version = K::version(self.client.config());
        let first = request::list(self.arm, path, version.as_str()).uri().clone();
        let link = link.unwrap_or_else(|| first.clone());
        let page = Page::read(self.client, self.call, &first, link, Repeat::Never).await?;
        let object = |entry: Value| Some((entry.get("id")?.as_str()?.parse().ok()?, K::entry(entry, version)));
        Ok(Entries { objects: page.entries.into_iter().filter_map(object).collect(), next: page.next })
    }
}

impl<K: Object> std::fmt::Debug for State<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("asked", &self.asked).field("pages", &self.pages).finish_non_exhaustive()
    }
}
