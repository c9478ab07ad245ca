//! One run of `terraform`: while it goes on, and what it said.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::PATIENCE;

/// A `terraform` that is running, leader of a process group of its own. What is left of the group dies with the value.
pub(crate) struct Running {
    id: u32,
    ended: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
    folder: std::path::PathBuf,
}

/// A `terraform` that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// All of stdout.
    pub(crate) stdout: String,
    /// All of stderr.
    pub(crate) stderr: String,
}

/// An error or a warning as a user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// `error` or `warning`.
    pub(crate) severity: String,
    /// The first line.
    pub(crate) summary: String,
    /// What follows.
    pub(crate) detail: String,
    /// The resource, where there is one.
    pub(crate) address: String,
    /// The line of the configuration that is shown.
    pub(crate) line: String,
    /// The block that the line is in, as `output "name"`.
    pub(crate) context: String,
}

impl Running {
    /// Starts the command; its output goes to files beside its folder.
    pub(crate) fn start(mut command: Command, folder: &Path) -> Self {
        let file = |name: &str| File::create(folder.join(name)).expect("a file for the output");
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child: Child = command.spawn().expect("terraform starts");
        let (id, (sender, ended)) = (child.id(), channel());
        thread::spawn(move || sender.send(child.wait().expect("a child of ours")));
        Self { id, ended, status: None, folder: folder.to_owned() }
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Run {
        assert!(self.ends_within(PATIENCE), "terraform did not end within {PATIENCE:?}: {:?}", self.output(None));
        self.output(self.status.and_then(|status| status.code()))
    }

    /// Waits for the end so long; says whether it came.
    pub(crate) fn ends_within(&mut self, span: Duration) -> bool {
        if self.status.is_none() {
            self.status = self.ended.recv_timeout(span).ok();
        }
        self.status.is_some()
    }

    /// A signal for the whole group, as from a terminal.
    pub(crate) fn signal_group(&self, name: &str) {
        assert!(kill(name, &format!("-{}", self.id)), "terraform's process group takes SIG{name}");
    }

    /// The same for what may have ended; says whether something took it.
    pub(crate) fn signal_group_if_any(&self, name: &str) -> bool {
        kill(name, &format!("-{}", self.id))
    }

    /// A signal for the providers that it has started, and not for itself; says whether one took it. Linux only.
    pub(crate) fn signal_providers_if_any(&self, name: &str) -> bool {
        let of_group = |entry: &std::fs::DirEntry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // `pid (name) state parent group …`; a name may hold anything.
            let (head, rest) = stat.rsplit_once(") ").unwrap_or_default();
            head.contains("(terraform-provi") && rest.split(' ').nth(2) == Some(&self.id.to_string())
        };
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().filter(of_group);
        let pids: Vec<_> = processes.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        pids.iter().filter(|pid| kill(name, pid)).count() > 0
    }

    /// A signal for `terraform` alone, which may have ended; says whether it took it.
    pub(crate) fn signal_if_any(&self, name: &str) -> bool {
        self.status.is_none() && kill(name, &self.id.to_string())
    }

    /// A signal for `terraform` alone.
    pub(crate) fn signal(&self, name: &str) {
        assert!(kill(name, &self.id.to_string()), "terraform takes SIG{name}");
    }

    /// Waits until nothing of the process group is left, and gives the time that took.
    pub(crate) fn wait_until_group_is_gone(&self) -> Duration {
        self.group_is_gone_within(PATIENCE).expect("something of terraform's process group still runs")
    }

    /// Waits so long until nothing of the process group is left; gives the time that took.
    pub(crate) fn group_is_gone_within(&self, span: Duration) -> Option<Duration> {
        let began = Instant::now();
        while kill("0", &format!("-{}", self.id)) {
            if began.elapsed() > span {
                return None;
            }
            thread::park_timeout(Duration::from_millis(50));
        }
        Some(began.elapsed())
    }

    fn output(&self, code: Option<i32>) -> Run {
        let text = |name: &str| {
            let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Run { code, stdout: text("stdout"), stderr: text("stderr") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        kill("KILL", &format!("-{}", self.id));
    }
}

fn kill(signal: &str, target: &str) -> bool {
    let mut command = Command::new("kill");
    command.args([&format!("-{signal}"), "--", target]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

impl Run {
    /// Whether it succeeded; with `-detailed-exitcode`, whether the plan is empty.
    pub(crate) fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// The lines of `-json`.
    fn events(&self) -> Vec<Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn said(&self, severity: &str) -> Vec<Said> {
        let mut found = Vec::new();
        for event in self.events() {
            let of_validate = event["diagnostics"].as_array().cloned().unwrap_or_default();
            let of_others = (event["type"] == "diagnostic").then(|| event["diagnostic"].clone());
            for one in of_validate.iter().chain(&of_others).filter(|one| one["severity"] == severity) {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let said = Said {
                    severity: severity.to_owned(),
                    summary: text(&one["summary"]),
                    detail: text(&one["detail"]),
                    address: text(&one["address"]),
                    line: text(&one["snippet"]["code"]).trim().to_owned(),
                    context: text(&one["snippet"]["context"]),
                };
                if said.summary != "Provider development overrides are in effect" {
                    found.push(said);
                }
            }
        }
        found
    }

    /// The errors, in the order in which they were shown.
    pub(crate) fn errors(&self) -> Vec<Said> {
        self.said("error")
    }

    /// The one error there is.
    pub(crate) fn error(&self) -> Said {
        let errors = self.errors();
        assert_eq!(errors.len(), 1, "one error was expected: {errors:#?}\n{}{}", self.stdout, self.stderr);
        errors[0].clone()
    }

    /// The warnings, less the one that every run with a development override has.
    pub(crate) fn warnings(&self) -> Vec<Said> {
        self.said("warning")
    }

    /// The one warning there is. A run may say the same again for the plan and for the apply.
    pub(crate) fn warning(&self) -> Said {
        let mut warnings = self.warnings();
        warnings.dedup();
        assert_eq!(warnings.len(), 1, "one warning was expected: {warnings:#?}\n{}", self.stdout);
        warnings[0].clone()
    }

    /// What is planned, as `create acrnet_….name`, sorted.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.changes("planned_change")
    }

    /// What changed behind Terraform's back, likewise.
    pub(crate) fn drift(&self) -> Vec<String> {
        self.changes("resource_drift")
    }

    fn changes(&self, kind: &str) -> Vec<String> {
        let of_kind = |event: &Value| event["type"] == kind;
        let named = |event: Value| {
            let change = &event["change"];
            format!(
                "{} {}",
                change["action"].as_str().unwrap_or_default(),
                change["resource"]["addr"].as_str().unwrap_or_default()
            )
        };
        let mut changes: Vec<String> = self.events().into_iter().filter(of_kind).map(named).collect();
        changes.sort_unstable();
        changes
    }
}
