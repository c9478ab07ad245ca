//! How the provider gets its token, and what it says when it cannot.

use serde_json::json;

use crate::azure::{Azure, READY};
use crate::support::{RULES, Workspace, rule_set};

const TENANT: &str = "22222222-2222-2222-2222-222222222222";
const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
const SECRET: &str = "s3cr3t-of-the-application";

fn rules() -> String {
    rule_set("  default_action = \"Deny\"\n  virtual_network_subnet_ids = [\"READY\"]")
}

/// An Azure that takes only tokens of its own, and a block with those lines and its endpoints.
fn strict(lines: &str) -> Workspace {
    let workspace = Workspace::new();
    let simulator = workspace.azure.simulator();
    simulator.settings(|settings| settings.strict_tokens = true).unwrap();
    simulator.add(&json!({"clients": [{"client_id": CLIENT, "client_secret": SECRET, "tenant": TENANT}]})).unwrap();
    let url = simulator.url().to_owned();
    workspace.write_all(&format!(
        "provider \"acrnet\" {{\n  endpoint = {{\n    resource_manager_endpoint       = \"{url}\"\n    \
         active_directory_authority_host = \"{url}\"\n  }}\n{lines}\n}}\n{}",
        rules()
    ));
    workspace
}

#[test]
fn a_client_secret_in_the_block_gets_a_token() {
    let workspace =
        strict(&format!("  tenant_id = \"{TENANT}\"\n  client_id = \"{CLIENT}\"\n  client_secret = \"{SECRET}\""));
    workspace.apply();
    assert_eq!(workspace.azure.rules().2, [READY.rsplit('/').next().unwrap()]);
    let requests = workspace.azure.simulator().requests();
    assert!(requests.iter().any(|record| record.path == format!("/{TENANT}/oauth2/v2.0/token")));
}

#[test]
fn a_client_secret_in_the_environment_gets_a_token() {
    let mut workspace = strict("");
    workspace.set("ARM_TENANT_ID", TENANT);
    workspace.set("ARM_CLIENT_ID", CLIENT);
    workspace.set("ARM_CLIENT_SECRET", SECRET);
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_client_secret_in_a_file_gets_a_token() {
    let mut workspace = strict(&format!("  tenant_id = \"{TENANT}\"\n  client_id = \"{CLIENT}\""));
    let file = workspace.module().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    workspace.set("ARM_CLIENT_SECRET_FILE_PATH", file.to_str().unwrap());
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn the_whole_environment_serves_an_empty_block() {
    let mut workspace = Workspace::new();
    let url = workspace.azure.simulator().url().to_owned();
    workspace.write_all(&rules());
    workspace.set("ARM_RESOURCE_MANAGER_ENDPOINT", &url);
    workspace.set("ARM_ACCESS_TOKEN", "any");
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_wrong_secret_is_told_without_showing_it() {
    let wrong = "wr0ng-secret";
    let workspace =
        strict(&format!("  tenant_id = \"{TENANT}\"\n  client_id = \"{CLIENT}\"\n  client_secret = \"{wrong}\""));
    let run = workspace.fail();
    let error = run.error();
    assert!(error.detail.contains("AADSTS7000215"), "{error:#?}");
    assert!(error.detail.contains("No access token could be had"), "{error:#?}");
    assert!(!run.stdout.contains(wrong) && !run.stderr.contains(wrong), "the secret is shown");
    assert!(workspace.state(RULES).is_none());
}

#[test]
fn secrets_and_tokens_are_in_no_log() {
    let mut workspace =
        strict(&format!("  tenant_id = \"{TENANT}\"\n  client_id = \"{CLIENT}\"\n  client_secret = \"{SECRET}\""));
    workspace.set("TF_LOG_PROVIDER", "TRACE");
    let run = workspace.apply();
    assert!(run.stderr.contains("acrnet"), "no log of the provider: {}", run.stderr);
    assert!(!run.stderr.contains(SECRET), "the secret is in the log");
    assert!(!run.stderr.contains("Bearer ey"), "the token is in the log");
    let state = std::fs::read_to_string(workspace.module().join("terraform.tfstate")).unwrap();
    assert!(!state.contains(SECRET));
}

#[test]
fn each_missing_argument_is_one_error() {
    let workspace = strict(&format!("  client_secret = \"{SECRET}\""));
    let errors = workspace.plan().errors();
    let summaries: Vec<&str> = errors.iter().map(|said| said.summary.as_str()).collect();
    assert_eq!(summaries, ["tenant_id is missing", "client_id is missing"]);
    assert!(errors[0].detail.contains("ARM_TENANT_ID"), "{errors:#?}");
    let workspace = strict(&format!("  tenant_id = \"{TENANT}\"\n  client_secret = \"{SECRET}\""));
    assert_eq!(workspace.plan().errors().len(), 1);
}

#[test]
fn without_any_credentials_the_plan_already_says_so() {
    let mut workspace = strict("");
    workspace.set("PATH", "/nowhere");
    let error = workspace.plan().error();
    assert!(error.summary.starts_with("Could not read registry"), "{error:#?}");
    assert!(error.detail.contains("az"), "{error:#?}");
}

#[test]
fn validate_needs_no_credentials() {
    assert!(strict("").validate().success());
}

#[test]
fn a_token_beside_a_secret_is_refused() {
    let workspace = strict("  access_token = \"any\"\n  client_secret = \"x\"");
    let error = workspace.validate().error();
    assert_eq!(error.summary, "Two ways to authenticate");
    assert!(error.line.contains("access_token"), "{error:?}");
}

#[test]
fn plain_http_is_for_loopback_only() {
    let workspace = Workspace::new();
    workspace.write_all(&format!(
        "provider \"acrnet\" {{\n  endpoint     = {{ resource_manager_endpoint = \"http://management.example.com\" }}\n  \
         access_token = \"any\"\n}}\n{}",
        rules()
    ));
    let error = workspace.validate().error();
    assert!(error.detail.contains("http://management.example.com"), "{error:?}");
    assert!(error.line.contains("endpoint"), "{error:?}");
}

#[test]
fn a_private_authority_is_trusted_by_ssl_cert_file() {
    let mut workspace = Workspace::with(Azure::https());
    workspace.write(&rules());
    let bundle = workspace.module().join("ca.pem");
    std::fs::write(&bundle, workspace.azure.simulator().ca_pem().unwrap()).unwrap();
    workspace.set("SSL_CERT_FILE", bundle.to_str().unwrap());
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn an_unknown_authority_is_told_as_such() {
    let workspace = Workspace::with(Azure::https());
    workspace.write_with("  max_retries = 0", &rules());
    let error = workspace.fail().error();
    assert!(error.detail.to_lowercase().contains("certificate"), "{error:#?}");
    assert_eq!(workspace.azure.simulator().requests().len(), 0);
}

/// The token ends while an operation runs: its next poll is refused, another token is had, and the apply goes on.
#[test]
fn a_token_that_expires_in_the_middle_of_an_apply_is_renewed() {
    let workspace =
        strict(&format!("  tenant_id = \"{TENANT}\"\n  client_id = \"{CLIENT}\"\n  client_secret = \"{SECRET}\""));
    workspace.azure.hold_operations();
    let running = workspace.start(&["apply", "-json", "-auto-approve"]);
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    // Two days later: for the service the token is over, for the provider it is not.
    workspace.azure.release();
    let run = running.finish();
    assert!(run.success(), "{:#?}", run.errors());
    let requests = workspace.azure.simulator().requests();
    let refused = requests.iter().filter(|record| record.status == 401).count();
    assert_eq!(refused, 1, "one poll finds out");
    assert_eq!(workspace.azure.writes(), ["PATCH Demo1"], "nothing is written again");
    workspace.assert_settled();
}

#[test]
fn a_metadata_host_says_where_the_cloud_and_its_tokens_are() {
    let mut workspace = strict("");
    let url = workspace.azure.simulator().url().to_owned();
    workspace.write_all(&rules());
    workspace.set("ARM_METADATA_HOSTNAME", &url);
    workspace.set("ARM_TENANT_ID", TENANT);
    workspace.set("ARM_CLIENT_ID", CLIENT);
    workspace.set("ARM_CLIENT_SECRET", SECRET);
    workspace.apply();
    workspace.assert_settled();
    let requests = workspace.azure.simulator().requests();
    assert!(requests.iter().any(|record| record.path.starts_with("/metadata/endpoints")));
}
