#![cfg(unix)]

use std::path::Path;

use super::*;
use crate::azure::cloud::{Cloud, CloudName};

const SCOPE: &str = "https://management.azure.com/.default";
const STAND_IN: &str = "src/azure/credentials/azure_cli/fixtures/az";

/// A folder with a stand-in `az`, and the credential that runs it. The time is 1000 seconds after 1970.
fn cli(script: &str, account: CliAccount) -> (tempfile::TempDir, AzureCli) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), script).unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join(STAND_IN);
    std::os::unix::fs::symlink(stand_in, folder.path().join("az")).unwrap();
    let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    // The scripts' own programs are found by the PATH of the test.
    let cli = AzureCli::new(account, Cloud::named(CloudName::Public), now, folder.path().to_str());
    (folder, cli)
}

async fn reason(script: &str) -> String {
    let (_folder, cli) = cli(script, CliAccount::Default);
    cli.token().await.unwrap_err().reason
}

fn arguments(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("arguments")).unwrap().trim().to_owned()
}

const GIVE: &str = r#"echo "$*" > arguments; echo '{"accessToken": "abc", "expires_on": 4600, "tokenType": "Bearer"}'"#;

#[tokio::test]
async fn the_account_of_the_tenant_else_of_the_subscription_is_asked_for_a_token() {
    for (account, expected) in [
        (CliAccount::Tenant("t".to_owned()), " --tenant t"),
        (CliAccount::Subscription("s".to_owned()), " --subscription s"),
        (CliAccount::Default, ""),
    ] {
        let (folder, cli) = cli(GIVE, account);
        assert_eq!(cli.token().await.unwrap().secret().expose(), "abc");
        let expected = format!("account get-access-token --output json --scope {SCOPE}{expected}");
        assert_eq!(arguments(folder.path()), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_token_is_read_and_without_one_it_is_soon() {
    let (_folder, cli) = cli("", CliAccount::Default);
    for (end, seconds) in [
        (r#""expires_on": 4600"#, 3600),
        (r#""expires_on": "4600""#, 3600),
        (r#""expires_on": 1"#, 0),
        (r#""expiresOn": "2026-11-22 23:59:59.000000""#, 300),
    ] {
        let token = cli.read(format!(r#"{{"accessToken": "abc", {end}}}"#).as_bytes()).unwrap();
        assert_eq!(token, AccessToken::expiring("abc".to_owned(), Duration::from_secs(seconds)), "{end}");
    }
}

#[tokio::test]
async fn nothing_is_run_before_the_first_token() {
    let (folder, cli) = cli(GIVE, CliAccount::Default);
    assert!(!folder.path().join("arguments").exists());
    cli.token().await.unwrap();
    assert!(folder.path().join("arguments").exists());
}

#[tokio::test]
async fn a_missing_az_is_told_as_such() {
    let cli = AzureCli::new(CliAccount::Default, Cloud::named(CloudName::Public), SystemTime::now, Some("/nowhere"))
        .with_hint(Some("Why.".to_owned()));
    assert_eq!(
        cli.token().await.unwrap_err().to_string(),
        "cannot get an access token by the Azure CLI: the Azure CLI (az) is not on the PATH; install it and run az login, or \
         authenticate in another way. Why."
    );
}

#[tokio::test]
async fn who_is_not_logged_in_reads_azs_words_and_what_to_run() {
    let script =
        "echo 'WARNING: a new release is out' >&2; echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
    let (_folder, cli) = cli(script, CliAccount::Tenant("contoso.com".to_owned()));
    assert_eq!(
        cli.token().await.unwrap_err().reason,
        "the Azure CLI (az) answered: ERROR: Please run 'az login' to setup account. (not logged in? run: az login --tenant contoso.com)"
    );
    assert!(reason("exit 3").await.contains("exit status: 3"));
}

#[tokio::test]
async fn what_az_prints_in_place_of_json_is_never_shown() {
    for script in ["echo pl4nted", "echo '{\"token\": \"pl4nted\"}'", "echo pl4nted; exit 1"] {
        let reason = reason(script).await;
        assert!(reason.contains("az") && !reason.contains("pl4nted"), "{reason}");
    }
}

#[tokio::test]
async fn an_az_that_never_ends_is_stopped() {
    let (_folder, mut cli) = cli("exec tail -f /dev/null", CliAccount::Default);
    cli.patience = Duration::from_millis(50);
    assert!(cli.token().await.unwrap_err().reason.ends_with("gave no token within 0 s and was stopped"));
}

#[test]
fn az_is_looked_for_in_the_absolute_folders_of_the_path_and_in_no_other() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [first, second] = folders.each_ref().map(|folder| folder.path().to_str().unwrap());
    let program = |folder: &str| Path::new(folder).join("az");
    std::os::unix::fs::symlink("/bin/sh", program(first)).unwrap();
    std::fs::write(program(second), "no program").unwrap();
    let up = "../".repeat(std::env::current_dir().unwrap().components().count() - 1);
    let relative = format!("{up}{}", &first[1..]);
    assert!(program(&relative).exists(), "it is there for who would look");
    assert_eq!(find(&format!("{relative}:.::/nowhere:{second}")), None);
    assert_eq!(find(&format!("{relative}:.::/nowhere:{second}:{first}")), Some(program(first)));
}

#[tokio::test]
async fn a_token_in_azs_complaint_is_not_repeated() {
    let token = "pl4nted.".repeat(40);
    let reason = reason(&format!("echo 'ERROR: {token} is over, see https://aka.ms/azlogin' >&2; exit 1")).await;
    assert!(reason.contains("ERROR: … is over, see https://aka.ms/azlogin") && !reason.contains("pl4nted"), "{reason}");
}

#[tokio::test]
async fn an_az_that_prints_without_end_is_cut_short() {
    for script in [
        "while echo ERROR: on and on; do :; done 2>/dev/null; exit 1",
        "while echo ERROR: on and on >&2; do :; done; exit 1",
    ] {
        let reason = reason(script).await;
        assert!(!reason.contains("gave no token within") && reason.len() < 2 * LONGEST_WORDS, "{reason}");
    }
}
