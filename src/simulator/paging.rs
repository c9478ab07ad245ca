//! Lists in pages: an absolute `nextLink` that carries where to go on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::call::Call;
use super::settings::Settings;

/// One page: the keys on it, and the link to the next.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) keys: Vec<String>,
    next: Option<String>,
}

/// Cuts a page out of sorted keys. `$skipToken` holds the last key shown: entries that come or go between two pages neither
/// repeat nor hide others.
pub(super) fn page<'a>(call: &Call, keys: impl Iterator<Item = &'a String>, settings: &Settings, url: &str) -> Page {
    let after = call.parameter("$skipToken").and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    let after = after.and_then(|bytes| String::from_utf8(bytes).ok());
    let mut left = keys.filter(|key| after.as_ref().is_none_or(|after| *key > after));
    let keys: Vec<String> = left.by_ref().take(settings.page_size).cloned().collect();
    let more = left.next().is_some();
    let next = keys.last().filter(|_| more).map(|last| {
        let version = call.parameter("api-version").unwrap_or_default();
        format!("{url}{}?api-version={version}&$skipToken={}", call.path, URL_SAFE_NO_PAD.encode(last))
    });
    Page { keys, next }
}

impl Page {
    /// `{"value": […], "nextLink": …}`, without the link on the last page.
    pub(super) fn body(&self, value: &[Value]) -> Value {
        match &self.next {
            Some(next) => json!({"value": value, "nextLink": next}),
            None => json!({"value": value}),
        }
    }
}
