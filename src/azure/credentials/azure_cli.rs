//! The Azure CLI: somebody has logged in with `az login`, and `az` gives a token of theirs.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Output, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use crate::azure::cloud_source::CloudSource;
use crate::azure::credentials::exchange::{since_1970, whole_number};
use crate::azure::token::{AccessToken, TokenError, TokenSource};

/// How long `az` may take. Its start alone is seconds on a slow machine; one that waits for an answer at a prompt would never end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a token is taken to last whose end `az` does not tell (before 2.54, only in local time): it gives none that ends sooner.
const AT_LEAST: Duration = Duration::from_secs(5 * 60);
/// On Windows the program is a batch file, which is found by its whole name only.
const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };
/// The most that is read of what it prints: a token is some kilobytes.
const MOST_PRINTED: u64 = 1024 * 1024;
/// The most of its words that is repeated.
const LONGEST_WORDS: usize = 600;
/// A longer run without a space is no word: it may be a token.
const LONGEST_WORD: usize = 120;

/// Whose token `az` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CliAccount {
    /// The account that is logged in to this tenant.
    Tenant(String),
    /// The account that sees this subscription.
    Subscription(String),
    /// The account that `az account show` shows.
    Default,
}

/// The account that is logged in to the Azure CLI.
pub struct AzureCli {
    path: Option<String>,
    account: CliAccount,
    cloud: CloudSource,
    patience: Duration,
    now: fn() -> SystemTime,
    hint: Option<String>,
}

impl AzureCli {
    /// `az` of this `PATH`, for a token of the cloud's Resource Manager. The text of an account must be one of [`is_tenant`](super::is_tenant).
    #[must_use]
    pub fn new(
        account: CliAccount,
        cloud: impl Into<CloudSource>,
        now: fn() -> SystemTime,
        path: Option<&str>,
    ) -> Self {
        let path = path.map(str::to_owned);
        Self { path, account, cloud: cloud.into(), patience: PATIENCE, now, hint: None }
    }

    /// The same, with a sentence that its errors end with: why it was the CLI that was asked.
    #[must_use]
    pub fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    async fn ask(&self) -> Result<AccessToken, String> {
        let scope = self.cloud.cloud().await.map_err(|error| error.to_string())?.scope();
        let Some(program) = self.path.as_deref().and_then(find) else {
            return Err(
                "the Azure CLI (az) is not on the PATH; install it and run az login, or authenticate in another way"
                    .to_owned(),
            );
        };
        let output = match tokio::time::timeout(self.patience, run(self.command(&program, &scope))).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(format!("the Azure CLI (az) cannot be run: {error}")),
            Err(_) => {
                let seconds = self.patience.as_secs_f64();
                return Err(format!("the Azure CLI (az) gave no token within {seconds:.0} s and was stopped"));
            }
        };
        if output.status.success() { self.read(&output.stdout) } else { Err(self.refusal(&output)) }
    }

    /// A program and its arguments; no shell reads them.
    fn command(&self, program: &Path, scope: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["account", "get-access-token", "--output", "json", "--scope", scope]);
        match &self.account {
            CliAccount::Tenant(tenant) => command.args(["--tenant", tenant]),
            CliAccount::Subscription(subscription) => command.args(["--subscription", subscription]),
            CliAccount::Default => &mut command,
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// `{"accessToken","expires_on",…}`; the second is in seconds since 1970. What is printed is never shown: it may hold the token.
    fn read(&self, stdout: &[u8]) -> Result<AccessToken, String> {
        let body: Value = serde_json::from_slice(stdout)
            .map_err(|_| "the Azure CLI (az) succeeded, but did not print JSON".to_owned())?;
        let Some(token) = body.get("accessToken").and_then(Value::as_str).filter(|token| !token.is_empty()) else {
            return Err("the Azure CLI (az) succeeded, but printed no accessToken".to_owned());
        };
        let end = body.get("expires_on").and_then(whole_number);
        let lifetime = end
            .map_or(AT_LEAST, |end| Duration::from_secs(end.saturating_sub(since_1970((self.now)())).min(24 * 3600)));
        Ok(AccessToken::expiring(token.to_owned(), lifetime))
    }

    fn refusal(&self, output: &Output) -> String {
        let text = String::from_utf8_lossy(&output.stderr);
        // Python's warnings and az's own come first; the error is what begins with this word, to the end.
        let words = text.find("ERROR:").map_or(text.as_ref(), |at| &text[at..]);
        let words: String =
            words.split_whitespace().map(shown).collect::<Vec<_>>().join(" ").chars().take(LONGEST_WORDS).collect();
        let words = if words.is_empty() { output.status.to_string() } else { words };
        let login = match &self.account {
            CliAccount::Tenant(tenant) => format!("az login --tenant {tenant}"),
            CliAccount::Subscription(_) | CliAccount::Default => "az login".to_owned(),
        };
        format!("the Azure CLI (az) answered: {words} (not logged in? run: {login})")
    }
}

/// `az` in the first folder that has it. Only absolute folders count: in others, whoever fills the folder that Terraform runs in could put an `az`.
fn find(path: &str) -> Option<PathBuf> {
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(PROGRAM)).find(|program| is_program(program))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// What it prints, up to a bound: of what goes on longer, the pipe is closed.
async fn run(mut command: Command) -> io::Result<Output> {
    let mut child = command.spawn()?;
    let (stdout, stderr) = tokio::try_join!(opening(child.stdout.take()), opening(child.stderr.take()))?;
    Ok(Output { status: child.wait().await?, stdout, stderr })
}

async fn opening(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(MOST_PRINTED).read_to_end(&mut text).await?;
    }
    Ok(text)
}

fn shown(word: &str) -> &str {
    if word.len() > LONGEST_WORD { "…" } else { word }
}

impl TokenSource for AzureCli {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(async {
            self.ask().await.map_err(|reason| {
                let hint = self.hint.as_ref().map(|hint| format!(". {hint}")).unwrap_or_default();
                TokenError { method: "the Azure CLI", reason: format!("{reason}{hint}") }
            })
        })
    }
}

impl fmt::Debug for AzureCli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureCli").field("account", &self.account).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
