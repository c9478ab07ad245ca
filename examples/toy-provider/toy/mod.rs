//! The provider block, and the types behind it.

mod blocks;
mod by_path;
mod demand;
mod functions;
mod kinds;
mod lease;
mod lookup;
mod play;
mod roll;
mod rule_set;

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::{
    Configured, ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource, Function, Host, Provider,
    action, data_source, ephemeral, list, resource,
};
use acrnet::terraform::schema::{Attribute, Check, Schema};
use acrnet::terraform::value::{Path, Tf, Value, from_value};

/// Full address in the registry.
pub const ADDRESS: &str = "registry.terraform.io/acrnet/toy";

/// The provider. Its objects live as long as the process.
#[derive(Debug, Default)]
pub struct Toy {
    store: Arc<Store>,
}

/// One field per argument of the provider block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    prefix: Tf<String>,
    mood: Tf<String>,
}

impl Provider for Toy {
    type Clients = Clients;

    fn schema(&self) -> Schema {
        Schema::new("Keeps toys in memory.")
            .attribute(Attribute::string("prefix", "What ids begin with. Defaults to `toy`."))
            .attribute(Attribute::string("mood", "How the provider feels.").check(Check::one_of(&[
                "calm",
                "explosive",
                "wrong",
            ])))
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        if config.entry("mood").and_then(Value::as_str) == Some("wrong") {
            found.error_at(Path::attribute("mood"), "Wrong mood", "Choose another one.");
        }
        found
    }

    fn configure(&self, config: &Value, host: &Host) -> Configured<Clients> {
        let block: Block = match from_value(config.clone()) {
            Ok(block) => block,
            Err(error) => {
                let wrong = Diagnostic::error("The provider block does not fit its schema", error.to_string());
                return Configured { clients: None, diagnostics: wrong.into() };
            }
        };
        assert!(block.mood.known().is_none_or(|mood| mood != "explosive"), "configured to panic");
        // What is not known yet leaves the provider unconfigured, without an error: plans go on without it.
        let clients = (!block.prefix.is_unknown()).then(|| Clients {
            prefix: block.prefix.into_known().unwrap_or_else(|| "toy".to_owned()),
            terraform_version: host.terraform_version.clone(),
            store: Arc::clone(&self.store),
        });
        Configured { clients, diagnostics: Diagnostics::new() }
    }

    fn resources(&self) -> Vec<Box<dyn ErasedResource<Clients>>> {
        vec![
            resource::<kinds::Kinds>(),
            resource::<blocks::Blocks>(),
            resource::<demand::Demand>(),
            resource::<rule_set::RuleSet>(),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn ErasedDataSource<Clients>>> {
        vec![data_source::<lookup::Lookup>()]
    }

    fn lists(&self) -> Vec<Box<dyn ErasedList<Clients>>> {
        vec![list::<roll::Roll>()]
    }

    fn ephemerals(&self) -> Vec<Box<dyn ErasedEphemeral<Clients>>> {
        vec![ephemeral::<lease::Lease>()]
    }

    fn actions(&self) -> Vec<Box<dyn ErasedAction<Clients>>> {
        vec![action::<play::Play>()]
    }

    fn functions(&self) -> Vec<Function> {
        functions::all()
    }
}

/// What a configured provider hands to its types.
#[derive(Debug)]
pub struct Clients {
    prefix: String,
    terraform_version: String,
    store: Arc<Store>,
}

impl Clients {
    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }
}

/// The remote service of this provider: models by id.
#[derive(Debug, Default)]
struct Store {
    objects: Mutex<HashMap<String, Box<dyn Any + Send>>>,
}

impl Store {
    fn put<M: Clone + Send + 'static>(&self, id: &Tf<String>, model: &M) {
        let id = id.known().cloned().unwrap_or_default();
        self.objects.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Box::new(model.clone()));
    }

    fn find<M: Clone + 'static>(&self, id: &Tf<String>) -> Option<M> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.get(id.known()?).and_then(|object| object.downcast_ref::<M>()).cloned()
    }

    /// All of one type, by id.
    fn all<M: Clone + 'static>(&self) -> Vec<M> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<(&String, &M)> =
            objects.iter().filter_map(|(id, object)| Some((id, object.downcast_ref()?))).collect();
        found.sort_unstable_by_key(|(id, _)| *id);
        found.into_iter().map(|(_, object)| object.clone()).collect()
    }

    fn count<M: 'static>(&self) -> usize {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.values().filter(|object| object.is::<M>()).count()
    }

    fn remove(&self, id: &Tf<String>) {
        let id = id.known().cloned().unwrap_or_default();
        self.objects.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// What was planned, unless that was left to be found out.
fn settled<T>(planned: Tf<T>, found: T) -> Tf<T> {
    if planned.is_unknown() { Tf::Known(found) } else { planned }
}

fn no_id(id: &str) -> Option<Diagnostics> {
    let wrong =
        || Diagnostic::error("Not the id of a toy", format!("\"{id}\" has no hyphen; ids are `<prefix>-<name>`."));
    (!id.contains('-')).then(|| wrong().into())
}
