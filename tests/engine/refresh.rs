//! `refresh`: what a plan of many registries asks Azure for, with lists and without.

use serde_json::json;

use crate::azure::GROUP;
use crate::support::Workspace;

const MANY: usize = 30;

/// Rule sets of thirty registries, applied; and how the next plan is to refresh them.
fn applied(refresh: &str) -> Workspace {
    let workspace = Workspace::new();
    let id = |number: usize| format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Many{number:02}");
    let registries: Vec<_> = (0..MANY)
        .map(|number| json!({"id": id(number), "location": "westeurope", "sku": {"name": "Premium"}}))
        .collect();
    workspace.azure.simulator().add(&json!({"registries": registries})).unwrap();
    workspace.write_with(
        refresh,
        &format!(
            "resource \"acrnet_registry_network_rule_set\" \"many\" {{\n  count          = {MANY}\n  \
             registry_id    = format(\"{GROUP}/providers/Microsoft.ContainerRegistry/registries/Many%02d\", count.index)\n  \
             default_action = \"Deny\"\n  ip_rules       = [\"16.17.18.0/24\"]\n}}\n"
        ),
    );
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace
}

/// How many registries were read alone, and how many pages of lists.
fn reads(workspace: &Workspace) -> (usize, usize) {
    let requests = workspace.azure.simulator().requests();
    assert!(requests.iter().all(|record| record.method == "GET"));
    let lists = requests.iter().filter(|record| record.path.ends_with("/registries")).count();
    (requests.len() - lists, lists)
}

#[test]
fn many_rule_sets_are_read_from_the_list_of_their_group() {
    let workspace = applied("");
    workspace.assert_settled();
    let (alone, lists) = reads(&workspace);
    assert!(alone == 10 && lists > 0, "{alone} alone, {lists} lists");
}

#[test]
fn what_others_changed_shows_from_a_list_too() {
    let workspace = applied("");
    let id = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Many");
    for number in 0..MANY {
        let rules = json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": []}}});
        workspace.azure.simulator().edit(&format!("{id}{number:02}"), &rules).unwrap();
    }
    assert_eq!(workspace.plan().actions().len(), MANY);
    assert!(reads(&workspace).1 > 0);
}

#[test]
fn individual_reads_each_alone() {
    let workspace = applied("  refresh = \"individual\"");
    workspace.assert_settled();
    assert_eq!(reads(&workspace), (MANY, 0));
}
