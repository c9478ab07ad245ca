//! `toy_kinds`: an attribute of every kind and mode.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use acrnet::terraform::diagnostic::{Diagnostic, Diagnostics};
use acrnet::terraform::framework::timeouts::{self, Timeouts};
use acrnet::terraform::framework::{Change, Context, Identity, Intent, Partial, Resource};
use acrnet::terraform::schema::{Attribute, Check, IdentityAttribute, IdentitySchema, Nesting, Schema};
use acrnet::terraform::value::{Dynamic, Path, Tf, Type, Value};

use super::{Clients, no_id, settled};

/// The resource type.
#[derive(Debug)]
pub(super) struct Kinds;

/// One field per attribute and block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    id: Tf<String>,
    name: Tf<String>,
    label: Tf<String>,
    size: Tf<i64>,
    enabled: Tf<bool>,
    ratio: Tf<f64>,
    tags: Tf<BTreeMap<String, Tf<String>>>,
    zones: Tf<Vec<Tf<String>>>,
    ports: Tf<Vec<Tf<u16>>>,
    point: Tf<Point>,
    pair: Tf<(Tf<String>, Tf<bool>)>,
    anything: Tf<Dynamic>,
    secret: Tf<String>,
    password: Tf<String>,
    password_version: Tf<i64>,
    old_name: Tf<String>,
    region: Tf<String>,
    revision: Tf<i64>,
    endpoint: Tf<Endpoint>,
    rules: Tf<Vec<Tf<Rule>>>,
    members: Tf<Vec<Tf<Member>>>,
    mounts: Tf<BTreeMap<String, Tf<Mount>>>,
    status: Tf<Status>,
    timeouts: Tf<Timeouts>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Point {
    x: Tf<f64>,
    y: Tf<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    host: Tf<String>,
    port: Tf<u16>,
    address: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    action: Tf<String>,
    priority: Tf<i64>,
    handle: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    user: Tf<String>,
    role: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mount {
    path: Tf<String>,
    read_only: Tf<bool>,
    handle: Tf<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    phase: Tf<String>,
    messages: Tf<Vec<Tf<String>>>,
}

/// The identity: the id, compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ById {
    id: String,
}

impl Identity for ById {
    fn schema() -> IdentitySchema {
        IdentitySchema::new().attribute(IdentityAttribute::string("id", "`<prefix>-<name>`."))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.id.eq_ignore_ascii_case(&other.id)
    }
}

impl Resource for Kinds {
    const NAME: &'static str = "toy_kinds";
    type Clients = Clients;
    type Model = Model;
    type Identity = ById;

    fn schema() -> Schema {
        nested(collections(scalars(Schema::new("An attribute of every kind.")))).nested_block(timeouts::block())
    }

    fn validate(config: &Model) -> Diagnostics {
        let mut found = Diagnostics::new();
        if config.password.known().is_some() && config.password_version.is_null() {
            let detail = "A change of password alone cannot be seen; count password_version up with it.";
            found
                .push(Diagnostic::warning("password without password_version", detail).at(Path::attribute("password")));
        }
        found
    }

    async fn plan(clients: Option<&Clients>, _context: &mut Context, change: &mut Change<Model>) {
        if let (None, Some(clients), Some(name)) = (&change.prior, clients, change.planned.name.known()) {
            change.planned.id = Tf::Known(clients.id(name));
        }
    }

    async fn read(clients: &Clients, _context: &mut Context, state: Model) -> Result<Option<Model>, Diagnostics> {
        Ok(clients.store.find::<Model>(&state.id))
    }

    async fn create(clients: &Clients, context: &mut Context, intent: Intent<Model>) -> Result<Model, Partial<Model>> {
        let model = made(clients, intent.planned, 1);
        clients.store.put(&model.id, &model);
        context.note_reached(&model);
        Ok(model)
    }

    async fn update(
        clients: &Clients,
        _context: &mut Context,
        prior: Model,
        intent: Intent<Model>,
    ) -> Result<Model, Partial<Model>> {
        let model = made(clients, intent.planned, prior.revision.into_known().unwrap_or(0) + 1);
        clients.store.put(&model.id, &model);
        Ok(model)
    }

    async fn delete(clients: &Clients, _context: &mut Context, prior: Model) -> Result<(), Diagnostics> {
        clients.store.remove(&prior.id);
        Ok(())
    }

    fn import(id: &str) -> Result<Model, Diagnostics> {
        no_id(id).map_or_else(|| Ok(Model { id: Tf::Known(id.to_owned()), ..Model::default() }), Err)
    }

    fn identity(model: &Model) -> Option<ById> {
        model.id.known().map(|id| ById { id: id.clone() })
    }

    fn import_identity(identity: ById) -> Result<Model, Diagnostics> {
        Self::import(&identity.id)
    }
}

fn scalars(schema: Schema) -> Schema {
    schema
        .attribute(Attribute::string("id", "`<prefix>-<name>`.").computed().kept())
        .attribute(Attribute::string("name", "A new name makes a new toy.").required().replaces())
        .attribute(Attribute::string("label", "Compared without regard to case.").same_when(same_letters))
        .attribute(Attribute::number("size", "Defaults to `1`.").default(1).check(Check::between(1, 100)))
        .attribute(Attribute::bool("enabled", "Defaults to `true`.").default(true))
        .attribute(Attribute::number("ratio", "Any number."))
        .attribute(Attribute::string("secret", "Hidden, and stored.").sensitive())
        .attribute(Attribute::string("password", "Hidden, and never stored.").sensitive().write_only())
        .attribute(Attribute::number("password_version", "Count up when `password` changes."))
        .attribute(Attribute::string("old_name", "No longer used.").deprecated("Use `name`."))
        .attribute(Attribute::string("region", "Where it is.").optional_computed().kept().replaces())
        .attribute(Attribute::number("revision", "Counts writes.").computed())
}

fn collections(schema: Schema) -> Schema {
    let point = Type::object([("x", Type::Number), ("y", Type::Number)]);
    schema
        .attribute(Attribute::new("tags", Type::map(Type::String), "A map."))
        .attribute(Attribute::new("zones", Type::set(Type::String), "A set.").default(Value::Set(Vec::new())))
        .attribute(Attribute::new("ports", Type::list(Type::Number), "A list.").check(Check::between(1, 65_535)))
        .attribute(Attribute::new("point", point, "An object."))
        .attribute(Attribute::new("pair", Type::Tuple(vec![Type::String, Type::Bool]), "A tuple."))
        .attribute(Attribute::new("anything", Type::Dynamic, "A value of any type."))
}

fn nested(schema: Schema) -> Schema {
    let endpoint = vec![
        Attribute::string("host", "Required in it.").required(),
        Attribute::number("port", "Defaults to `80`.").default(80),
        Attribute::string("address", "Host and port.").computed(),
    ];
    let rule = vec![
        Attribute::string("action", "What to do.").required().check(Check::one_of(&["allow", "deny"])),
        Attribute::number("priority", "Defaults to `100`.").default(100),
        Attribute::string("handle", "Made once.").computed().kept(),
    ];
    let member = vec![
        Attribute::string("user", "Who.").required(),
        Attribute::string("role", "Defaults to `reader`.").default("reader"),
    ];
    let mount = vec![
        Attribute::string("path", "Where; a change makes a new toy.").required().replaces(),
        Attribute::bool("read_only", "Defaults to `false`.").default(false),
        Attribute::string("handle", "Made once.").computed().kept(),
    ];
    let status = vec![
        Attribute::string("phase", "What it is doing.").computed(),
        Attribute::new("messages", Type::list(Type::String), "What it says.").computed(),
    ];
    schema
        .attribute(Attribute::nested("endpoint", Nesting::Single, endpoint, "One object."))
        .attribute(Attribute::nested("rules", Nesting::List, rule, "A list of objects."))
        .attribute(Attribute::nested("members", Nesting::Set, member, "A set of objects."))
        .attribute(Attribute::nested("mounts", Nesting::Map, mount, "A map of objects."))
        .attribute(Attribute::nested("status", Nesting::Single, status, "Decided by the provider.").computed())
}

fn same_letters(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

/// The planned model, with what making it has decided.
fn made(clients: &Clients, mut model: Model, revision: i64) -> Model {
    let name = model.name.known().cloned().unwrap_or_default();
    model.id = settled(model.id, clients.id(&name));
    model.region = settled(model.region, "here".to_owned());
    model.revision = settled(model.revision, revision);
    if let Tf::Known(endpoint) = &mut model.endpoint {
        let (host, port) = (endpoint.host.known(), endpoint.port.known());
        let address = format!("{}:{}", host.map_or("", String::as_str), port.copied().unwrap_or_default());
        endpoint.address = settled(std::mem::take(&mut endpoint.address), address);
    }
    if let Tf::Known(rules) = &mut model.rules {
        for (index, rule) in rules.iter_mut().enumerate() {
            let Tf::Known(rule) = rule else { continue };
            rule.handle = settled(std::mem::take(&mut rule.handle), format!("{name}/{index}"));
        }
    }
    if let Tf::Known(mounts) = &mut model.mounts {
        for (key, mount) in mounts {
            let Tf::Known(mount) = mount else { continue };
            mount.handle = settled(std::mem::take(&mut mount.handle), format!("{name}:{key}"));
        }
    }
    let messages = vec![Tf::Known(format!("written {revision} times"))];
    let status = Status { phase: Tf::Known("ready".to_owned()), messages: Tf::Known(messages) };
    model.status = settled(model.status, status);
    model
}
