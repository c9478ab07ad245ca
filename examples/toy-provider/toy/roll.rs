//! The list of `toy_demand`: what is in memory, and what a list should not do.

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::{Context, Ended, List, Listing};
use acrnet::terraform::schema::{Attribute, Check, Schema};
use acrnet::terraform::value::{Path, Tf};

use super::Clients;
use super::demand::{self, Demand};

/// What else it can do.
const OUTCOMES: &[&str] = &["panics", "fails", "warns", "nameless", "breaks", "endless", "waits"];

/// The list.
#[derive(Debug)]
pub(super) struct Roll;

/// One field per attribute.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    containing: Tf<String>,
    outcome: Tf<String>,
}

impl List for Roll {
    type Resource = Demand;
    type Model = Model;

    fn schema() -> Schema {
        Schema::new("Lists the toys in memory.")
            .attribute(Attribute::string("containing", "A part of their names."))
            .attribute(Attribute::string("outcome", "What happens.").check(Check::one_of(OUTCOMES)))
    }

    fn validate(config: &Model) -> Diagnostics {
        let mut found = Diagnostics::new();
        if config.containing.known().is_some_and(String::is_empty) {
            found.error_at(Path::attribute("containing"), "Nothing to look for", "Every name contains nothing.");
        }
        found
    }

    async fn list(
        clients: &Clients,
        context: &mut Context,
        config: Model,
        listing: &mut Listing<'_, demand::Model>,
    ) -> Result<(), Ended> {
        let outcome = config.outcome.known().map_or("", String::as_str);
        match outcome {
            "warns" => listing.warn(Diagnostic::warning("A toy is missing", "Nobody knows where it is.")).await?,
            "nameless" => listing.push(&demand::Model::default(), "nameless").await?,
            "endless" => return endless(clients, listing).await,
            _ => {}
        }
        let part = config.containing.known().map_or("", String::as_str);
        for mut toy in clients.store.all::<demand::Model>() {
            let name = toy.name().to_owned();
            if !name.contains(part) {
                continue;
            }
            if outcome == "breaks" {
                toy.forget_payload();
            }
            listing.push(&toy, name).await?;
            match outcome {
                "panics" => panic!("asked to panic in list"),
                "fails" => return Err(Diagnostic::error("The roll is torn", "The rest cannot be read.").into()),
                "waits" => {
                    let _told = Told { clients, number: 1 };
                    context.stop.cancelled().await;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Goes on for as long as somebody takes what it tells, and leaves a toy behind that knows how many were told.
async fn endless(clients: &Clients, listing: &mut Listing<'_, demand::Model>) -> Result<(), Ended> {
    let mut told = Told { clients, number: 0 };
    loop {
        let toy = demand::Model::named(clients, &format!("{}", told.number), 0);
        listing.push(&toy, "one of many").await?;
        told.number += 1;
    }
}

struct Told<'c> {
    clients: &'c Clients,
    number: u32,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let toy = demand::Model::named(self.clients, "given up", self.number);
        self.clients.store.put(toy.id(), &toy);
    }
}
