//! Actions: what `terraform validate`, the plan and the action itself say.

use acrnet::simulator::{Action, Fault, RegistryWrites};
use acrnet::terraform::value::Value;
use serde_json::{Map, Value as Json, json};

use super::{Group, Heard, Shown, assert_golden, has_error, written};
use crate::actions::driving::action;
use crate::actions::world::{World, named, provider, registry};
use crate::core::{Kind, Object};
use crate::host::HostOptions;

const VERIFY: &str = "acrnet_verify_registry_access";
const RESTORE: &str = "acrnet_restore_default_access";

/// A case, played in a world of its own.
struct Row {
    name: &'static str,
    speaks: bool,
    action: &'static str,
    config: Json,
    /// Arguments that nobody knows before the apply.
    unknown: &'static [&'static str],
    /// More of the provider block.
    block: Json,
    azure: Box<dyn Fn(&World)>,
    /// A resource that is planned in the same run.
    beside: Option<(&'static str, Json)>,
}

fn says(name: &'static str, action: &'static str, config: Json) -> Row {
    Row { name, speaks: true, action, config, unknown: &[], block: json!({}), azure: Box::new(|_| {}), beside: None }
}

fn silent(name: &'static str, action: &'static str, config: Json) -> Row {
    Row { speaks: false, ..says(name, action, config) }
}

/// Of the registry that denies and has three rules.
fn restoring(name: &'static str) -> Row {
    says(name, RESTORE, json!({"registry_id": registry()}))
}

impl Row {
    fn keeping_rules(mut self) -> Self {
        self.config["keep_rules"] = true.into();
        self
    }

    fn on(self, azure: impl Fn(&World) + 'static) -> Self {
        Self { azure: Box::new(azure), ..self }
    }

    /// On a registry with these members.
    fn registry(self, members: Json) -> Self {
        self.on(move |world| world.azure.edit(&registry(), &members).unwrap())
    }

    /// Where that goes wrong.
    fn fault(self, fault: Fault) -> Self {
        self.on(move |world| world.azure.fault(fault.clone()))
    }

    fn beside(self, kind: &'static str, config: Json) -> Self {
        Self { beside: Some((kind, config)), ..self }
    }

    async fn play(self) -> Shown {
        let world = World::with(HostOptions::default(), self.block.clone()).await;
        (self.azure)(&world);
        if let Some((kind, config)) = &self.beside {
            let kind = Kind::resource(provider(), kind);
            world.core.plan(&kind, &Object::none(), &kind.config(config)).await.ok();
        }
        let kind = action(provider(), self.action);
        let port = world.azure.url().rsplit(':').next().expect("a port").to_owned();
        let config: Json = serde_json::from_str(&self.config.to_string().replace("PORT", &port)).expect("JSON");
        let Value::Map(mut entries) = kind.config(&config) else { panic!("a block") };
        entries.extend(self.unknown.iter().map(|name| ((*name).to_owned(), Value::Unknown)));
        let said = said(&world, &kind, &Value::Map(entries)).await;
        Shown { name: self.name, configuration: self.shown(), speaks: self.speaks, said }
    }

    fn shown(&self) -> String {
        let mut config = self.config.clone();
        for name in self.unknown {
            config[*name] = "not known before the apply".into();
        }
        let action = written(&format!("action \"{}\"", self.action), &unusual(&config)).replace(":PORT", "");
        let beside = self.beside.as_ref();
        let beside = beside.map(|(kind, config)| written(&format!("\n  resource \"{kind}\""), &unusual(config)));
        format!("{action}{}", beside.unwrap_or_default())
    }
}

/// What is not in every row.
fn unusual(config: &Json) -> Json {
    let arguments = config.as_object().expect("arguments").iter();
    arguments
        .filter(|(_, value)| **value != registry())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// As core goes on: until an error, or until something is not known.
async fn said(world: &World, kind: &Kind, config: &Value) -> Vec<Heard> {
    let mut said = Vec::new();
    let mut hear = |stage, progress: Vec<String>, messages: Vec<_>| {
        let ends = has_error(&messages);
        if !(progress.is_empty() && messages.is_empty()) {
            said.push(Heard::Stage(stage));
        }
        said.extend(progress.into_iter().map(Heard::Progress));
        said.extend(messages.into_iter().map(Heard::Message));
        ends
    };
    let core = &world.core;
    let ends = hear("when it is validated", Vec::new(), core.validate_action(kind, config).await.messages)
        || hear("in the plan", Vec::new(), core.plan_action(kind, config).await.messages)
        || !config.is_wholly_known();
    if !ends {
        let end = core.invoke_action(kind, config).await.end().await;
        hear("when it runs", end.answer, end.messages);
    }
    said
}

fn refused(method: &str, action: &str) -> Fault {
    let message =
        format!("The client does not have authorization to perform action '{action}' over scope '{}'.", registry());
    let body = json!({"error": {"code": "AuthorizationFailed", "message": message}});
    let answer = Action::Answer { status: 403, headers: Map::new(), body, after_effect: false };
    Fault::new(answer).on(method, "registries/demo1").times(None)
}

/// A write that Azure takes, and that then goes wrong.
fn failing(keep_effect: bool) -> impl Fn(&World) {
    move |world| {
        let (code, message) = ("InternalError".to_owned(), "It went wrong.".to_owned());
        let failure = Action::FailOperation { code, message, status: "Failed".to_owned(), keep_effect };
        world.azure.settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
        world.azure.fault(Fault::new(failure).on("PATCH", ""));
    }
}

fn arguments() -> Vec<Row> {
    let verify = |name, config| says(name, VERIFY, config);
    vec![
        verify("access_to_nothing", json!({})),
        verify("access_to_two", json!({"registry_id": registry(), "login_server": "demo1.azurecr.io"})),
        verify("access_to_a_name", json!({"registry_id": "demo1"})),
        verify("access_to_a_url", json!({"login_server": "https://demo1.azurecr.io"})),
        verify("access_waited_for_in_other_words", json!({"login_server": "demo1.azurecr.io", "wait_for": "open"})),
        verify("access_within_no_time", json!({"login_server": "demo1.azurecr.io", "timeout": "0s"})),
        says("restoring_nothing", RESTORE, json!({})),
        says("restoring_a_name", RESTORE, json!({"registry_id": "demo1"})),
        says("restoring_within_no_time", RESTORE, json!({"registry_id": registry(), "timeout": "0s"})),
    ]
}

fn registries() -> Vec<Row> {
    let missing = || json!({"registry_id": named("demo9")});
    let present = || json!({"registry_id": registry(), "wait_for": "blocked"});
    vec![
        says("access_to_a_missing_registry", VERIFY, missing()),
        says("access_to_a_registry_in_the_making", VERIFY, present())
            .registry(json!({"properties": {"loginServer": null}})),
        says("access_to_a_registry_that_may_not_be_read", VERIFY, present())
            .fault(refused("GET", "Microsoft.ContainerRegistry/registries/read")),
        says("restoring_a_missing_registry", RESTORE, missing()),
        restoring("restoring_what_may_not_be_written")
            .fault(refused("PATCH", "Microsoft.ContainerRegistry/registries/write")),
        restoring("restoring_where_azure_fails").on(failing(false)),
        restoring("restoring_where_azure_fails_afterwards").on(failing(true)),
    ]
}

fn access() -> Vec<Row> {
    let inside = "16-17-18-9.from.demo1.localhost:PORT";
    vec![
        says("access_that_does_not_come", VERIFY, json!({"registry_id": registry(), "timeout": "1ms"})),
        says(
            "access_that_does_not_end",
            VERIFY,
            json!({"login_server": inside, "wait_for": "blocked", "timeout": "1ms"}),
        ),
        says("access_where_no_registry_answers", VERIFY, json!({"login_server": "nobody.localhost:PORT"})),
        silent("access_that_is_there", VERIFY, json!({"login_server": inside})),
        silent("access_that_is_not_there", VERIFY, json!({"registry_id": registry(), "wait_for": "blocked"})),
    ]
}

fn what_goes() -> Vec<Row> {
    let rules = |action: &str, ip_rules: Json| json!({"properties": {"networkRuleSet": {"defaultAction": action, "ipRules": ip_rules, "virtualNetworkRules": []}}});
    let one = json!([{"action": "Allow", "value": "16.17.18.19"}]);
    vec![
        restoring("rules_and_a_default_action"),
        restoring("rules_that_have_no_effect").registry(rules("Allow", one)),
        restoring("a_default_action").registry(rules("Deny", json!([]))),
        restoring("a_default_action_and_rules_that_stay").keeping_rules(),
        Row { unknown: &["keep_rules"], ..restoring("rules_that_may_stay") },
        Row { speaks: false, ..restoring("nothing").registry(rules("Allow", json!([]))) },
        Row { speaks: false, unknown: &["registry_id"], ..restoring("a_registry_that_is_not_known") },
    ]
}

fn what_does_not_last() -> Vec<Row> {
    let rule = json!({"registry_id": registry(), "ip_range": "52.57.22.38"});
    let set = |mode: &str| json!({"registry_id": registry(), "default_action": "Deny", "rules_mode": mode});
    let mut both = set("additive");
    both["ip_rules"] = json!(["52.57.22.38"]);
    let (ip, rules) = ("acrnet_registry_ip_rule", "acrnet_registry_network_rule_set");
    vec![
        restoring("a_rule_of_this_configuration").beside(ip, rule),
        restoring("a_default_action_of_this_configuration").keeping_rules().beside(rules, set("additive")),
        restoring("a_rule_set_of_this_configuration").beside(rules, both),
        restoring("a_private_registry").registry(json!({"properties": {"publicNetworkAccess": "Disabled"}})),
        Row { block: json!({"registry_api_version": "2025-11-01"}), ..restoring("rules_that_do_not_show") },
    ]
}

async fn played(rows: Vec<Row>) -> Vec<Shown> {
    let mut shown = Vec::new();
    for row in rows {
        shown.push(row.play().await);
    }
    shown
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_actions_say() {
    let groups = [
        Group::errors("Arguments of actions", played(arguments()).await),
        Group::errors("Registries that are not there, or not as they should be", played(registries()).await),
        Group::errors("Access that is not what the run needs", played(access()).await),
        Group::warnings("What restoring default access takes", played(what_goes()).await),
        Group::warnings("What it does not change, and what does not last", played(what_does_not_last()).await),
    ];
    assert_golden("actions.txt", &groups);
}
