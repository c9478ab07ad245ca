//! `toy_blocks`: blocks of every nesting.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::Diagnostics;
use acrnet::terraform::framework::{Context, Identity, Intent, Partial, Resource};
use acrnet::terraform::schema::{
    Attribute, Block, BlockNesting, IdentityAttribute, IdentitySchema, NestedBlock, Schema,
};
use acrnet::terraform::value::Tf;

use super::{Clients, no_id, settled};

/// The resource type.
#[derive(Debug)]
pub(super) struct Blocks;

/// One field per attribute and block. A collection of blocks is unknown as a whole while a `dynamic` block is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    id: Tf<String>,
    name: Tf<String>,
    owner: Tf<Owner>,
    limits: Tf<Limits>,
    steps: Tf<Vec<Tf<Step>>>,
    labels: Tf<Vec<Tf<Label>>>,
    doors: Tf<BTreeMap<String, Tf<Door>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    user: Tf<String>,
    badge: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    most: Tf<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    run: Tf<String>,
    retries: Tf<i64>,
    number: Tf<i64>,
    only: Tf<Vec<Tf<Label>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    text: Tf<String>,
    colour: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Door {
    open: Tf<bool>,
    key: Tf<String>,
}

/// The identity: the parts of the id, of which an import may leave one out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByName {
    prefix: Option<String>,
    name: String,
}

impl Identity for ByName {
    fn schema() -> IdentitySchema {
        IdentitySchema::new()
            .attribute(IdentityAttribute::string("prefix", "Defaults to `toy`.").optional_for_import())
            .attribute(IdentityAttribute::string("name", "The name."))
    }
}

impl Resource for Blocks {
    const NAME: &'static str = "toy_blocks";
    type Clients = Clients;
    type Model = Model;
    type Identity = ByName;

    fn schema() -> Schema {
        let owner = Block::new("At most one, null where it is absent.")
            .attribute(Attribute::string("user", "Who.").required().replaces())
            .attribute(Attribute::string("badge", "Made once.").computed().kept());
        let limits =
            Block::new("At most one, an object in any case.").attribute(Attribute::number("most", "How many."));
        let label = || {
            Block::new("A set.")
                .attribute(Attribute::string("text", "What it says.").required())
                .attribute(Attribute::string("colour", "Defaults to `grey`.").default("grey"))
        };
        let step = Block::new("A list.")
            .attribute(Attribute::string("run", "What to do.").required())
            .attribute(Attribute::number("retries", "Defaults to `0`.").default(0))
            .attribute(Attribute::number("number", "Its place, from 1.").computed())
            .nested_block(NestedBlock::new("only", BlockNesting::Set, label()));
        let door = Block::new("A map: each has a label.")
            .attribute(Attribute::bool("open", "Whether it is.").required())
            .attribute(Attribute::string("key", "Made once.").computed().kept());
        Schema::new("Blocks of every nesting.")
            .attribute(Attribute::string("id", "`<prefix>-<name>`.").computed().kept())
            .attribute(Attribute::string("name", "A new name makes a new toy.").required().replaces())
            .nested_block(NestedBlock::single("owner", owner))
            .nested_block(NestedBlock::new("limits", BlockNesting::Group, limits))
            .nested_block(NestedBlock::new("steps", BlockNesting::List, step).items(0, 4))
            .nested_block(NestedBlock::new("labels", BlockNesting::Set, label()))
            .nested_block(NestedBlock::new("doors", BlockNesting::Map, door))
    }

    async fn read(clients: &Clients, _context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        Ok(clients.store.find::<Model>(&state.id))
    }

    async fn create(clients: &Clients, _context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        Ok(made(clients, intent.planned))
    }

    async fn update(
        clients: &Clients,
        _context: &mut Context,
        _prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        Ok(made(clients, intent.planned))
    }

    async fn delete(clients: &Clients, _context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        clients.store.remove(&prior.id);
        Ok(())
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        no_id(id).map_or_else(|| Ok(Model { id: Tf::Known(id.to_owned()), ..Model::default() }), Err)
    }

    fn identity(model: &Model) -> Option<ByName> {
        let (prefix, name) = model.id.known()?.split_once('-')?;
        Some(ByName { prefix: Some(prefix.to_owned()), name: name.to_owned() })
    }

    fn import_identity(identity: ByName) -> Result<Model, Diagnostics> {
        let prefix = identity.prefix.as_deref().unwrap_or("toy");
        Self::import(&format!("{prefix}-{}", identity.name))
    }
}

/// The planned model, with what making it has decided, stored.
fn made(clients: &Clients, mut model: Model) -> Model {
    let name = model.name.known().cloned().unwrap_or_default();
    model.id = settled(model.id, clients.id(&name));
    if let Tf::Known(owner) = &mut model.owner {
        owner.badge = settled(std::mem::take(&mut owner.badge), format!("badge of {name}"));
    }
    if let Tf::Known(steps) = &mut model.steps {
        for (number, step) in (1..).zip(steps) {
            let Tf::Known(step) = step else { continue };
            step.number = settled(step.number, number);
        }
    }
    if let Tf::Known(doors) = &mut model.doors {
        for (label, door) in doors {
            let Tf::Known(door) = door else { continue };
            door.key = settled(std::mem::take(&mut door.key), format!("key of {label}"));
        }
    }
    clients.store.put(&model.id, &model);
    model
}
