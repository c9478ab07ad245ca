//! However a run ends, and what is said when it cannot begin.

use std::time::Duration;

use acrnet::simulator::{Action, Fault};
use serde_json::json;

use super::{RUNNER, denying, hold, ip_rules, story, temporary, user};
use crate::azure::ip_rule;
use crate::run::{Running, Said};
use crate::support::{PATIENCE, Workspace};

fn assert_says(said: &Said, summary: &str, parts: &[&str]) {
    assert_eq!(said.summary, summary, "{said:#?}");
    for part in parts {
        assert!(said.detail.contains(part), "{part:?} is not said: {said:#?}");
    }
}

/// An apply whose command has begun, so that the registry is open. The command touches `begun` first.
fn in_the_middle(workspace: &Workspace, command: &str) -> Running {
    workspace.write(&format!("{}{}", temporary(""), user(&format!("touch begun; {command}"))));
    let running = workspace.start(&["apply", "-json", "-auto-approve"]);
    let begun = workspace.module().join("begun");
    wait_until(|| begun.exists());
    running
}

/// A plan that waits for access in vain: the address that it has let in is another's.
fn waiting_in_vain(workspace: &Workspace) -> Running {
    let lines = "  ip_range = \"52.57.22.38\"\n  wait_for_access = true";
    workspace.write(&format!("{}{}", temporary(lines), user("true")));
    let running = workspace.start(&["plan", "-json"]);
    workspace.azure.wait_for("a question in vain", |record| record.path == "/v2/" && record.status == 403);
    running
}

/// From now on, each answer takes so long.
fn slow(workspace: &Workspace, ms: u64) {
    workspace.azure.simulator().settings(|settings| settings.latency_ms = [ms, ms]).unwrap();
}

/// What the simulator answers instead.
fn refusal(status: u16, code: &str) -> Action {
    let headers = json!({"retry-after-ms": "2"}).as_object().cloned().unwrap();
    let body = json!({"error": {"code": code, "message": "Not now."}});
    Action::Answer { status, headers, body, after_effect: false }
}

#[test]
fn it_is_gone_after_a_run_that_fails() {
    let workspace = denying(&[]);
    workspace.write(&format!("{}{}", temporary(""), user("exit 7")));
    let error = workspace.fail().error();
    assert!(error.detail.contains("exit status 7"), "{error:#?}");
    assert_eq!(ip_rules(&workspace), [""; 0]);
    assert_eq!(story(&workspace).last().map(String::as_str), Some("remove"));
}

/// Terraform closes nothing then; the provider does, as it ends.
#[test]
fn it_is_gone_after_a_plan_in_which_something_else_could_not_be_opened() {
    let workspace = denying(&[]);
    let range = format!("  ip_range = \"{RUNNER}\"");
    let second = temporary(&range).replace("\"runner\"", "\"second\"").replace(
        "REGISTRY",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/nowhere",
    );
    let user =
        user("true").replace("\"user\" {", "\"user\" {\n  depends_on = [ephemeral.acrnet_temporary_ip_rule.second]");
    workspace.write(&format!("{}{second}{user}", temporary(&range)));
    workspace.plan().error();
    assert_eq!(story(&workspace), ["add", "remove"]);
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn it_is_gone_after_an_interrupt() {
    let workspace = denying(&[]);
    // The command stays until the interrupt ends it.
    let running = in_the_middle(&workspace, "sleep 600");
    assert_eq!(ip_rules(&workspace), [RUNNER], "open in the middle of the run");
    // Longer than a host waits for a plugin that has said that it ends.
    slow(&workspace, 2500);
    running.signal_group("INT");
    assert_eq!(running.finish().code, Some(1));
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn it_is_gone_some_seconds_after_terraform_was_killed() {
    let workspace = denying(&["52.57.22.38"]);
    let running = in_the_middle(&workspace, "exec sleep 30");
    assert_eq!(ip_rules(&workspace), [RUNNER, "52.57.22.38"]);
    running.signal("KILL");
    wait_until(|| ip_rules(&workspace) == ["52.57.22.38"]);
}

/// Each call takes longer than anybody who sends these signals is sure to wait.
#[test]
fn it_is_gone_though_azure_is_slow_when_terraform_is_killed_or_everything_gets_sigterm() {
    let endings: [fn(&Running); 2] = [|running| running.signal("KILL"), |running| running.signal_group("TERM")];
    std::thread::scope(|all| {
        for end in endings {
            all.spawn(move || {
                let workspace = denying(&["52.57.22.38"]);
                let running = in_the_middle(&workspace, "exec sleep 300");
                slow(&workspace, 5000);
                end(&running);
                wait_until(|| ip_rules(&workspace) == ["52.57.22.38"]);
            });
        }
    });
}

#[test]
fn it_is_gone_when_terraform_is_killed_while_it_opens() {
    let workspace = denying(&[]);
    let running = waiting_in_vain(&workspace);
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
    running.signal("KILL");
    running.wait_until_group_is_gone();
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

/// Azure goes on with a write whose client is gone.
#[test]
fn it_is_gone_though_the_write_that_opens_it_is_cut_off_and_takes_effect_later() {
    let endings: [fn(&Running); 2] = [|running| running.signal_group("INT"), |running| running.signal("KILL")];
    std::thread::scope(|all| {
        for end in endings {
            all.spawn(move || {
                let workspace = denying(&["52.57.22.38"]);
                workspace.azure.fault(Fault::new(Action::Delay { ms: 6000 }).on("PATCH", "registries/Demo1").times(1));
                workspace.write(&format!("{}{}", temporary(""), user("true")));
                let running = workspace.start(&["plan", "-json"]);
                workspace.azure.wait_for("the write that opens", |record| record.method == "PATCH");
                end(&running);
                running.wait_until_group_is_gone();
                assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
                assert_eq!(workspace.azure.patches().len(), 2, "it had come");
            });
        }
    });
}

#[test]
fn an_interrupt_while_it_waits_for_access_takes_it_off_again() {
    let workspace = denying(&[]);
    let running = waiting_in_vain(&workspace);
    running.signal_group("INT");
    let run = running.finish();
    assert!(run.errors().iter().any(|error| error.summary.contains("was interrupted")), "{:#?}", run.errors());
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn who_is_not_let_in_in_time_is_told_and_the_rule_goes() {
    let workspace = denying(&[]);
    let lines = "  ip_range = \"52.57.22.38\"\n  wait_for_access = true\n  timeout = \"3s\"";
    workspace.write(&format!("{}{}", temporary(lines), user("true")));
    let error = workspace.plan().error();
    assert!(
        error.summary.ends_with("still blocks this machine") && error.line.contains("wait_for_access"),
        "{error:#?}"
    );
    assert_says(
        &error,
        &error.summary,
        &["If 52.57.22.38 is not the address of this machine", RUNNER, "is taken off again"],
    );
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn a_close_that_fails_says_how_to_remove_the_rule() {
    let workspace = denying(&[]);
    workspace.azure.fault(Fault::new(refusal(403, "AuthorizationFailed")).on("PATCH", "registries/Demo1").from_nth(2));
    workspace.write(&format!("{}{}", temporary(""), user("true")));
    let error = workspace.plan().error();
    let stays = format!("IP rule {RUNNER} is still on registry Demo1");
    let command = format!(
        "az acr network-rule remove --name Demo1 --ip-address {RUNNER} --subscription 11111111-1111-1111-1111-111111111111"
    );
    assert_says(&error, &format!("Could not remove IP rule {RUNNER} from registry Demo1"), &[&stays, &command]);
    assert_eq!(ip_rules(&workspace), [RUNNER], "that is true");
}

#[test]
fn a_close_that_azure_cannot_serve_is_tried_again_however_few_retries_there_are() {
    let workspace = denying(&[]);
    let unwell = refusal(503, "ServiceUnavailable");
    workspace.azure.fault(Fault::new(unwell).on("PATCH", "registries/Demo1").from_nth(2).times(3));
    workspace.write_with("  max_retries = 0", &format!("{}{}", temporary(""), user("true")));
    let plan = workspace.plan();
    assert_eq!((plan.errors(), plan.warnings()), (vec![], vec![]));
    assert_eq!(ip_rules(&workspace), [""; 0]);
    assert_eq!(workspace.azure.patches().len(), 5);
}

#[test]
fn a_registry_that_cannot_be_opened_is_told_before_anything_is_written() {
    for (properties, summary, part) in [
        (json!({"sku": {"name": "Basic"}}), "Registry Demo1 is not Premium", "az acr update"),
        (
            json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [ip_rule("52.57.22.38")], "virtualNetworkRules": []}}}),
            "Registry Demo1 holds 1 IP rules and takes 1",
            "ip_rule_limit",
        ),
    ] {
        let workspace = denying(&[]);
        workspace.azure.simulator().edit(crate::azure::REGISTRY, &properties).unwrap();
        let lines = format!("  ip_range = \"{RUNNER}\"");
        workspace.write_with("  ip_rule_limit = 1", &format!("{}{}", temporary(&lines), user("true")));
        let error = workspace.plan().error();
        assert_says(&error, summary, &[part]);
        assert!(error.line.contains("registry_id"), "{error:#?}");
        assert_eq!(workspace.azure.writes(), [""; 0]);
    }
}

#[test]
fn what_no_rule_opens_is_an_error_where_access_is_needed_and_a_warning_elsewhere() {
    let workspace = denying(&[]);
    workspace.azure.edit_registry(&json!({"publicNetworkAccess": "Disabled"}));
    for lines in ["", "  ip_range = \"52.57.22.38\"\n  wait_for_access = true"] {
        workspace.write(&format!("{}{}", temporary(lines), user("true")));
        assert_says(&workspace.plan().error(), "Registry Demo1 cannot be opened by a rule", &["private endpoint"]);
        assert_eq!(workspace.azure.writes(), [""; 0]);
    }
    workspace.write(&format!("{}{}", temporary("  ip_range = \"52.57.22.0/24\""), user("true")));
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    assert_says(&plan.warning(), "Rules have no effect while public network access is disabled", &["temporary rule"]);
}

#[test]
fn a_registry_that_lets_everybody_in_is_told_and_keeps_its_default_action() {
    let workspace = denying(&[]);
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Allow", "ipRules": []}}));
    workspace.write(&format!("{}{}", temporary("  ip_range = \"52.57.22.0/24\""), user("true")));
    assert_says(&workspace.apply().warning(), "Registry Demo1 lets every client in", &["no effect"]);
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn the_address_of_a_service_endpoint_is_no_address_for_a_rule() {
    let workspace = denying(&[]);
    workspace.azure.simulator().settings(|settings| "10.0.1.4".clone_into(&mut settings.client_address)).unwrap();
    workspace.write(&format!("{}{}", temporary(""), user("true")));
    let error = workspace.plan().error();
    assert!(error.summary.contains("come from 10.0.1.4, which no IP rule lets in"), "{error:#?}");
    assert_says(&error, &error.summary, &["acrnet_registry_virtual_network_rule"]);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn a_range_is_checked_as_that_of_a_rule_for_good() {
    let workspace = denying(&[]);
    for (range, part) in [("10.0.0.0/8", "private"), ("8.8.8.8/24", "8.8.8.0/24"), ("2001:db8::1", "IPv6")] {
        workspace.write(&temporary(&format!("  ip_range = \"{range}\"")));
        let error = workspace.validate().error();
        assert!(error.line.contains("ip_range") && error.detail.contains(part), "{error:#?}");
    }
}

#[test]
fn a_rule_that_somebody_takes_away_meanwhile_is_no_error_at_the_end() {
    let workspace = denying(&[]);
    let running = in_the_middle(&workspace, "while ! test -e go; do sleep 0.1; done");
    hold(&workspace, &["52.57.22.38"]);
    std::fs::write(workspace.module().join("go"), "").unwrap();
    let run = running.finish();
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
}

/// Waits until something has come true.
fn wait_until(is_so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it never came true");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
