//! Every way to authenticate against services that repeat what they were sent: the error says so, and nothing of the secret leaves the process.

use acrnet::terraform::value::Value;
use tempfile::TempDir;

use super::run::{run, run_with};
use super::service::{ACCESS, Mood, Service};
use super::{HEADER, OIDC, PFX, REQUEST, SECRET, application, az, in_project, owned};

type Variables = Vec<(String, String)>;

/// Each way, by its name, with what it needs of this service and machine.
fn ways(service: &Service, path: &str) -> Vec<(&'static str, Variables)> {
    let [github, devops, imds, app_service] =
        ["github", "devops", "imds", "app-service"].map(|place| format!("{}/{place}", service.url));
    let pfx = in_project(PFX);
    let certificate = [
        ("ARM_CLIENT_CERTIFICATE_PATH", pfx.to_str().unwrap()),
        ("ARM_CLIENT_CERTIFICATE_PASSWORD", "planted-pfx-password"),
    ];
    let secret = ("ARM_CLIENT_SECRET", SECRET);
    let oidc = ("ARM_USE_OIDC", "true");
    let msi = ("ARM_USE_MSI", "true");
    let github = [("ACTIONS_ID_TOKEN_REQUEST_URL", github.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST), oidc];
    let devops = [
        ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "connection-1"),
        ("SYSTEM_OIDCREQUESTURI", devops.as_str()),
        ("SYSTEM_ACCESSTOKEN", REQUEST),
        oidc,
    ];
    vec![
        ("access token", owned(&[("ARM_ACCESS_TOKEN", ACCESS)])),
        ("az", owned(&[("PATH", path)])),
        ("client secret", application(&[secret])),
        ("client certificate", application(&certificate)),
        ("OIDC token", application(&[("ARM_OIDC_TOKEN", OIDC), oidc])),
        ("GitHub Actions", application(&github)),
        ("Azure DevOps", application(&devops)),
        ("machine", owned(&[("ARM_MSI_ENDPOINT", &imds), msi])),
        ("App Service", owned(&[("IDENTITY_ENDPOINT", &app_service), ("IDENTITY_HEADER", HEADER), msi])),
        ("further tenants", application(&[secret, ("ARM_AUXILIARY_TENANT_IDS", "tenant-2;tenant-3")])),
    ]
}

/// What an error has to say at least, so that it is known to have quoted the service.
fn expected(mood: Mood) -> &'static str {
    match mood {
        Mood::Repeating => "AADSTS0: refused …",
        Mood::RepeatingByPage => "AADSTS0 …",
        Mood::Revealing => "repeats a secret that was sent",
        Mood::Giving | Mood::Refusing | Mood::RefusingByPage => "AADSTS0",
    }
}

async fn search(mood: Mood) {
    let (_folder, path) = az(&format!(r#"echo '{{"accessToken": "{ACCESS}", "expires_on": 4102444800}}'"#));
    for index in 0..ways(&Service::start(mood).await, &path).len() {
        let service = Service::start(mood).await;
        let (way, variables) = ways(&service, &path).swap_remove(index);
        // These two ask nobody on the network.
        if matches!(mood, Mood::Refusing | Mood::RefusingByPage) && matches!(way, "access token" | "az") {
            continue;
        }
        let outcome = run(&service, variables).await;
        assert!(outcome.error().contains(expected(mood)), "{way}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_token_service_that_repeats_what_it_was_sent_gives_nothing_away() {
    search(Mood::Refusing).await;
}

#[tokio::test]
async fn a_page_that_is_quoted_up_to_the_middle_of_a_secret_gives_nothing_away() {
    search(Mood::RefusingByPage).await;
}

#[tokio::test]
async fn a_resource_manager_that_repeats_the_token_gives_nothing_away() {
    search(Mood::Repeating).await;
    search(Mood::RepeatingByPage).await;
}

#[tokio::test]
async fn a_token_among_the_data_of_a_resource_does_not_get_into_the_state() {
    search(Mood::Revealing).await;
}

#[tokio::test]
async fn an_az_that_repeats_its_token_gives_nothing_away() {
    let token = ACCESS.repeat(4);
    for script in [
        format!("echo {token}; echo 'ERROR: {token} is over' >&2; exit 1"),
        format!("echo {token}"),
        format!("echo '[\"{token}\"]'; echo {token} >&2"),
    ] {
        let (_folder, path) = az(&script);
        let outcome = run(&Service::start(Mood::Giving).await, owned(&[("PATH", &path)])).await;
        assert!(outcome.error().contains("the Azure CLI (az)"), "{outcome:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_is_told_without_it() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "planted-other-secret").unwrap();
    let file = file.to_str().unwrap();
    let broken = format!("planted{SECRET}\n");
    for variables in [
        application(&[("ARM_CLIENT_SECRET", SECRET), ("ARM_CLIENT_SECRET_FILE_PATH", file)]),
        application(&[("ARM_CLIENT_CERTIFICATE", SECRET)]),
        application(&[("ARM_CLIENT_CERTIFICATE", "cGxhbnRlZC1kZXRuYWxw")]),
        application(&[("ARM_CLIENT_CERTIFICATE_PATH", file), ("ARM_CLIENT_CERTIFICATE_PASSWORD", SECRET)]),
        application(&[("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", OIDC), ("ARM_OIDC_TOKEN_FILE_PATH", file)]),
        owned(&[("ARM_ACCESS_TOKEN", &broken)]),
        owned(&[("ARM_USE_MSI", "true"), ("IDENTITY_ENDPOINT", "http://127.0.0.1:1"), ("IDENTITY_HEADER", &broken)]),
        owned(&[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", "http://user:planted@127.0.0.1")]),
        owned(&[("ARM_METADATA_HOSTNAME", "https://user:planted@127.0.0.1"), ("ARM_ACCESS_TOKEN", ACCESS)]),
    ] {
        let outcome = run(&Service::start(Mood::Giving).await, variables).await;
        assert!(!outcome.error().is_empty() && outcome.requests.is_empty(), "{outcome:?}");
    }
}

#[tokio::test]
async fn secrets_in_the_block_are_treated_alike() {
    let text = |text: &str| Value::from(text);
    let application = [("tenant_id", text("tenant-1")), ("client_id", text("app-1"))];
    for secrets in [
        vec![("client_secret", text(SECRET))],
        vec![("oidc_token", text(OIDC)), ("use_oidc", Value::from(true))],
        vec![("client_secret", text(SECRET)), ("access_token", text(ACCESS))],
        vec![("client_certificate", text(SECRET)), ("client_certificate_password", text(SECRET))],
    ] {
        let block = [&application[..], &secrets].concat();
        let outcome = run_with(&Service::start(Mood::Refusing).await, Vec::new(), &block).await;
        let names: Vec<_> = secrets.iter().map(|(name, _)| name).collect();
        // A ready token wins when configuring; that there are two ways is found by validation.
        assert!(outcome.is_read(&["GET /subscriptions"]) || !outcome.error().is_empty(), "{names:?}: {outcome:?}");
    }
}
