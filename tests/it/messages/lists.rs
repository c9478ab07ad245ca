//! Lists: what `terraform query` says.

use acrnet::simulator::{Action, Fault, Simulator};
use serde_json::{Map, Value as Json, json};

use super::{Group, Heard, Shown, assert_golden, has_error, written};
use crate::query::estate::{ENDPOINTS, RULE_SETS, SUBSCRIPTION, core_with, estate, forbidden, list};

/// A case, played in an estate of its own.
struct Row {
    name: &'static str,
    speaks: bool,
    list: &'static str,
    config: Json,
    /// More of the provider block.
    block: Json,
    azure: Box<dyn Fn(&Simulator)>,
}

fn says(name: &'static str, list: &'static str, config: Json) -> Row {
    let block = json!({"subscription_id": SUBSCRIPTION});
    Row { name, speaks: true, list, config, block, azure: Box::new(|_| {}) }
}

fn silent(name: &'static str, list: &'static str, config: Json) -> Row {
    Row { speaks: false, ..says(name, list, config) }
}

impl Row {
    fn on(self, azure: impl Fn(&Simulator) + 'static) -> Self {
        Self { azure: Box::new(azure), ..self }
    }

    async fn play(self) -> Shown {
        let azure = estate(100);
        (self.azure)(&azure);
        let core = core_with(&azure, &self.block).await;
        let block = list(self.list, &self.config);
        let mut said = core.validate_list(&block).await.messages;
        if !has_error(&said) {
            let mut events = core.list(&block).await;
            while let Some(event) = events.message().await.expect("a stream ends well") {
                said.extend(event.diagnostic);
            }
        }
        let said = said.into_iter().map(Heard::Message).collect();
        let configuration = written(&format!("list \"{}\"", self.list), &self.config);
        Shown { name: self.name, configuration, speaks: self.speaks, said }
    }
}

fn group(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}")
}

fn network(name: &str) -> String {
    format!("{}/providers/Microsoft.Network/virtualNetworks/{name}", group("prod"))
}

fn arguments() -> Vec<Row> {
    vec![
        says("a_group_that_is_a_path", RULE_SETS, json!({"resource_group_name": "/a/b"})),
        says("a_subscription_that_is_a_path", RULE_SETS, json!({"subscription_id": "/a/b"})),
        says("a_network_by_its_name", ENDPOINTS, json!({"virtual_network_id": "hub"})),
        says(
            "a_network_and_a_subscription",
            ENDPOINTS,
            json!({"virtual_network_id": network("hub"), "subscription_id": SUBSCRIPTION}),
        ),
        Row { block: json!({}), ..says("no_subscription_anywhere", RULE_SETS, json!({})) },
        Row { block: json!({"subscription_id": "a/b"}), ..says("a_provider_of_no_subscription", ENDPOINTS, json!({})) },
        silent("rule_sets_of_the_providers_subscription", RULE_SETS, json!({})),
        silent("endpoints_of_a_network", ENDPOINTS, json!({"virtual_network_id": network("hub")})),
    ]
}

fn places() -> Vec<Row> {
    let nowhere = "33333333-3333-3333-3333-333333333333";
    let action = "Microsoft.ContainerRegistry/registries/read";
    let networks = "Microsoft.Network/virtualNetworks/read";
    vec![
        says("a_subscription_that_is_not_there", RULE_SETS, json!({"subscription_id": nowhere})),
        says("a_group_that_is_not_there", RULE_SETS, json!({"resource_group_name": "nowhere"})),
        says("a_network_that_is_not_there", ENDPOINTS, json!({"virtual_network_id": network("gone")})),
        says("a_group_that_may_not_be_listed", RULE_SETS, json!({"resource_group_name": "prod"})).on(move |azure| {
            azure.fault(Fault::new(forbidden(action, &group("prod"))).on("GET", "/resourceGroups/prod/"));
        }),
        says("a_subscription_that_may_not_be_listed", ENDPOINTS, json!({})).on(move |azure| {
            azure.fault(Fault::new(forbidden(networks, &group("prod"))).on("GET", "/virtualNetworks"));
        }),
    ]
}

/// The next page shows the ids of these objects, and nothing else of them.
fn shown_by_name(azure: &Simulator, kind: &str, names: &[&str]) {
    let entry = |name: &&str| json!({"id": format!("{}/providers/{kind}/{name}", group("prod")), "name": name, "location": "westeurope", "sku": {"name": "Premium"}});
    let page = json!({"value": names.iter().map(entry).collect::<Vec<_>>()});
    let answer = Action::Answer { status: 200, headers: Map::new(), body: page, after_effect: false };
    azure.fault(Fault::new(answer).on("GET", kind));
}

fn left_out() -> Vec<Row> {
    let registries = "Microsoft.ContainerRegistry/registries";
    let networks = "Microsoft.Network/virtualNetworks";
    let unregistered = |azure: &Simulator| {
        let providers = json!({"Microsoft.ContainerRegistry": "NotRegistered"});
        azure.seed(&json!({"subscriptions": [{"id": SUBSCRIPTION, "providers": providers}]})).unwrap();
    };
    vec![
        says("a_subscription_in_which_there_can_be_none", RULE_SETS, json!({})).on(unregistered),
        says("a_registry_that_may_not_be_read", RULE_SETS, json!({"only_restricted": true})).on(move |azure| {
            let refusal = forbidden("Microsoft.ContainerRegistry/registries/read", &group("prod"));
            azure.fault(Fault::new(refusal).on("GET", "/registries/denies").times(None));
            shown_by_name(azure, registries, &["denies", "begun1"]);
        }),
        says("a_network_whose_subnets_may_not_be_read", ENDPOINTS, json!({})).on(move |azure| {
            let refusal = forbidden("Microsoft.Network/virtualNetworks/subnets/read", &network("hub"));
            azure.fault(Fault::new(refusal).on("GET", "/virtualNetworks/hub/subnets").times(None));
            shown_by_name(azure, networks, &["hub"]);
        }),
        silent("a_registry_that_has_gone_meanwhile", RULE_SETS, json!({"only_restricted": true}))
            .on(move |azure| shown_by_name(azure, registries, &["gone", "begun1"])),
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
async fn what_lists_say() {
    let groups = [
        Group::errors("Arguments of lists", played(arguments()).await),
        Group::errors("Places that cannot be listed", played(places()).await),
        Group::warnings("What is left out of a list", played(left_out()).await),
    ];
    assert_golden("lists.txt", &groups);
}
