//! One page of a list: its entries, and where the list goes on; and a list as its pages.
//!
//! Asked by those who list; what an entry is, and whether the next page is wanted, is theirs to know.

use http::Uri;
use serde_json::{Map, Value};

use crate::azure::answer::Answer;
use crate::azure::api_version::ApiVersion;
use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::lro;
use crate::azure::request;
use crate::azure::retry::Repeat;

/// A list of Azure's has some dozens of pages at the most; one that goes on longer has no end.
const MOST_PAGES: usize = 1000;

#[derive(Debug)]
pub(super) struct Page {
    pub(super) entries: Vec<Value>,
    /// The next page; `None` on the last.
    pub(super) next: Option<Uri>,
}

/// A list, page by page, as far as somebody wants it. Between two pages entries may come and go.
#[derive(Debug)]
pub(super) struct Pages<'c> {
    client: &'c ArmClient,
    call: &'c Call,
    first: Uri,
    next: Option<Uri>,
    /// A service that links back to a page that was read would be followed for ever.
    read: Vec<Uri>,
}

impl<'c> Pages<'c> {
    /// The list of that path, such as `/subscriptions/{id}/providers/Microsoft.ContainerRegistry/registries`. Asks for nothing of it yet.
    ///
    /// # Errors
    ///
    /// When Resource Manager's address cannot be had.
    pub(super) async fn of(
        client: &'c ArmClient,
        call: &'c Call,
        path: &str,
        version: &ApiVersion,
    ) -> Result<Self, ArmError> {
        let first = request::list(client.resource_manager(call).await?, path, version.as_str()).uri().clone();
        Ok(Self { client, call, next: Some(first.clone()), first, read: Vec::new() })
    }

    /// The entries of the next page, in ARM's order; `None` after the last.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering, a link to another host or in a circle among it.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, ArmError> {
        let Some(link) = self.next.take() else { return Ok(None) };
        let wrong = match () {
            () if self.read.contains(&link) => Some("the list leads in a circle".to_owned()),
            () if self.read.len() >= MOST_PAGES => Some(format!("the list goes on after {MOST_PAGES} pages")),
            () => None,
        };
        if let Some(what) = wrong {
            let story = self.client.story(&request::poll(link));
            return Err(ArmError::of(&story, ErrorKind::Malformed, Effect::None, what));
        }
        let page = Page::read(self.client, self.call, &self.first, link.clone(), Repeat::Always).await?;
        self.read.push(link);
        self.next = page.next;
        Ok(Some(page.entries))
    }
}

impl Page {
    /// The page behind a link, of the list that begins at `first`.
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering.
    pub(super) async fn read(
        client: &ArmClient,
        call: &Call,
        first: &Uri,
        link: Uri,
        repeat: Repeat,
    ) -> Result<Self, ArmError> {
        let request = request::poll(link);
        let story = client.story(&request);
        let answer = client.send(call, request, repeat).await?;
        Self::of(answer, first).map_err(|what| ArmError::of(&story, ErrorKind::Malformed, Effect::None, what))
    }

    /// The page in the answer to a request of the list that begins at `first`.
    ///
    /// # Errors
    ///
    /// What is wrong with it. A link to another host is one: the token does not go there.
    fn of(answer: Answer, first: &Uri) -> Result<Self, &'static str> {
        let mut body = answer.json.unwrap_or_default();
        let Some(Value::Array(entries)) = body.get_mut("value").map(Value::take) else {
            return Err("the list has no array of values");
        };
        // An empty link is none.
        let link = body.get("nextLink").and_then(Value::as_str).filter(|link| !link.is_empty());
        let next = match link.map(str::parse::<Uri>) {
            None => None,
            Some(Ok(link)) if lro::same_origin(first, &link) => Some(link),
            Some(_) => return Err("the link to the next page leads elsewhere; it is not followed"),
        };
        Ok(Self { entries, next })
    }
}

/// An entry cut down to these members, and these of its properties: pages are long, and what nobody asks for is most of them.
pub(super) fn cut_down(mut entry: Value, members: &[&str], properties: &[&str]) -> Value {
    let mut kept = taken(&mut entry, members);
    if let Some(of) = entry.get_mut("properties") {
        kept.insert("properties".to_owned(), taken(of, properties).into());
    }
    kept.into()
}

fn taken(from: &mut Value, members: &[&str]) -> Map<String, Value> {
    members.iter().filter_map(|&member| Some((member.to_owned(), from.get_mut(member)?.take()))).collect()
}
