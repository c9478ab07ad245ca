//! The provider's binary as a child process, with its output read line by line.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};

/// Longer than anything here takes on a busy machine; a test that waits for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running plugin. It dies with the value.
pub struct PluginProcess {
    child: Child,
    stdout: UnboundedReceiver<String>,
    stderr: UnboundedReceiver<String>,
    /// Where the plugin may write, and nobody else does.
    pub temporary: TempDir,
}

/// A plugin that has come to its end.
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// The lines of stdout that had not been read.
    pub stdout: Vec<String>,
    /// All lines of stderr.
    pub stderr: Vec<String>,
    /// What it left in its folder.
    pub left_behind: Vec<PathBuf>,
}

impl PluginProcess {
    /// Starts the provider with exactly these variables, and with a folder of its own as `TMPDIR`, home and working directory.
    pub fn start(arguments: &[&str], variables: Vec<(String, String)>) -> Self {
        Self::start_program(&provider(), arguments, variables)
    }

    /// The same for any plugin.
    pub fn start_program(program: &Path, arguments: &[&str], variables: Vec<(String, String)>) -> Self {
        let temporary = TempDir::new().expect("a directory");
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("TMPDIR", temporary.path())
            .env("HOME", temporary.path())
            .envs(variables)
            .current_dir(temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stdout = lines(child.stdout.take().expect("piped"));
        let stderr = lines(child.stderr.take().expect("piped"));
        Self { child, stdout, stderr, temporary }
    }

    /// The next line of stdout; `None` at its end.
    pub async fn line(&mut self) -> Option<String> {
        timeout(PATIENCE, self.stdout.recv()).await.expect("the plugin says something in time")
    }

    /// The next line of stderr; `None` at its end.
    pub async fn log_line(&mut self) -> Option<String> {
        timeout(PATIENCE, self.stderr.recv()).await.expect("the plugin logs something in time")
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(kill.expect("kill is there").success(), "the plugin takes a signal");
    }

    /// Waits until the plugin ends by itself.
    pub async fn ended(mut self) -> Ended {
        // The pipes close when the process is gone, so nobody has to ask again and again.
        let stdout = timeout(PATIENCE, rest(&mut self.stdout)).await.expect("the plugin ends in time");
        let stderr = timeout(PATIENCE, rest(&mut self.stderr)).await.expect("the plugin ends in time");
        let status = self.child.wait().expect("a child can be waited for");
        let entries = fs::read_dir(self.temporary.path()).expect("the directory is ours");
        let left_behind = entries.map(|entry| entry.expect("an entry").path()).collect();
        Ended { status, stdout, stderr, left_behind }
    }
}

/// The provider's binary.
pub fn provider() -> PathBuf {
    env!("CARGO_BIN_EXE_terraform-provider-acrnet").into()
}

/// The toy provider's binary. Cargo tells tests where binaries are, but not where examples are.
pub fn toy_provider() -> PathBuf {
    let tests = env::current_exe().expect("the test's own path");
    let target = tests.parent().and_then(Path::parent).expect("tests are in target/<profile>/deps");
    let toy = target.join("examples").join(format!("toy-provider{}", env::consts::EXE_SUFFIX));
    assert!(toy.exists(), "{} is not there: build it with cargo build --example toy-provider", toy.display());
    toy
}

impl Drop for PluginProcess {
    fn drop(&mut self) {
        // It may be gone already, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl Read + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

async fn rest(lines: &mut UnboundedReceiver<String>) -> Vec<String> {
    let mut rest = Vec::new();
    while let Some(line) = lines.recv().await {
        rest.push(line);
    }
    rest
}
