//! What a resource remembers beside its state, unseen by the user.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

/// Named JSON values, carried by Terraform as opaque bytes from plan to apply and from run to run.
///
/// Terraform stores whatever comes back, so what is not changed is handed back as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(Map<String, Json>);

impl Private {
    /// From the bytes of a request. Bytes that are no JSON object (another provider's, before a move)
    /// are dropped: nothing in here may be needed to go on.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        match serde_json::from_slice(bytes) {
            Ok(Json::Object(entries)) => Self(entries),
            _ => Self::default(),
        }
    }

    /// The bytes of a response; none for nothing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).expect("invariant: JSON values with texts as keys can be written")
    }

    /// What is kept under that name, if it is there and has that form.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.get(name).and_then(|json| serde_json::from_value(json.clone()).ok())
    }

    /// Keeps a value under a name.
    pub fn keep<T: Serialize>(&mut self, name: &str, value: &T) {
        if let Ok(json) = serde_json::to_value(value) {
            self.0.insert(name.to_owned(), json);
        }
    }

    /// Forgets what is kept under that name.
    pub fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::Private;

    #[test]
    fn what_is_kept_is_there_after_the_way_through_terraform() {
        let mut private = Private::default();
        private.keep("rules", &vec!["a", "b"]);
        private.keep("count", &3);
        let back = Private::decode(&private.encode());
        assert_eq!(back, private);
        assert_eq!(back.read::<Vec<String>>("rules"), Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn what_nobody_touched_goes_back_byte_for_byte() {
        let bytes = br#"{"z":1.10,"a":{"later":[null]}}"#;
        assert_eq!(Private::decode(bytes).encode(), bytes);
    }

    #[test]
    fn nothing_kept_is_no_bytes() {
        let mut private = Private::default();
        assert!(private.encode().is_empty());
        private.keep("a", &1);
        private.forget("a");
        assert!(private.encode().is_empty());
    }

    #[test]
    fn what_is_absent_or_of_another_form_is_none() {
        let private = Private::decode(br#"{"a":"text"}"#);
        assert_eq!(private.read::<u32>("a"), None);
        assert_eq!(private.read::<String>("b"), None);
    }

    #[test]
    fn bytes_of_another_provider_are_forgotten() {
        for bytes in [&b"\x00\xff"[..], b"[1]", b"{", b"null"] {
            assert_eq!(Private::decode(bytes), Private::default());
        }
    }
}
