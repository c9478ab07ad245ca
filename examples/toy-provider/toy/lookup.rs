//! `toy_lookup`: a data source.

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::{Context, DataSource};
use acrnet::terraform::schema::{Attribute, Block, BlockNesting, Check, NestedBlock, Nesting, Schema};
use acrnet::terraform::value::{Path, Tf};

use super::Clients;

/// The data source type.
#[derive(Debug)]
pub(super) struct Lookup;

/// One field per attribute and block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    name: Tf<String>,
    outcome: Tf<String>,
    terraform_version: Tf<String>,
    found: Tf<Vec<Found>>,
    filter: Tf<Vec<Tf<Filter>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    id: String,
    matched: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    contains: Tf<String>,
}

impl DataSource for Lookup {
    const NAME: &'static str = "toy_lookup";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        let found =
            vec![Attribute::string("id", "Its id.").computed(), Attribute::bool("matched", "Always.").computed()];
        let filter = Block::new("What to look for.").attribute(Attribute::string("contains", "A part.").required());
        Schema::new("Looks a toy up.")
            .attribute(Attribute::string("name", "Its name.").required())
            .attribute(
                Attribute::string("outcome", "What happens.").check(Check::one_of(&["panics", "fails", "breaks"])),
            )
            .attribute(Attribute::string("terraform_version", "Who asks.").computed())
            .attribute(Attribute::nested("found", Nesting::List, found, "What was found.").computed())
            .nested_block(NestedBlock::new("filter", BlockNesting::List, filter))
    }

    fn validate(config: &Model) -> Diagnostics {
        let mut found = Diagnostics::new();
        if config.name.known().is_some_and(String::is_empty) {
            found.error_at(Path::attribute("name"), "No name", "A toy has a name.");
        }
        found
    }

    async fn read(clients: &Clients, context: &mut Context, config: Model) -> Result<Model, Diagnostics> {
        let name = config.name.known().cloned().unwrap_or_default();
        let mut model = config;
        match model.outcome.known().map(String::as_str) {
            Some("panics") => panic!("asked to panic"),
            Some("fails") => return Err(Diagnostic::error("Not found", format!("There is no toy {name}.")).into()),
            Some("breaks") => model.name = Tf::Known("another".to_owned()),
            _ => context.warn(Diagnostic::warning("A guess", "Toys are found by guessing.")),
        }
        model.terraform_version = Tf::Known(clients.terraform_version.clone());
        model.found = Tf::Known(vec![Found { id: clients.id(&name), matched: true }]);
        Ok(model)
    }
}
