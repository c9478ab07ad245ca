//! `toy_demand`: does on demand what a provider should not do, and what is rare.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::timeouts::{self, Timeouts};
use acrnet::terraform::framework::{Change, Context, Intent, MoveSource, Partial, Resource};
use acrnet::terraform::schema::{Attribute, Check, Schema};
use acrnet::terraform::value::{Path, Tf};

use super::by_path::ByPath;
use super::{Clients, no_id, settled};

/// Where it can panic.
const PANICS: &[&str] = &[
    "validate",
    "plan",
    "plan_destroy",
    "read",
    "create",
    "create_after_note",
    "update",
    "update_after_note",
    "delete",
    "identity",
];

/// How it can fail.
const FAILS: &[&str] = &["plan", "read", "create", "create_partly", "update", "update_partly", "delete"];

/// Which of Terraform's rules it can break.
const BREAKS: &[&str] = &[
    "plan_config",
    "plan_path",
    "plan_again",
    "apply_value",
    "apply_unknown",
    "read_unknown",
    "identity_unknown",
    "identity_changes",
    "identity_absent",
];

/// Private data: how often it was written.
const WRITES: &str = "writes";

/// The resource type.
#[derive(Debug)]
pub(super) struct Demand;

/// One field per attribute and block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    id: Tf<String>,
    name: Tf<String>,
    note: Tf<String>,
    panics_in: Tf<String>,
    fails_in: Tf<String>,
    breaks: Tf<String>,
    waits_for_stop: Tf<bool>,
    payload_length: Tf<u32>,
    payload: Tf<String>,
    writes: Tf<u32>,
    timeouts: Tf<Timeouts>,
}

impl Resource for Demand {
    const NAME: &'static str = "toy_demand";
    type Clients = Clients;
    type Model = Model;
    type Identity = ByPath;

    fn schema() -> Schema {
        Schema::new("Misbehaves on demand.")
            .version(2)
            .attribute(Attribute::string("id", "`<prefix>-<name>`.").computed().kept())
            .attribute(Attribute::string("name", "Was `title` in version 0.").required())
            .attribute(Attribute::string("note", "Anything, of any length."))
            .attribute(Attribute::string("panics_in", "Where to panic.").check(Check::one_of(PANICS)))
            .attribute(Attribute::string("fails_in", "Where to fail.").check(Check::one_of(FAILS)))
            .attribute(Attribute::string("breaks", "Which rule to break.").check(Check::one_of(BREAKS)))
            .attribute(Attribute::bool("waits_for_stop", "Whether creating goes on until it is interrupted."))
            .attribute(Attribute::number("payload_length", "How long `payload` is."))
            .attribute(Attribute::string("payload", "Many letters.").computed())
            .attribute(Attribute::number("writes", "Counted in private data.").computed())
            .nested_block(timeouts::block())
    }

    fn validate(config: &Model) -> Diagnostics {
        config.panic_in("validate");
        Diagnostics::new()
    }

    async fn plan(_clients: Option<&Clients>, context: &mut Context, change: &mut Change<Model>) {
        let planned = &mut change.planned;
        planned.panic_in("plan");
        if let Err(error) = planned.fail_in("plan") {
            context.diagnostics.push(error);
        }
        match planned.breaks.known().map(String::as_str) {
            Some("plan_config") => planned.note = Tf::Known("not what was asked for".to_owned()),
            // Nothing promises that what is planned does not depend on what is known by then.
            Some("plan_again") => planned.payload = Tf::Known(format!("{:?}", change.config.note)),
            Some("plan_path") => change.replace.push(Path::attribute("nowhere")),
            _ => {}
        }
    }

    async fn plan_destroy(_clients: Option<&Clients>, context: &mut Context, prior: &Model) {
        prior.panic_in("plan_destroy");
        context.warn(Diagnostic::warning("A toy will be gone", "Somebody may cry."));
    }

    async fn read(clients: &Clients, _context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        state.panic_in("read");
        state.fail_in("read")?;
        let mut found = clients.store.find::<Model>(&state.id);
        if let Some(found) = found.as_mut().filter(|found| found.breaks("read_unknown")) {
            found.payload = Tf::Unknown;
        }
        Ok(found)
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let mut model = intent.planned;
        model.panic_in("create");
        model.fail_in("create").map_err(Partial::nothing_done)?;
        model.id = settled(model.id, clients.id(model.name.known().map_or("", String::as_str)));
        if model.fails("create_partly") {
            return Err(Partial::reached(model.clone(), model.failure("create_partly")));
        }
        if model.waits_for_stop == Tf::Known(true) {
            // It is there now, whatever comes; the rest of the plan stays unknown.
            context.note_reached(&model);
            return Err(Partial::reached(model, interrupted(context).await));
        }
        let model = write(clients, context, model);
        model.panic_in("create_after_note");
        Ok(model.spoilt())
    }

    async fn update(
        clients: &Clients,
        context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let model = intent.planned;
        model.panic_in("update");
        model.fail_in("update").map_err(Partial::nothing_done)?;
        if model.fails("update_partly") {
            let reached = Model { note: model.note.clone(), ..prior };
            return Err(Partial::reached(reached, model.failure("update_partly")));
        }
        let model = write(clients, context, model);
        model.panic_in("update_after_note");
        Ok(model.spoilt())
    }

    async fn delete(clients: &Clients, _context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        prior.panic_in("delete");
        prior.fail_in("delete")?;
        clients.store.remove(&prior.id);
        Ok(())
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        no_id(id).map_or_else(|| Ok(Model { id: Tf::Known(id.to_owned()), ..Model::default() }), Err)
    }

    fn identity(model: &Model) -> Option<ByPath> {
        model.panic_in("identity");
        let mut path: Vec<_> = model.id.known()?.split('-').map(|part| Tf::Known(part.to_owned())).collect();
        match model.breaks.known().map(String::as_str) {
            Some("identity_absent") => return None,
            Some("identity_unknown") => path.push(Tf::Unknown),
            Some("identity_changes") => path.push(model.note.clone()),
            _ => {}
        }
        Some(ByPath { path })
    }

    fn import_identity(identity: ByPath) -> Result<Model, Diagnostics> {
        let parts: Vec<_> = identity.path.iter().filter_map(Tf::known).cloned().collect();
        Self::import(&parts.join("-"))
    }

    /// Version 0 had `title`, version 1 lacked what came later.
    fn upgrade(version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        let members = state.as_object_mut();
        match (version, members) {
            (0, Some(members)) => {
                let title = members.remove("title").unwrap_or_default();
                members.insert("name".to_owned(), title);
                Ok(state)
            }
            (1, Some(_)) => Ok(state),
            _ => Err(Diagnostic::error("Not a state of toy_demand", format!("Version {version} is not known.")).into()),
        }
    }

    fn moved(source: &MoveSource, _warnings: &mut Diagnostics) -> Option<Result<Model, Diagnostics>> {
        if source.type_name != "old_toy" || !source.provider.ends_with("/acrnet/old") {
            return None;
        }
        let id = source.state.get("id").and_then(Json::as_str);
        let open = if source.state.get("breaks").is_some() { Tf::Unknown } else { Tf::Null };
        let moved = id.map(|id| Model { id: Tf::Known(id.to_owned()), payload: open, ..Model::default() });
        Some(moved.ok_or_else(|| Diagnostic::error("The old toy has no id", "It cannot be moved.").into()))
    }
}

impl Model {
    /// A toy of that name, written so often.
    pub(super) fn named(clients: &Clients, name: &str, writes: u32) -> Self {
        let id = Tf::Known(clients.id(name));
        Self { id, name: Tf::Known(name.to_owned()), writes: Tf::Known(writes), ..Self::default() }
    }

    pub(super) fn id(&self) -> &Tf<String> {
        &self.id
    }

    pub(super) fn name(&self) -> &str {
        self.name.known().map_or("", String::as_str)
    }

    /// Makes its payload unknown, which no state may be.
    pub(super) fn forget_payload(&mut self) {
        self.payload = Tf::Unknown;
    }

    fn panic_in(&self, place: &str) {
        assert!(self.panics_in.known().is_none_or(|wanted| wanted != place), "asked to panic in {place}");
    }

    fn fails(&self, place: &str) -> bool {
        self.fails_in.known().is_some_and(|wanted| wanted == place)
    }

    fn failure(&self, place: &str) -> Diagnostic {
        let name = self.name.known().map_or("", String::as_str);
        Diagnostic::error(format!("Toy {name} failed in {place}"), "As asked for.").at(Path::attribute("fails_in"))
    }

    fn fail_in(&self, place: &str) -> Result<(), Diagnostic> {
        if self.fails(place) { Err(self.failure(place)) } else { Ok(()) }
    }

    fn breaks(&self, rule: &str) -> bool {
        self.breaks.known().is_some_and(|wanted| wanted == rule)
    }

    fn spoilt(mut self) -> Self {
        if self.breaks("apply_value") {
            self.note = Tf::Known("not what was planned".to_owned());
        }
        if self.breaks("apply_unknown") {
            self.payload = Tf::Unknown;
        }
        self
    }
}

/// Stores it, and counts the write.
fn write(clients: &Clients, context: &mut Context, mut model: Model) -> Model {
    let writes = context.private.read::<u32>(WRITES).unwrap_or(0) + 1;
    context.private.keep(WRITES, &writes);
    model.writes = settled(model.writes, writes);
    let length = model.payload_length.known().copied().unwrap_or(0);
    let payload = "x".repeat(usize::try_from(length).unwrap_or(usize::MAX));
    model.payload = settled(model.payload, payload);
    clients.store.put(&model.id, &model);
    context.note_reached(&model);
    model
}

/// Waits as a call waits for a slow service: until the user interrupts Terraform, or the timeout is over.
async fn interrupted(context: &Context) -> Diagnostic {
    tracing::warn!("a toy is half made");
    tokio::select! {
        () = context.stop.cancelled() => Diagnostic::error("Interrupted", "The toy is half made."),
        () = tokio::time::sleep_until(context.deadline) => Diagnostic::error("Too slow", "The toy is half made."),
    }
}
