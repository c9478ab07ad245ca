//! What waits for a later run, where the host allows it, and what does not. The reasons are in `docs/design/deferral.md`.

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Provider;
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::proto::tfplugin6::deferred::Reason;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};

use crate::core::{Core, Kind, Object, lines, packed, unpacked};
use crate::generation::Generation;
use crate::host::HostOptions;
use crate::toy::Toy;
use crate::verdict;

/// What became of a request: why it waits, what it holds, and the errors.
struct Told {
    waits_for: Option<Reason>,
    value: Value,
    errors: Vec<String>,
}

impl Told {
    fn new(deferred: Option<wire::Deferred>, value: Value, messages: &[wire::Diagnostic]) -> Self {
        let errors = lines(messages, wire::diagnostic::Severity::Error);
        Self { waits_for: deferred.map(|deferred| deferred.reason()), value, errors }
    }
}

async fn read(core: &Core, kind: &Kind, object: &Object) -> Told {
    let answer = core.rpc.clone().read_resource(core.read_request(kind, object)).await.unwrap().into_inner();
    assert_eq!(answer.private, object.private, "what is remembered is handed back");
    Told::new(answer.deferred, unpacked(answer.new_state, &kind.ty), &answer.diagnostics)
}

async fn plan(core: &Core, kind: &Kind, prior: &Object, config: &Value) -> Told {
    // What core would say of the answer is an error of this.
    let judged = core.plan(kind, prior, config).await.errors();
    let request = core.plan_request(kind, prior, config);
    let answer = core.rpc.clone().plan_resource_change(request).await.unwrap().into_inner();
    let told = Told::new(answer.deferred, unpacked(answer.planned_state, &kind.ty), &answer.diagnostics);
    assert_eq!(judged, told.errors);
    told
}

async fn import(core: &Core, kind: &Kind, id: &str) -> Told {
    let request = core.import_request(kind, id);
    let answer = core.rpc.clone().import_resource_state(request).await.unwrap().into_inner();
    let imported = answer.imported_resources.first().and_then(|object| object.state.clone());
    Told::new(answer.deferred, unpacked(imported, &kind.ty), &answer.diagnostics)
}

async fn look_up(core: &Core, config: &Json) -> Told {
    read_data(core, &Kind::data_source(Toy::default(), "toy_lookup"), config).await
}

async fn read_data(core: &Core, kind: &Kind, config: &Json) -> Told {
    let config = kind.config(config);
    let request = wire::read_data_source::Request {
        type_name: kind.name.clone(),
        config: Some(packed(&config, &kind.ty)),
        client_capabilities: core.generation.capabilities(),
        ..Default::default()
    };
    let answer = core.rpc.clone().read_data_source(request).await.unwrap().into_inner();
    let told = Told::new(answer.deferred, unpacked(answer.state, &kind.ty), &answer.diagnostics);
    if told.errors.is_empty() {
        assert_eq!(verdict::found(kind, &config, &told.value, told.waits_for.is_some()), []);
    }
    told
}

fn demand() -> Kind {
    Kind::toy("toy_demand")
}

fn object(kind: &Kind, state: &Json) -> Object {
    Object { value: kind.config(state), private: b"{\"a\":1}".to_vec(), identity: Value::Null }
}

/// The block of the toy provider while a part of it is not known.
fn unknown_block() -> Value {
    Value::map([("prefix", Value::Unknown), ("mood", Value::Null)])
}

/// The toy provider under a host of that generation, with a configuration that is not known yet.
async fn unconfigured(generation: Generation) -> Core {
    let core = Core::start_as(generation, HostOptions::toy()).await;
    core.configure_with(&unknown_block(), &Toy::default().schema().block.ty()).await.ok();
    core
}

#[tokio::test]
async fn everything_waits_for_a_provider_whose_configuration_is_not_known() {
    let core = unconfigured(Generation::Deferring).await;
    let kind = demand();
    let waits = Some(Reason::ProviderConfigUnknown);
    let there = object(&kind, &json!({"id": "toy-a", "name": "a"}));

    let read = read(&core, &kind, &there).await;
    assert_eq!((read.waits_for, read.value), (waits, there.value.clone()));

    let create = plan(&core, &kind, &Object::none(), &kind.config(&json!({"name": "a"}))).await;
    assert_eq!((create.waits_for, create.errors), (waits, Vec::new()));
    assert_eq!(create.value.entry("name"), Some(&Value::from("a")));
    assert_eq!(create.value.entry("id"), Some(&Value::Unknown), "others are planned with it: it is not null");

    let update = plan(&core, &kind, &there, &kind.config(&json!({"name": "a", "note": "new"}))).await;
    assert_eq!((update.waits_for, update.value.entry("note")), (waits, Some(&Value::from("new"))));

    let destroy = plan(&core, &kind, &there, &Value::Null).await;
    assert_eq!((destroy.waits_for, destroy.value), (waits, Value::Null));

    let import = import(&core, &kind, "toy-a").await;
    assert_eq!((import.waits_for, import.value.entry("id")), (waits, Some(&Value::from("toy-a"))));

    let found = look_up(&core, &json!({"name": "a", "filter": [{"contains": "x"}]})).await;
    assert_eq!((found.waits_for, found.errors), (waits, Vec::new()));
    assert_eq!(found.value.entry("name"), Some(&Value::from("a")));
    assert_eq!(found.value.entry("found"), Some(&Value::Unknown), "nobody knows yet what will be found");
}

/// What is opened, and what an action would do, wait as well; a host that does not allow it is told that nothing is configured, or nothing yet.
#[tokio::test]
async fn what_is_opened_and_what_an_action_does_wait_for_the_provider() {
    for generation in [Generation::Deferring, Generation::V1_14] {
        let allowed = generation == Generation::Deferring;
        let core = unconfigured(generation).await;
        let waits = allowed.then_some(Reason::ProviderConfigUnknown);

        let lease = crate::ephemeral::host::kind(Toy::default(), "toy_lease");
        let request = wire::open_ephemeral_resource::Request {
            type_name: lease.name.clone(),
            config: Some(packed(&lease.config(&json!({"name": "a"})), &lease.ty)),
            client_capabilities: core.generation.capabilities(),
        };
        let opened = core.rpc.clone().open_ephemeral_resource(request).await.unwrap().into_inner();
        assert_eq!(opened.deferred.map(|deferred| deferred.reason()), waits);
        let errors = lines(&opened.diagnostics, wire::diagnostic::Severity::Error);
        assert_eq!(errors.len(), usize::from(!allowed), "{errors:?}");

        let play = crate::actions::driving::action(Toy::default(), "toy_play");
        let request = wire::plan_action::Request {
            action_type: play.name.clone(),
            config: Some(packed(&play.config(&json!({"name": "a"})), &play.ty)),
            client_capabilities: core.generation.capabilities(),
        };
        let planned = core.rpc.clone().plan_action(request).await.unwrap().into_inner();
        assert_eq!(planned.deferred.map(|deferred| deferred.reason()), waits);
        assert_eq!(lines(&planned.diagnostics, wire::diagnostic::Severity::Error), [""; 0]);
    }
}

#[tokio::test]
async fn an_error_does_not_wait() {
    let core = unconfigured(Generation::Deferring).await;
    let kind = demand();
    let failed = plan(&core, &kind, &Object::none(), &kind.config(&json!({"name": "a", "fails_in": "plan"}))).await;
    assert_eq!((failed.waits_for, failed.errors.len()), (None, 1));
    let refused = import(&core, &kind, "nonsense").await;
    assert_eq!((refused.waits_for, refused.errors.len()), (None, 1));
}

#[tokio::test]
async fn a_host_that_does_not_allow_it_gets_plans_and_errors() {
    for generation in Generation::ALL.into_iter().filter(|generation| *generation != Generation::Deferring) {
        let core = unconfigured(generation).await;
        let kind = demand();
        let there = object(&kind, &json!({"id": "toy-a", "name": "a"}));
        let read = read(&core, &kind, &there).await;
        assert_eq!((read.waits_for, read.value), (None, there.value.clone()));
        let create = plan(&core, &kind, &Object::none(), &kind.config(&json!({"name": "a"}))).await;
        assert_eq!((create.waits_for, create.errors), (None, Vec::new()));
        // Nothing would read it, and the plan would write over what nobody has seen.
        let import = import(&core, &kind, "toy-a").await;
        assert_eq!(import.waits_for, None);
        assert!(import.errors[0].starts_with("The provider is not configured"), "{:?}", import.errors);
        let found = look_up(&core, &json!({"name": "a"})).await;
        assert_eq!(found.waits_for, None);
        assert!(found.errors[0].starts_with("The provider is not configured"), "{:?}", found.errors);
    }
}

#[tokio::test]
async fn nothing_waits_for_a_provider_that_is_configured_or_is_not_to_be() {
    let core = unconfigured(Generation::Deferring).await;
    let kind = demand();
    let wanted = kind.config(&json!({"name": "a"}));
    core.configure(&Toy::default(), &json!({})).await.ok();
    assert_eq!(plan(&core, &kind, &Object::none(), &wanted).await.waits_for, None);
    assert_eq!(look_up(&core, &json!({"name": "a"})).await.waits_for, None);

    let failed = core.configure(&Toy::default(), &json!({"mood": "explosive"})).await;
    assert_eq!(failed.errors().len(), 1);
    assert_eq!(plan(&core, &kind, &Object::none(), &wanted).await.waits_for, None, "another run mends nothing");

    let silent = Core::start_as(Generation::Deferring, HostOptions::toy()).await;
    assert_eq!(import(&silent, &kind, "toy-a").await.waits_for, None, "nobody has configured it");
}

/// OpenTofu 1.11.0 and 1.11.1 made an error of an answer that waits, 1.11.2 and 1.11.3 took its proposal for the plan.
#[tokio::test]
async fn a_host_that_claims_to_allow_it_and_does_not_is_known_by_its_version() {
    let kind = demand();
    for (version, waits) in [("1.11.1", None), ("1.11.4", Some(Reason::ProviderConfigUnknown))] {
        let core = Core::start_as(Generation::Deferring, HostOptions::toy()).await;
        let request = wire::configure_provider::Request {
            terraform_version: version.to_owned(),
            config: Some(packed(&unknown_block(), &Toy::default().schema().block.ty())),
            client_capabilities: core.generation.capabilities(),
        };
        core.rpc.clone().configure_provider(request).await.unwrap();
        let told = plan(&core, &kind, &Object::none(), &kind.config(&json!({"name": "a"}))).await;
        assert_eq!((told.waits_for, told.errors), (waits, Vec::new()), "{version}");
    }
}

/// A configuration with that attribute unknown.
fn without(kind: &Kind, config: &Json, attribute: &str) -> Value {
    let Value::Map(mut entries) = kind.config(config) else { panic!("an object") };
    entries.insert(attribute.to_owned(), Value::Unknown);
    Value::Map(entries)
}

#[tokio::test]
async fn a_replacement_that_only_an_unknown_value_asks_for_waits() {
    let kind = Kind::toy("toy_kinds");
    let made = async |generation: Generation| {
        let core = Core::start_as(generation, HostOptions::toy()).await;
        core.configure(&Toy::default(), &json!({})).await.ok();
        let object = core.create(&kind, &json!({"name": "a", "mounts": {"data": {"path": "/data"}}})).await.ok();
        (core, object)
    };
    let unknown = |path: &str| without(&kind, &json!({"mounts": {"data": {"path": path}}}), "name");
    let (core, object) = made(Generation::Deferring).await;
    let blind = plan(&core, &kind, &object, &unknown("/data")).await;
    assert_eq!(
        (blind.waits_for, blind.value.entry("name")),
        (Some(Reason::ResourceConfigUnknown), Some(&Value::Unknown))
    );
    let sighted = plan(&core, &kind, &object, &unknown("/elsewhere")).await;
    assert_eq!(sighted.waits_for, None, "the other reason stands");
    let create = plan(&core, &kind, &Object::none(), &unknown("/data")).await;
    assert_eq!(create.waits_for, None, "there is nothing to lose");

    let (core, object) = made(Generation::V1_14).await;
    let replaced = core.plan(&kind, &object, &unknown("/data")).await.ok();
    assert_eq!(replaced.replace.len(), 1, "{:?}", replaced.replace);
}

const REGISTRY: &str = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/demo";
const SUBNET: &str = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/app";

/// Each type, a configuration of it, and the id that may come late.
fn types() -> [(&'static str, Json, &'static str); 4] {
    [
        ("acrnet_registry_network_rule_set", json!({"registry_id": REGISTRY, "default_action": "Deny"}), "registry_id"),
        ("acrnet_subnet_service_endpoint", json!({"subnet_id": SUBNET}), "subnet_id"),
        ("acrnet_registry_ip_rule", json!({"registry_id": REGISTRY, "ip_range": "16.17.18.0/24"}), "registry_id"),
        ("acrnet_registry_virtual_network_rule", json!({"registry_id": REGISTRY, "subnet_id": SUBNET}), "subnet_id"),
    ]
}

/// Each data source, a configuration of it, and something that it finds.
fn data_sources() -> [(&'static str, Json, &'static str); 3] {
    let network = SUBNET.split("/subnets/").next();
    [
        ("acrnet_registry_network_rule_set", json!({"registry_id": REGISTRY}), "ip_rules"),
        ("acrnet_subnets", json!({"virtual_network_id": network}), "subnets"),
        ("acrnet_registry_access", json!({"registry_id": REGISTRY}), "allowed"),
    ]
}

fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

/// A registry that is made in the same run is planned with its rules: put off, it would stand open until the next.
#[tokio::test]
async fn a_late_id_holds_up_no_create_and_no_blind_replacement_is_made() {
    let core = Core::start_as(Generation::Deferring, HostOptions::default()).await;
    // Nobody listens there: what needs Azure would fail.
    let block = json!({"endpoint": {"resource_manager_endpoint": "http://127.0.0.1:9"}, "access_token": "any"});
    core.begin(&provider(), &block).await.ok();
    for (name, config, id) in types() {
        let kind = Kind::resource(provider(), name);
        let late = without(&kind, &config, id);
        let create = plan(&core, &kind, &Object::none(), &late).await;
        assert_eq!((create.waits_for, create.errors), (None, Vec::new()), "{name}");
        let mut there = config.clone();
        there["id"] = json!("there");
        let replace = plan(&core, &kind, &object(&kind, &there), &late).await;
        assert_eq!((replace.waits_for, replace.errors), (Some(Reason::ResourceConfigUnknown), Vec::new()), "{name}");
    }
}

#[tokio::test]
async fn our_own_types_wait_for_a_provider_whose_configuration_is_not_known() {
    let core = Core::start_as(Generation::Deferring, HostOptions::default()).await;
    let block = provider().schema().block;
    let Value::Map(mut config) = block.empty() else { panic!("an object") };
    config.insert("endpoint".to_owned(), Value::Unknown);
    core.configure_with(&Value::Map(config), &block.ty()).await.ok();
    for (name, config, _) in types() {
        let kind = Kind::resource(provider(), name);
        let told = plan(&core, &kind, &Object::none(), &kind.config(&config)).await;
        assert_eq!((told.waits_for, told.errors), (Some(Reason::ProviderConfigUnknown), Vec::new()), "{name}");
    }
    for (name, config, found) in data_sources() {
        let kind = Kind::data_source(provider(), name);
        let told = read_data(&core, &kind, &config).await;
        assert_eq!((told.waits_for, told.errors), (Some(Reason::ProviderConfigUnknown), Vec::new()), "{name}");
        assert_eq!(told.value.entry(found), Some(&Value::Unknown), "{name}");
    }
}
