//! The processes of one step: started, signalled when it is time, and looked after until nothing is left of them.

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::run::{Run, Running};
use crate::torture::play::{BOUND, Player};
use crate::torture::stage::Signal;
use crate::torture::story::{Lack, Play, Verb, Whom};

/// How long a provider may outlive its Terraform: a minute, where that was killed before it connected.
const AFTERLIFE: Duration = Duration::from_secs(75);

/// The commands of one step while they run.
pub(super) struct Company {
    running: Vec<Running>,
    teams: Vec<usize>,
    lack: Option<Lack>,
    /// The names of the signals that were taken, and by whom.
    taken: Vec<(Whom, &'static str)>,
}

impl Company {
    /// Starts them all; what is lacking is lacking to the first one's provider.
    pub(super) fn start(player: &Player<'_>, plays: &[Play], lack: Option<Lack>) -> Self {
        let start = |(index, play): (usize, &Play)| {
            let workspace = &player.workspaces[play.team];
            workspace.provider_by(lack.filter(|_| index == 0).map(script).as_deref());
            match play.verb {
                Verb::Plan => workspace.start(&["plan", "-json", "-detailed-exitcode"]),
                Verb::Apply => workspace.start(&["apply", "-json", "-auto-approve"]),
                Verb::Destroy => workspace.start(&["destroy", "-json", "-auto-approve"]),
            }
        };
        let running = plays.iter().enumerate().map(start).collect();
        Self { running, teams: plays.iter().map(|play| play.team).collect(), lack, taken: Vec::new() }
    }

    /// Stays with them to their end. Says whether the first was ended in a way that lets nobody note what was done.
    pub(super) fn accompany(mut self, player: &mut Player<'_>) -> (Vec<Run>, bool) {
        let deadline = Instant::now() + BOUND;
        while !self.running.iter_mut().all(|running| running.ends_within(Duration::ZERO)) {
            if Instant::now() > deadline {
                player.violates(&format!("a command took longer than {BOUND:?}"));
                for running in &self.running {
                    running.signal_group_if_any("KILL");
                }
                break;
            }
            for signal in player.stage.signals() {
                self.send(signal);
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        for (whom, name) in &self.taken {
            player.outcome.tally.met(&format!("SIG{name} {}", whom.in_words()), 1);
        }
        if let Some(lack) = self.lack {
            player.outcome.tally.met(lack.in_words(), 1);
        }
        let killed = self.taken.iter().any(|(whom, name)| match whom {
            Whom::All | Whom::Provider => *name != "INT",
            Whom::Terraform => *name == "KILL",
        });
        self.leave(player);
        (self.running.into_iter().map(Running::finish).collect(), killed)
    }

    fn send(&mut self, signal: Signal) {
        std::thread::sleep(signal.after);
        let running = &self.running[0];
        let taken = match signal.to {
            Whom::All => running.signal_group_if_any(signal.name),
            Whom::Terraform => running.signal_if_any(signal.name),
            Whom::Provider => running.signal_providers_if_any(signal.name),
        };
        self.taken.extend(taken.then_some((signal.to, signal.name)));
    }

    /// Nothing may be left: no process, no socket, no lock.
    fn leave(&self, player: &mut Player<'_>) {
        for (index, (running, team)) in self.running.iter().zip(&self.teams).enumerate() {
            if running.group_is_gone_within(AFTERLIFE).is_none() {
                player.violates(&format!("processes are left {AFTERLIFE:?} after the end"));
            }
            let killed =
                |of: &[Whom]| index == 0 && self.taken.iter().any(|(whom, name)| *name == "KILL" && of.contains(whom));
            let workspace = &player.workspaces[*team];
            let (left, locked) = (workspace.left_in_tmp(), workspace.is_locked());
            workspace.clear_tmp();
            workspace.provider_by(None);
            // Terraform kills a provider that it cannot reach, as one that cannot open another connection.
            let out_of_reach = index == 0 && matches!(self.lack, Some(Lack::Files(_)));
            if !left.is_empty() && !killed(&[Whom::All, Whom::Provider]) && !out_of_reach {
                player.violates(&format!("left in the temporary folder: {left:?}"));
            }
            if locked && !killed(&[Whom::All, Whom::Terraform]) {
                player.violates("the state is still locked");
            }
        }
    }
}

impl Whom {
    fn in_words(self) -> &'static str {
        match self {
            Self::All => "to both",
            Self::Terraform => "to Terraform",
            Self::Provider => "to the provider",
        }
    }
}

impl Lack {
    fn in_words(self) -> &'static str {
        match self {
            Self::Room if can_mount() => "no room for the socket (full tmpfs)",
            Self::Room => "no room for the socket (no folder)",
            Self::Files(_) => "too many open files",
        }
    }
}

/// Starts a provider that lacks something.
fn script(lack: Lack) -> String {
    match lack {
        Lack::Files(most) => format!("ulimit -n {most}\nexec \"$PROVIDER\" \"$@\""),
        Lack::Room if can_mount() => format!("exec {MOUNTED} && exec \"$0\" \"$@\"' \"$PROVIDER\" \"$@\""),
        Lack::Room => "TMPDIR=\"$TMPDIR/missing\" exec \"$PROVIDER\" \"$@\"".to_owned(),
    }
}

/// A shell that has a full disk in place of its temporary folder, and goes on with what follows. The one inode is the disk itself.
const MOUNTED: &str =
    "unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=4k,nr_inodes=1 none \"$TMPDIR\"";

/// Whether this machine lets us mount such a disk for a process alone.
fn can_mount() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{MOUNTED}'")]).env("TMPDIR", folder.path());
        command.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
    })
}
