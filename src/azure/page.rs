//! One page of a list: its entries, and where the list goes on.
//!
//! Asked by those who list; what an entry is, and whether the next page is wanted, is theirs to know.

use http::Uri;
use serde_json::{Map, Value};

use crate::azure::answer::Answer;
use crate::azure::lro;

#[derive(Debug)]
pub(super) struct Page {
    pub(super) entries: Vec<Value>,
    /// The next page; `None` on the last.
    pub(super) next: Option<Uri>,
}

impl Page {
    /// The page in the answer to a request of the list that begins at `first`.
    ///
    /// # Errors
    ///
    /// What is wrong with it. A link to another host is one: the token does not go there.
    pub(super) fn of(answer: Answer, first: &Uri) -> Result<Self, &'static str> {
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
