//! Every way to authenticate, end to end: the real provider process against a small service on loopback that plays the token services and Resource
//! Manager, and a stand-in for `az`. Each way once with success and once with a refusal that repeats what it was sent; and whatever the outcome, nothing
//! that was planted may be in the log, at its most talkative, or in an error.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use self::run::{Outcome, run};
use self::service::{ACCESS, Mood, Service};

mod leaks;
mod run;
mod service;

const PFX: &str = "src/azure/credentials/client_certificate/fixtures/openssl3.pfx";
const AZ: &str = "src/azure/credentials/azure_cli/fixtures/az";
const APPLICATION: [(&str, &str); 2] = [("ARM_TENANT_ID", "tenant-1"), ("ARM_CLIENT_ID", "app-1")];
/// Secrets, each with characters that are written otherwise in a form or a URL, as far as it may have any. What the search looks for is at both ends.
const SECRET: &str = "planted-secret ~of+the/application&=\"detnalp";
const REQUEST: &str = "planted-request-token-of-a-run+/=~detnalp";
const HEADER: &str = "planted-header-of-app-service+/=~detnalp";
const OIDC: &str = "planted.oidc-token_of.a-pipeline.detnalp";
/// Asks for a token of the application once, then reads one subnet.
const EXCHANGE: [&str; 2] = ["POST /tenant-1/oauth2/v2.0/token", "GET /subscriptions"];

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the provider once with a service that gives tokens, and once with one that refuses.
async fn both(variables: impl Fn(&Service) -> Vec<(String, String)>) -> (Outcome, Outcome) {
    let giving = Service::start(Mood::Giving).await;
    let refusing = Service::start(Mood::Refusing).await;
    (run(&giving, variables(&giving)).await, run(&refusing, variables(&refusing)).await)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn application(more: &[(&str, &str)]) -> Vec<(String, String)> {
    owned(&[&APPLICATION, more].concat())
}

/// A folder with `az`, which does what `script` says, and the `PATH` on which it is found first.
fn az(script: &str) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("script"), script).unwrap();
    std::os::unix::fs::symlink(in_project(AZ), folder.path().join("az")).unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.path().display());
    (folder, path)
}

#[tokio::test]
async fn a_ready_token_is_used_as_it_is() {
    let (read, _) = both(|_| owned(&[("ARM_ACCESS_TOKEN", ACCESS)])).await;
    assert!(read.is_read(&["GET /subscriptions"]), "{read:?}");
    let service = Service::start(Mood::Giving).await;
    let refused = run(&service, owned(&[("ARM_ACCESS_TOKEN", "planted-stale")])).await;
    assert!(refused.error().contains("InvalidAuthenticationToken"), "{refused:?}");
}

#[tokio::test]
async fn a_client_secret() {
    let (read, refused) = both(|_| application(&[("ARM_CLIENT_SECRET", SECRET)])).await;
    assert!(read.is_read(&EXCHANGE), "{read:?}");
    assert!(refused.error().contains("by client secret: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn a_client_certificate() {
    let path = in_project(PFX);
    let (read, refused) = both(|_| {
        application(&[
            ("ARM_CLIENT_CERTIFICATE_PATH", path.to_str().unwrap()),
            ("ARM_CLIENT_CERTIFICATE_PASSWORD", "planted-pfx-password"),
        ])
    })
    .await;
    assert!(read.is_read(&EXCHANGE), "{read:?}");
    assert!(read.requests[0].body.contains("client_assertion=eyJ"), "{:?}", read.requests[0]);
    assert!(refused.error().contains("by client certificate: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn a_certificate_with_a_wrong_password_is_an_error_before_anything_is_asked() {
    let path = in_project(PFX);
    let variables = application(&[
        ("ARM_CLIENT_CERTIFICATE_PATH", path.to_str().unwrap()),
        ("ARM_CLIENT_CERTIFICATE_PASSWORD", "planted-wrong"),
    ]);
    let refused = run(&Service::start(Mood::Giving).await, variables).await;
    assert!(refused.error().contains("ARM_CLIENT_CERTIFICATE_PASSWORD") && refused.requests.is_empty(), "{refused:?}");
}

#[tokio::test]
async fn an_oidc_token_as_text_and_in_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{OIDC}\n")).unwrap();
    for source in [("ARM_OIDC_TOKEN", OIDC), ("ARM_OIDC_TOKEN_FILE_PATH", path.to_str().unwrap())] {
        let (read, refused) = both(|_| application(&[("ARM_USE_OIDC", "true"), source])).await;
        assert!(read.is_read(&EXCHANGE), "{read:?}");
        assert!(read.requests[0].body.ends_with(&format!("client_assertion={OIDC}")), "{:?}", read.requests[0]);
        assert!(refused.error().contains("by OIDC token: 401: AADSTS0: refused"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_workload_identity_of_aks() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, OIDC).unwrap();
    let variables = |file: &Path| {
        owned(&[
            ("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"),
            ("AZURE_TENANT_ID", "tenant-1"),
            ("AZURE_CLIENT_ID", "app-1"),
            ("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()),
        ])
    };
    let (read, refused) = both(|_| variables(&path)).await;
    assert!(read.is_read(&EXCHANGE), "{read:?}");
    assert!(refused.error().contains("AADSTS0: refused"), "{refused:?}");
    let missing = folder.path().join("gone");
    let failed = run(&Service::start(Mood::Giving).await, variables(&missing)).await;
    assert!(failed.error().contains(&format!("cannot read {}", missing.display())), "{failed:?}");
}

#[tokio::test]
async fn github_actions() {
    let (read, refused) = both(|service| {
        application(&[
            ("ARM_USE_OIDC", "true"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/github?api-version=2.0", service.url)),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST),
        ])
    })
    .await;
    let asked = "GET /github?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange";
    assert!(read.is_read(&[asked, EXCHANGE[0], EXCHANGE[1]]), "{read:?}");
    assert!(refused.error().contains("GitHub gives none: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn azure_devops() {
    let (read, refused) = both(|service| {
        application(&[
            ("ARM_USE_OIDC", "true"),
            ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "connection-1"),
            ("SYSTEM_OIDCREQUESTURI", &format!("{}/devops", service.url)),
            ("SYSTEM_ACCESSTOKEN", REQUEST),
        ])
    })
    .await;
    let asked = "POST /devops?api-version=7.1&serviceConnectionId=connection-1";
    assert!(read.is_read(&[asked, EXCHANGE[0], EXCHANGE[1]]), "{read:?}");
    assert!(refused.error().contains("Azure DevOps gives none: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn a_managed_identity_of_a_machine() {
    let (read, refused) = both(|service| {
        let endpoint = format!("{}/imds", service.url);
        owned(&[("ARM_USE_MSI", "true"), ("ARM_CLIENT_ID", "app-1"), ("ARM_MSI_ENDPOINT", &endpoint)])
    })
    .await;
    assert!(read.is_read(&["GET /imds?api-version=2018-02-01&resource=http", "GET /subscriptions"]), "{read:?}");
    assert!(read.requests[0].target.ends_with("&client_id=app-1"), "{:?}", read.requests[0]);
    assert!(refused.error().contains("by managed identity: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn a_managed_identity_of_app_service() {
    let (read, refused) = both(|service| {
        let endpoint = format!("{}/app-service", service.url);
        owned(&[("ARM_USE_MSI", "true"), ("IDENTITY_ENDPOINT", &endpoint), ("IDENTITY_HEADER", HEADER)])
    })
    .await;
    assert!(read.is_read(&["GET /app-service?api-version=2019-08-01", "GET /subscriptions"]), "{read:?}");
    assert!(refused.error().contains("by managed identity: 401: AADSTS0: refused"), "{refused:?}");
}

#[tokio::test]
async fn the_azure_cli_is_what_is_used_when_nothing_is_set() {
    let (folder, path) =
        az(&format!(r#"echo "$*" > arguments; echo '{{"accessToken": "{ACCESS}", "expires_on": 4102444800}}'"#));
    let service = Service::start(Mood::Giving).await;
    let read = run(&service, owned(&[("PATH", &path), ("ARM_SUBSCRIPTION_ID", "sub-1")])).await;
    assert!(read.is_read(&["GET /subscriptions"]), "{read:?}");
    let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    let expected =
        format!("account get-access-token --output json --scope {}/.default --subscription sub-1", service.url);
    assert_eq!(arguments.trim(), expected);
}

#[tokio::test]
async fn an_azure_cli_that_is_not_logged_in_or_not_there_is_told_as_such() {
    let (_folder, path) =
        az("echo planted-access; echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    let service = Service::start(Mood::Giving).await;
    let refused = run(&service, owned(&[("PATH", &path)])).await;
    assert!(refused.error().contains("ERROR: Please run 'az login' to setup account."), "{refused:?}");
    let empty = TempDir::new().unwrap();
    let missing = run(&service, owned(&[("PATH", empty.path().to_str().unwrap()), ("ARM_USE_OIDC", "true")])).await;
    assert!(missing.error().contains("the Azure CLI (az) is not on the PATH"), "{missing:?}");
    assert!(missing.error().contains("use_oidc (ARM_USE_OIDC) is set, but there is no OIDC token"), "{missing:?}");
}

#[tokio::test]
async fn tokens_of_auxiliary_tenants_go_along() {
    let more = [("ARM_CLIENT_SECRET", SECRET), ("ARM_AUXILIARY_TENANT_IDS", "tenant-2;tenant-3")];
    let (read, _) = both(|_| application(&more)).await;
    let tokens = ["tenant-1", "tenant-2", "tenant-3"].map(|tenant| format!("POST /{tenant}/oauth2/v2.0/token"));
    assert!(read.is_read(&[&tokens[0], &tokens[1], &tokens[2], "GET /subscriptions"]), "{read:?}");
    let header = read.requests[3].headers.iter().find(|(name, _)| name == "x-ms-authorization-auxiliary").unwrap();
    assert_eq!(header.1, format!("Bearer {ACCESS}, Bearer {ACCESS}"));
}
