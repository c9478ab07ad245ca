//! Imports by identity.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_imported_by_id_and_by_identity_is_the_same_object() {
    for (name, [config, ..], [identity, _]) in each() {
        let world = World::new(services(name)).await;
        let (core, kind) = (&world.core, kind(name));
        let made = world.apply(&kind, &Object::none(), &config).await;
        let id = made.value.entry("id").and_then(Value::as_str).unwrap();
        core.next_run().await;
        let by_id = core.import(&kind, id).await.ok().unwrap();
        let by_identity = core.import_by_identity(&kind, &identity).await.ok().unwrap();
        assert_eq!((&by_id.value, &by_id.identity), (&by_identity.value, &made.identity), "{name}");
        let read = core.read(&kind, &by_identity).await.ok();
        assert_eq!((&read.identity, read.value.entry("id")), (&made.identity, made.value.entry("id")), "{name}");
        let plan = core.plan(&kind, &read, &kind.config(&config)).await.ok();
        assert_eq!((plan.planned, plan.identity), (read.value, read.identity), "{name}: empty");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_by_identity_keeps_the_users_letters() {
    let world = World::new(&[]).await;
    let kind = kind(RULE_SET);
    let loud = json!({"subscription_id": SUBSCRIPTION, "resource_group_name": "RG", "registry_name": "FIRST"});
    let begun = world.core.import_by_identity(&kind, &loud).await.ok().unwrap();
    let read = world.core.read(&kind, &begun).await.ok();
    assert_eq!(shown(&kind, &read), loud);
    let config = json!({"registry_id": registry("first"), "default_action": "Allow"});
    let plan = world.core.plan(&kind, &read, &kind.config(&config)).await.ok();
    assert_eq!(plan.planned, read.value, "and the configuration its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_part_of_an_identity_is_named_with_the_form_that_is_expected() {
    let core = Core::start(HostOptions::default()).await;
    let rule = |more: Json| with(of_registry("first", json!({"ip_range": "16.17.18.19"})), more);
    let network_rule = |more: Json| with(of_registry("first", json!({"subnet_id": subnet("one")})), more);
    let cases = [
        (
            RULE_SET,
            of_registry("a/b", json!({})),
            "segment 8, the registry \"a/b\", holds a character",
            "/registries/{registry}",
        ),
        (
            RULE_SET,
            of_registry("ab", json!({})),
            "the registry name \"ab\" is not 5 to 50 letters and digits",
            "/registries/{registry}",
        ),
        (
            RULE_SET,
            of_registry("first", json!({"resource_group_name": ""})),
            "segment 4, the resource group, is empty",
            "{resource group}",
        ),
        (
            RULE_SET,
            of_registry("first", json!({"subscription_id": format!("/subscriptions/{SUBSCRIPTION}")})),
            "segment 2, the subscription \"/subscriptions/",
            "/subscriptions/{subscription}",
        ),
        (
            ENDPOINT,
            with(of_subnet("one"), json!({"virtual_network_name": "a b"})),
            "segment 8, the virtual network \"a b\"",
            "{virtual network}",
        ),
        (ENDPOINT, of_subnet(".."), "segment 10, the subnet \"..\"", "/subnets/{subnet}"),
        (IP_RULE, rule(json!({"registry_name": "a b"})), "segment 8, the registry \"a b\"", "/registries/{registry}"),
        (IP_RULE, rule(json!({"ip_range": "8.8.8.8/24"})), "\"8.8.8.8/24\" has host bits set", "\"8.8.8.0/24\""),
        (NETWORK_RULE, network_rule(json!({"subnet_id": "one"})), "\"one\" is not a subnet id", "/subnets/{subnet}"),
    ];
    for (name, identity, wrong, form) in cases {
        let refused = core.import_by_identity(&kind(name), &identity).await;
        let found = refused.errors();
        assert!(refused.answer.is_none() && found.len() == 1, "{found:?}");
        assert!(found[0].starts_with("Not the identity of a"), "{found:?}");
        assert!(found[0].contains(wrong) && found[0].contains(form), "{found:?}");
    }
    let without =
        core.import_by_identity(&kind(RULE_SET), &of_registry("first", json!({"subscription_id": null}))).await;
    assert!(without.errors()[0].contains("`subscription_id` is required"), "{without:?}");
}
