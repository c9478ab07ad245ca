//! `toy_lease`: an ephemeral resource. A toy that is lent for the length of a run.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::{Context, Ephemeral, Open};
use acrnet::terraform::schema::{Attribute, Check, Schema};
use acrnet::terraform::value::{Path, Tf};

use super::Clients;

const PLACES: &[&str] = &["open", "open_late", "renew", "close", "result"];

/// The ephemeral resource type.
#[derive(Debug)]
pub(super) struct Lease;

/// One field per attribute.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    name: Tf<String>,
    panics_in: Tf<String>,
    fails_in: Tf<String>,
    lent: Tf<usize>,
}

/// What is remembered of a lease.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Note {
    name: String,
    panics_in: String,
    fails_in: String,
    renewals: usize,
}

impl Ephemeral for Lease {
    const NAME: &'static str = "toy_lease";
    type Clients = Clients;
    type Model = Model;

    fn schema() -> Schema {
        let place = |name: &str| Attribute::string(name, "Where it goes wrong.").check(Check::one_of(PLACES));
        Schema::new("Lends a toy for the length of a run.")
            .attribute(Attribute::string("name", "Its name.").required())
            .attribute(place("panics_in"))
            .attribute(place("fails_in"))
            .attribute(Attribute::number("lent", "How many toys are lent now, this one among them.").computed())
    }

    fn validate(config: &Model) -> Diagnostics {
        let mut found = Diagnostics::new();
        if config.name.known().is_some_and(String::is_empty) {
            found.error_at(Path::attribute("name"), "No name", "A toy has a name.");
        }
        found
    }

    async fn open(clients: &Clients, context: &mut Context, config: Model) -> Result<Open<Model>, Diagnostics> {
        let text = |value: &Tf<String>| value.known().cloned().unwrap_or_default();
        let note = Note {
            name: text(&config.name),
            panics_in: text(&config.panics_in),
            fails_in: text(&config.fails_in),
            renewals: 0,
        };
        note.goes_wrong_in("open")?;
        clients.store.put(&Tf::Known(note.name.clone()), &note);
        context.private.keep("note", &note);
        context.note_reached(&config);
        note.goes_wrong_in("open_late")?;
        let name = if note.fails_in == "result" { Tf::Known("another".to_owned()) } else { config.name.clone() };
        let result = Model { name, lent: Tf::Known(clients.store.count::<Note>()), ..config };
        Ok(Open { result, renew_at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1)) })
    }

    async fn renew(_clients: &Clients, context: &mut Context) -> Result<Option<SystemTime>, Diagnostics> {
        let note: Note = context.private.read("note").unwrap_or_default();
        note.goes_wrong_in("renew")?;
        let renewals = note.renewals + 1;
        context.private.keep("note", &Note { renewals, ..note });
        Ok((renewals < 2).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(2)))
    }

    async fn close(clients: &Clients, context: &mut Context) -> Result<(), Diagnostics> {
        let note: Note = context.private.read("note").unwrap_or_default();
        note.goes_wrong_in("close")?;
        clients.store.remove(&Tf::Known(note.name));
        let detail = format!("After {} renewals.", note.renewals);
        context.warn(Diagnostic::warning("A toy is back", detail));
        Ok(())
    }
}

impl Note {
    fn goes_wrong_in(&self, place: &str) -> Result<(), Diagnostics> {
        assert!(self.panics_in != place, "asked to panic in {place}");
        let failed = || Diagnostic::error(format!("Toy {} failed in {place}", self.name), "As asked for.");
        if self.fails_in == place { Err(failed().into()) } else { Ok(()) }
    }
}
