//! The identity of `toy_demand`.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::Identity;
use acrnet::terraform::schema::{IdentityAttribute, IdentitySchema};
use acrnet::terraform::value::{Tf, Type};

/// The identity: the parts of the id as a list. Version 0 had the id as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByPath {
    pub(super) path: Vec<Tf<String>>,
}

impl Identity for ByPath {
    fn schema() -> IdentitySchema {
        let path = IdentityAttribute::new("path", Type::list(Type::String), "`[<prefix>, <name>]`.");
        IdentitySchema::new().version(1).attribute(path)
    }

    fn upgrade(version: i64, identity: Json) -> Result<Json, Diagnostics> {
        let Some(id) = identity.get("id").and_then(Json::as_str).filter(|_| version == 0) else {
            let detail = format!("Version {version} is not known.");
            return Err(Diagnostic::error("Not an identity of toy_demand", detail).into());
        };
        Ok(json!({"path": id.split('-').collect::<Vec<_>>()}))
    }
}
