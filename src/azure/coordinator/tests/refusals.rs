//! When Azure refuses a batch, those to blame fail, each with its own message, and no one else.

use super::*;
use crate::azure::error::ErrorKind;

const NETWORK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

fn subnet(name: &str) -> String {
    format!("{NETWORK}/subnets/{name}")
}

fn ip(last: usize) -> String {
    format!("1.1.1.{last}")
}

fn named(rules: &[String]) -> Option<(&'static str, String)> {
    let bad = rules.iter().find(|rule| rule.starts_with("6.6.6."))?;
    Some(("NetworkRuleValidationError", format!("The rule {bad} is not valid.")))
}

fn unnamed(rules: &[String]) -> Option<(&'static str, String)> {
    named(rules).map(|(code, _)| (code, "A rule is not valid.".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn the_one_that_the_message_names_fails_alone() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.refuses = named);
    let mut edits: Vec<_> = (0..9).map(|last| adding(&ip(last))).collect();
    edits.insert(4, adding("6.6.6.6"));
    let outcomes = at_once(&client(&azure), edits).await;
    for (place, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(updated) => assert!(updated.wrote && place != 4),
            Err(failed) => {
                assert_eq!((place, failed.error.kind, failed.error.effect), (4, ErrorKind::BadRequest, Effect::None));
                assert_eq!(failed.error.message, "The rule 6.6.6.6 is not valid.");
            }
        }
    }
    assert_eq!((azure.ips().len(), azure.patches()), (9, 3));
}

#[tokio::test(start_paused = true)]
async fn those_that_no_message_names_are_found_by_halving() {
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| world.refuses = unnamed);
    let mut edits: Vec<_> = (0..62).map(|last| adding(&ip(last))).collect();
    edits.insert(3, adding("6.6.6.1"));
    edits.insert(50, adding("6.6.6.2"));
    let outcomes = at_once(&client(&azure), edits).await;
    let failed: Vec<usize> =
        outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_err()).map(|(place, _)| place).collect();
    assert_eq!((failed, azure.ips().len()), (vec![3, 50], 63));
    assert!(azure.patches() <= 26, "{} writes", azure.patches());
}

#[tokio::test(start_paused = true)]
async fn each_of_several_bad_ones_gets_azures_message_for_itself() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.refuses = named);
    let outcomes = at_once(&client(&azure), vec![adding("6.6.6.1"), adding("1.1.1.1"), adding("6.6.6.2")]).await;
    let told: Vec<Option<String>> =
        outcomes.into_iter().map(|outcome| outcome.err().map(|failed| failed.error.message.clone())).collect();
    assert_eq!(told[0].as_deref(), Some("The rule 6.6.6.1 is not valid."));
    assert_eq!((told[1].as_deref(), azure.ips()), (None, strings(&["1.1.1.1"])));
    assert_eq!(told[2].as_deref(), Some("The rule 6.6.6.2 is not valid."));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_registry_as_a_whole_is_not_searched() {
    let azure = Azure::new(&["9.9.9.9"]);
    azure.set(|world| world.refuses = |_| Some(("SkuNotSupported", "The SKU Basic is not supported.".to_owned())));
    let outcomes = at_once(&client(&azure), (0..40).map(|last| adding(&ip(last))).collect()).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().error.has_code(&["SkuNotSupported"])));
    assert_eq!(azure.patches(), 3, "all, one half, and what is there already");
    for (status, code) in
        [(403, "AuthorizationFailed"), (404, "ResourceNotFound"), (409, "MissingSubscriptionRegistration")]
    {
        let azure = Azure::new(&[]);
        azure.set(|world| world.faults.push_back(("PATCH", status, json!({"error": {"code": code, "message": "m"}}))));
        let outcomes = at_once(&client(&azure), (0..40).map(|last| adding(&ip(last))).collect()).await;
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().error.has_code(&[code])), "{code}");
        assert_eq!(azure.methods(), "GET PATCH", "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_rule_of_others_is_named_to_everyone_and_removed_by_its_owner() {
    let azure = Azure::new(&[]);
    azure.set(|world| {
        world.subnets = vec![subnet("gone")];
        world.refuses = |rules| {
            let message = format!("Virtual network {NETWORK} does not have subnets with names gone.");
            rules.iter().any(|rule| rule.ends_with("/gone")).then_some(("NetworkRuleValidationError", message))
        };
    });
    let client = client(&azure);
    for outcome in at_once(&client, vec![adding("1.1.1.1"), adding("2.2.2.2"), adding_subnet(&subnet("app"))]).await {
        assert!(outcome.unwrap_err().error.message.ends_with("names gone."));
    }
    assert_eq!(azure.patches(), 1);
    let all = RegistryPatch { virtual_network_rules: Some(Vec::new()), ..with_ips(strings(&["1.1.1.1"])) };
    let owner = RegistryEdit::alone(move |current| (!all.unstored(current).is_empty()).then(|| all.clone()));
    client.update_registry(&id(), &call(), owner).await.unwrap();
    assert_eq!(azure.ips(), ["1.1.1.1"]);
}

#[tokio::test(start_paused = true)]
async fn who_wants_what_a_refused_one_wanted_is_asked_again() {
    let azure = Azure::new(&[]);
    azure.set(|world| world.refuses = named);
    let outcomes = at_once(&client(&azure), vec![adding("6.6.6.6"), adding("6.6.6.6"), adding("1.1.1.1")]).await;
    let failed: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
    assert_eq!((failed, azure.ips()), (vec![true, true, false], strings(&["1.1.1.1"])));
}

#[tokio::test(start_paused = true)]
async fn what_the_api_version_cannot_carry_fails_alone_and_is_never_sent() {
    let azure = Azure::new(&[]);
    let client = client_with(&azure, |config| config.registry_api_version = "2025-11-01".parse().unwrap());
    let edits = vec![adding("1.1.1.1"), adding_subnet(&subnet("a")), adding("2.2.2.2"), adding_subnet(&subnet("b"))];
    let outcomes = at_once(&client, edits).await;
    let failed: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
    assert_eq!((failed, azure.ips()), (vec![false, true, false, true], strings(&["1.1.1.1", "2.2.2.2"])));
    assert_eq!(outcomes[1].as_ref().unwrap_err().error.kind, ErrorKind::Unsupported);
}
