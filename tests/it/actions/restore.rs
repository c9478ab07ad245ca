//! `acrnet_restore_default_access`.

use std::time::Duration;

use acrnet::simulator::{Action, Fault, RegistryWrites};
use acrnet::terraform::proto::tfplugin6 as wire;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};
use tokio::time::timeout;

use super::world::{World, named, provider, registry, restore, subnet};
use crate::core::{Kind, Object, Said};
use crate::host::HostOptions;

async fn plan(world: &World, json: Json) -> Said<()> {
    world.core.plan_action(&restore(), &restore().config(&json)).await
}

async fn act(world: &World, json: Json) -> Said<Vec<String>> {
    world.core.act(&restore(), &restore().config(&json)).await
}

/// The one message, which begins like that and holds these.
#[track_caller]
fn assert_says(messages: &[String], begin: &str, parts: &[&str]) {
    assert!(messages.len() == 1 && messages[0].starts_with(begin), "not {begin:?}: {messages:#?}");
    for part in parts {
        assert!(messages[0].contains(part), "{part:?} is not said: {messages:#?}");
    }
}

fn refusal(status: u16, code: &str, message: &str, after_effect: bool) -> Action {
    let body = json!({"error": {"code": code, "message": message}});
    let headers = json!({"retry-after-ms": "2"}).as_object().cloned().unwrap();
    Action::Answer { status, headers, body, after_effect }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plan_tells_what_would_go_and_the_action_does_that_and_nothing_else() {
    let world = World::new().await;
    let planned = plan(&world, json!({"registry_id": registry()})).await;
    assert_eq!(planned.errors(), [""; 0]);
    let gone = format!("\n  - 16.17.18.0/24\n  - 52.57.22.38\n  - {}", subnet());
    assert_says(
        &planned.warnings(),
        "registry_id: Registry demo1 will be opened to all networks, and 2 IP rules and 1 virtual network rule removed: ",
        &["removes these rules, whoever made them", &gone, "With keep_rules = true they stay"],
    );
    assert_eq!(world.patches().len(), 0, "a plan writes nothing");
    let said = act(&world, json!({"registry_id": registry()})).await;
    assert_eq!((said.errors(), said.warnings()), (vec![], vec![]));
    assert_eq!(said.answer[0], "Looking at the network rules of registry demo1");
    let doing =
        "Setting the default action of registry demo1 to Allow and removing 2 IP rules and 1 virtual network rule:";
    assert_eq!(said.answer[1], format!("{doing}{gone}"));
    let done = "Registry demo1 lets all networks in; 2 IP rules and 1 virtual network rule removed";
    assert_eq!(said.answer[2..], [done]);
    let empty = json!({"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []});
    let patches = world.patches();
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].body, json!({"properties": {"networkRuleSet": empty}}), "nothing else is written");
    assert_eq!(world.rules(), empty);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_can_stay() {
    let world = World::new().await;
    let config = json!({"registry_id": registry(), "keep_rules": true});
    assert_says(
        &plan(&world, config.clone()).await.warnings(),
        "registry_id: Registry demo1 will be opened to all networks: ",
        &[
            "Its rules (2 IP rules and 1 virtual network rule) stay, without effect until the default action is Deny again.",
        ],
    );
    let said = act(&world, config).await.ok();
    let done = ["Setting the default action of registry demo1 to Allow", "Registry demo1 lets all networks in"];
    assert_eq!(said[1..], done);
    let patches = world.patches();
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].body, json!({"properties": {"networkRuleSet": {"defaultAction": "Allow"}}}));
    assert_eq!(world.rules()["ipRules"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_is_nothing_to_do_nothing_is_written_and_the_plan_is_silent() {
    let world = World::new().await;
    let open = json!({"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []});
    world.azure.edit(&registry(), &json!({"properties": {"networkRuleSet": open}})).unwrap();
    for (config, end) in [
        (
            json!({"registry_id": registry()}),
            "Registry demo1 lets all networks in and holds no rules already: nothing was written",
        ),
        (
            json!({"registry_id": registry(), "keep_rules": true}),
            "Registry demo1 lets all networks in already: nothing was written",
        ),
    ] {
        let planned = plan(&world, config.clone()).await;
        assert_eq!((planned.errors(), planned.warnings()), (vec![], vec![]));
        let said = act(&world, config).await;
        assert_eq!((said.errors(), said.warnings()), (vec![], vec![]));
        assert_eq!(said.answer[1..], [end]);
    }
    assert_eq!(world.patches().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_known_is_not_asked_for() {
    let world = World::new().await;
    let unknown = Value::map(restore().block().attributes.iter().map(|one| (one.name.clone(), Value::Unknown)));
    world.core.validate_action(&restore(), &unknown).await.ok();
    let planned = world.core.plan_action(&restore(), &unknown).await;
    assert_eq!((planned.errors(), planned.warnings()), (vec![], vec![]));
    assert_eq!(world.azure.requests().len(), 0);
    let Value::Map(mut entries) = restore().config(&json!({"registry_id": registry()})) else { panic!("a block") };
    entries.insert("keep_rules".to_owned(), Value::Unknown);
    let planned = world.core.plan_action(&restore(), &Value::Map(entries)).await;
    assert_says(
        &planned.warnings(),
        "registry_id: Registry demo1",
        &["keep_rules is not known yet", "\n  - 52.57.22.38"],
    );
}

#[tokio::test]
async fn mistakes_are_told_without_asking_anyone() {
    let world = World::new().await;
    for (json, begin) in [
        (json!({}), "registry_id: Missing value for a required argument"),
        (json!({"registry_id": "demo1"}), "registry_id: Invalid value for `registry_id`"),
        (json!({"registry_id": subnet()}), "registry_id: Invalid value for `registry_id`"),
        (json!({"registry_id": registry(), "timeout": "0s"}), "timeout: Invalid value for `timeout`"),
    ] {
        let config = restore().config(&json);
        for errors in [
            world.core.validate_action(&restore(), &config).await.errors(),
            world.core.plan_action(&restore(), &config).await.errors(),
            world.core.invoke_action(&restore(), &config).await.end().await.errors(),
        ] {
            assert_says(&errors, begin, &[]);
        }
    }
    assert_eq!(world.azure.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_is_not_there_or_not_ours_is_told() {
    let world = World::new().await;
    let missing = json!({"registry_id": named("demo9")});
    let begin = "registry_id: Could not read registry demo9: It does not exist";
    assert_says(&plan(&world, missing.clone()).await.errors(), begin, &["404 ResourceNotFound"]);
    let invoked = world.core.invoke_action(&restore(), &restore().config(&missing)).await.end().await;
    let begin = "registry_id: Could not restore the network rules of registry demo9: Nothing was changed.";
    assert_says(&invoked.errors(), begin, &["It does not exist"]);
    let words = "The client does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/write' over scope '/x'.";
    world.azure.fault(Fault::new(refusal(403, "AuthorizationFailed", words, false)).on("PATCH", "registries/demo1"));
    let begin = "registry_id: Could not restore the network rules of registry demo1: Nothing was changed.";
    let said = act(&world, json!({"registry_id": registry()})).await;
    assert_says(
        &said.errors(),
        begin,
        &["The identity lacks Microsoft.ContainerRegistry/registries/write", "403 AuthorizationFailed"],
    );
    assert_eq!(world.rules()["defaultAction"], "Deny");
    world.azure.fault(Fault::new(refusal(403, "AuthorizationFailed", words, false)).on("GET", "registries/demo2"));
    let unreadable = plan(&world, json!({"registry_id": named("demo2")})).await;
    assert_eq!((unreadable.errors(), unreadable.warnings()), (vec![], vec![]), "who may not read is not stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_waited_out_and_a_write_whose_answer_was_lost_is_not_sent_blindly() {
    let world = World::new().await;
    world.azure.fault(Fault::new(refusal(503, "ServerBusy", "busy", true)).on("PATCH", ""));
    let said = act(&world, json!({"registry_id": registry()})).await;
    assert_eq!(said.errors(), [""; 0]);
    let done = "Registry demo1 lets all networks in; 2 IP rules and 1 virtual network rule removed";
    assert_eq!(said.answer.last().unwrap(), done, "the second reading showed that it was done");
    assert_eq!(world.patches().len(), 1);
    world.azure.fault(Fault::new(Action::Reset { after_effect: false }).on("PATCH", ""));
    act(&world, json!({"registry_id": named("demo2")})).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_failed_in_azure_tells_what_is_there_now() {
    let world = World::new().await;
    world.azure.settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
    let failure = |keep_effect| {
        let (code, message) = ("InternalError".to_owned(), "It went wrong.".to_owned());
        Fault::new(Action::FailOperation { code, message, status: "Failed".to_owned(), keep_effect }).on("PATCH", "")
    };
    let config = || json!({"registry_id": registry()});
    world.azure.fault(failure(false));
    let begin = "registry_id: Could not restore the network rules of registry demo1: ";
    let still = "A look afterwards showed the default action Deny, and 2 IP rules and 1 virtual network rule.";
    assert_says(&act(&world, config()).await.errors(), begin, &[still, "It went wrong."]);
    world.azure.fault(failure(true));
    let all_the_same = "A look afterwards shows that it was carried out all the same.";
    assert_says(&act(&world, config()).await.errors(), begin, &[all_the_same, "It went wrong."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_it_soon_and_says_what_may_come() {
    let world = World::new().await;
    world.azure.fault(Fault::new(Action::Delay { ms: 3_600_000 }).on("PATCH", ""));
    let config = restore().config(&json!({"registry_id": registry()}));
    let mut restoring = world.core.invoke_action(&restore(), &config).await;
    restoring.until("Setting the default action").await;
    world.core.rpc.clone().stop_provider(wire::stop_provider::Request {}).await.unwrap();
    let said = timeout(Duration::from_secs(60), restoring.end()).await.expect("it ends");
    let begin = "registry_id: Could not restore the network rules of registry demo1: A look afterwards showed";
    assert_says(&said.errors(), begin, &["Azure may carry it out yet.", "cancelled"]);
}

/// The write takes several calls: what comes after the PATCH shows that nobody let go of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_hangs_up_in_the_middle_of_a_write_does_not_stop_it() {
    let world = World::with(HostOptions::default().with("TF_LOG_PROVIDER", "DEBUG"), json!({})).await;
    world.azure.settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
    world.azure.fault(Fault::new(Action::Delay { ms: 300 }).on("PATCH", ""));
    let config = restore().config(&json!({"registry_id": registry()}));
    let mut restoring = world.core.invoke_action(&restore(), &config).await;
    restoring.until("Setting the default action").await;
    drop(restoring);
    let mut world = world;
    let done = "Registry demo1 lets all networks in; 2 IP rules and 1 virtual network rule removed";
    while !world.core.host.process.log_line().await.expect("a line of the log").contains(done) {}
    assert_eq!(world.rules()["ipRules"], json!([]));
    let polled = world.azure.requests().iter().filter(|record| record.path.contains("operationStatuses")).count();
    assert!(polled > 0, "the operation was followed to its end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_at_once_each_come_to_their_end() {
    let world = World::new().await;
    let mut all = Vec::new();
    for name in ["demo1", "demo2", "demo3", "demo1"] {
        all.push(world.core.invoke_action(&restore(), &restore().config(&json!({"registry_id": named(name)}))).await);
    }
    for restoring in all {
        let said = restoring.end().await.ok();
        assert!(said.last().unwrap().contains("lets all networks in"), "{said:?}");
    }
    for name in ["demo1", "demo2", "demo3"] {
        let written = world.patches().iter().filter(|record| record.path.ends_with(name)).count();
        assert_eq!(written, 1, "{name}: there is one writer per registry");
        let rules = &world.azure.resource(&named(name)).unwrap()["properties"]["networkRuleSet"];
        assert_eq!((&rules["defaultAction"], &rules["ipRules"]), (&json!("Allow"), &json!([])));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_resources_of_the_configuration_bring_back_is_said_in_plan_and_when_it_is_done() {
    let world = World::new().await;
    let rule = Kind::resource(provider(), "acrnet_registry_ip_rule");
    let config = rule.config(&json!({"registry_id": registry(), "ip_range": "52.57.22.38"}));
    world.core.plan(&rule, &Object::none(), &config).await.ok();
    let begin = "registry_id: The next apply undoes what was restored on registry demo1: Resources of this configuration own these rules:";
    let planned = plan(&world, json!({"registry_id": registry()})).await.warnings();
    assert_says(
        &planned[1..],
        begin,
        &["\n  - 52.57.22.38\n\nThe next plan shows that as changed outside of Terraform"],
    );
    let said = act(&world, json!({"registry_id": registry()})).await;
    assert_says(&said.warnings(), begin, &["\n  - 52.57.22.38\n\n"]);

    let world = World::new().await;
    let set = Kind::resource(provider(), "acrnet_registry_network_rule_set");
    let config = json!({"registry_id": registry(), "default_action": "Deny", "rules_mode": "additive"});
    world.core.plan(&set, &Object::none(), &set.config(&config)).await.ok();
    let kept = plan(&world, json!({"registry_id": registry(), "keep_rules": true})).await.warnings();
    let begin = "registry_id: The next apply undoes what was restored on registry demo1: A rule set of this configuration has \
                 default_action = \"Deny\".";
    assert_says(&kept[1..], begin, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_does_not_change_is_told() {
    let world = World::with(HostOptions::default(), json!({"registry_api_version": "2025-11-01"})).await;
    let hidden = act(&world, json!({"registry_id": registry()})).await;
    assert_eq!(hidden.errors(), [""; 0]);
    let begin = "registry_id: Virtual network rules of registry demo1 may be left: ";
    assert_says(&hidden.warnings(), begin, &["registry_api_version"]);
    assert_eq!(world.rules()["virtualNetworkRules"].as_array().map(Vec::len), Some(1), "{}", world.rules());

    let world = World::new().await;
    world.azure.edit(&registry(), &json!({"properties": {"publicNetworkAccess": "Disabled"}})).unwrap();
    let begin = "registry_id: Registry demo1 stays closed to public networks: ";
    let config = || json!({"registry_id": registry()});
    assert_says(&plan(&world, config()).await.warnings()[1..], begin, &["--public-network-enabled true"]);
    assert_says(&act(&world, config()).await.warnings(), begin, &[]);
    assert_eq!(world.azure.resource(&registry()).unwrap()["properties"]["publicNetworkAccess"], "Disabled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_of_another_sku_has_nothing_to_restore() {
    let world = World::new().await;
    let basic = json!({"sku": {"name": "Basic"}, "properties": {"networkRuleSet": null}});
    world.azure.edit(&registry(), &basic).unwrap();
    let said = act(&world, json!({"registry_id": registry()})).await.ok();
    assert!(said[1].ends_with("nothing was written"), "{said:?}");
    assert_eq!(world.patches().len(), 0);
}
