//! A hundred single rules in one apply: few writes, and one that is refused alone fails.

use std::collections::BTreeSet;

use acrnet::simulator::{Action, Fault, Match};
use serde_json::{Map, json};

use crate::azure::{APP, Azure};
use crate::contention::figures::Figures;
use crate::contention::team::{Team, beside_theirs, resource};
use crate::single_rules::{BUILT, give_to_others, subnet};

const RULES: u8 = 100;

fn team() -> Team {
    let azure = Azure::in_real_time(1);
    give_to_others(&azure);
    Team::new(&azure.into(), 1)
}

/// What is on the registry, and in the state.
fn held(team: &Team) -> BTreeSet<String> {
    let held = beside_theirs(&team.workspace.azure);
    assert_eq!(team.owned(), held);
    held
}

#[test]
fn a_hundred_rules_are_ten_writes_at_most_and_so_is_their_end() {
    let team = team();
    let azure = &team.workspace.azure;
    let wanted = team.want(1..=RULES);
    // Calls that take no time: the window is what the provider itself needs.
    let figures = Figures::of("a hundred rules", 1);
    team.workspace.apply();
    figures.print(azure, "");
    assert_eq!(beside_theirs(azure), wanted);
    assert!(azure.patches().len() <= 10, "{} writes", azure.patches().len());
    azure.simulator().clear_requests();
    let figures = Figures::of("their end", 1);
    team.workspace.destroy();
    figures.print(azure, "");
    assert_eq!(beside_theirs(azure).len(), 0);
    assert!(azure.patches().len() <= 10, "{} writes", azure.patches().len());
}

/// A plan warns of it only, and Azure quotes the subnet.
#[test]
fn a_rule_whose_subnet_lacks_the_endpoint_fails_alone_among_a_hundred() {
    let team = team();
    let wanted = team.want_beside(1..=RULES - 1, &subnet("APP", ""));
    let error = team.workspace.fail().error();
    assert_eq!(error.summary, "Could not add a virtual network rule for subnet net/app to registry Demo1");
    assert!(error.detail.contains(&format!("  - {APP}")) && !error.detail.contains(BUILT), "{}", error.detail);
    assert_eq!(error.address, "acrnet_registry_virtual_network_rule.this");
    assert_eq!(held(&team), wanted);
}

/// Azure quotes nothing, so that the one to blame has to be searched for.
#[test]
fn a_rule_that_is_refused_without_a_word_on_which_it_is_fails_alone_among_a_hundred() {
    let team = team();
    let azure = &team.workspace.azure;
    let mut wanted = team.want(1..=RULES);
    let bad = team.address(42);
    wanted.remove(&bad);
    let body = json!({"error": {"code": "BadRequest", "message": "A rule is not acceptable."}});
    let refusal = Action::Answer { status: 400, headers: Map::new(), body, after_effect: false };
    let when = Match { method: Some("PATCH".to_owned()), body: Some(format!("\"{bad}\"")), ..Match::default() };
    azure.fault(Fault { when, times: None, action: refusal });
    let error = team.workspace.fail().error();
    assert_eq!(error.summary, format!("Could not add IP rule {bad} to registry Demo1"));
    assert!(error.detail.contains("400 BadRequest: A rule is not acceptable."), "{}", error.detail);
    assert_eq!(error.address, resource(&bad));
    assert_eq!(held(&team), wanted);
}
