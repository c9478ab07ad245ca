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
        if self.0.is_empty() { Vec::new() } else { Json::Object(self.0.clone()).to_string().into_bytes() }
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
