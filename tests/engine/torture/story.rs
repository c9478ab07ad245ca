//! A run before it happens: plain data, drawn from a seed, played by the stage and judged by the oracle.

use serde_json::Value;

use acrnet::simulator::{BusyAnswer, RegistryWrites};

/// One run.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) seed: u64,
    pub(super) place: Place,
    /// One team, or two: each has a state of its own.
    pub(super) teams: usize,
    /// What happens before calm returns.
    pub(super) steps: Vec<Step>,
    /// What everyone wants when calm has returned.
    pub(super) last: Vec<Config>,
    /// How the end is disturbed, if everything is destroyed in the end.
    pub(super) farewell: Farewell,
}

/// The end of a run.
#[derive(Debug)]
pub(super) enum Farewell {
    /// Nothing is destroyed.
    Stays,
    /// Everything is, in calm.
    Calm,
    /// Everything is, once disturbed like this, and again in calm.
    Disturbed(Trouble),
}

/// Azure as it is found.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) deny: bool,
    /// IP rules of somebody else.
    pub(super) rules: Vec<&'static str>,
    /// Whether somebody else has a rule for the subnet `built`.
    pub(super) subnet_rule: bool,
    pub(super) writes: RegistryWrites,
    pub(super) busy: BusyAnswer,
    /// How many seconds Azure's clock is ahead of ours.
    pub(super) ahead: i64,
    /// Whether tokens come from the token service, and end.
    pub(super) tokens: bool,
}

/// One command, or two teams' at once, and what befalls them.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) plays: Vec<Play>,
    /// What somebody else does before.
    pub(super) before: Vec<Outside>,
    pub(super) trouble: Trouble,
}

/// One command of one team.
#[derive(Clone, Debug)]
pub(super) struct Play {
    pub(super) team: usize,
    pub(super) verb: Verb,
    pub(super) config: Config,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Plan,
    Apply,
    Destroy,
}

/// What befalls a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble {
    /// Faults of Azure's answers.
    pub(super) spells: Vec<Spell>,
    /// What happens after so many exchanges.
    pub(super) cues: Vec<Cue>,
    /// What the provider's processes lack.
    pub(super) lack: Option<Lack>,
}

/// A fault of some answers.
#[derive(Clone, Debug)]
pub(super) struct Spell {
    pub(super) kind: Kind,
    pub(super) on: Target,
    /// The first such call that meets it, from 1.
    pub(super) nth: u32,
    pub(super) times: u32,
}

/// The calls that a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Any,
    ReadRegistry,
    WriteRegistry,
    ReadSubnet,
    WriteSubnet,
    Poll,
    Token,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 429, to be repeated after so many milliseconds; whole seconds can be told as a date.
    Throttled { ms: u64, as_date: bool },
    /// 5xx, with the effect or without; a proxy's page instead of ARM's error.
    Broken { status: u16, after: bool, page: bool },
    /// The connection is reset.
    Reset { after: bool },
    /// Half of the answer is missing.
    Truncated,
    /// So many milliseconds late.
    Slow { ms: u64 },
    /// The write's operation fails, and is taken back or not.
    Fails { cancelled: bool, kept: bool },
    /// 401.
    Expired,
    /// 409 or 429: somebody else is writing.
    Busy,
    /// 403.
    Forbidden,
    /// 200, but this member is not stored.
    NotStored(&'static str),
}

/// Something that happens during a command.
#[derive(Clone, Debug)]
pub(super) struct Cue {
    /// After so many exchanges of the step.
    pub(super) at: u32,
    pub(super) what: Happening,
}

/// What it is.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Outside(Outside),
    /// Azure's clock jumps ahead by so many seconds.
    Jump(u64),
    /// A signal for the processes of the step's first command, some milliseconds later.
    Signal {
        to: Whom,
        name: &'static str,
        after_ms: u64,
    },
}

/// Whom a signal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// Terraform and its providers, as from a terminal.
    All,
    Terraform,
    Provider,
}

/// What the provider's processes do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// Room for the socket.
    Room,
    /// More than so many open files.
    Files(u32),
}

/// Somebody else's change.
#[derive(Clone, Debug)]
pub(super) enum Outside {
    AddRule(&'static str),
    /// Whoever's it is.
    RemoveRule(&'static str),
    Deny(bool),
    /// A member of the registry's `properties`.
    Setting(&'static str, Value),
    /// An endpoint for another service, there or not.
    Endpoint(Net, &'static str, bool),
    /// A member of the subnet's `properties`.
    Subnet(Net, &'static str, Value),
}

/// A subnet of the one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Net {
    /// No registry endpoint; one for storage, and much else.
    App,
    /// No endpoint at all.
    Build,
    /// With the registry endpoint, of somebody else.
    Ready,
    /// Likewise, and somebody else has a rule for it.
    Built,
}

/// What a team's configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) set: Option<Set>,
    /// Single rules.
    pub(super) ips: Vec<&'static str>,
    pub(super) subnets: Vec<Net>,
    pub(super) endpoints: Vec<Endpoint>,
    /// `on_existing = "fail"` in single rules.
    pub(super) fail: bool,
    /// `timeouts` of two seconds.
    pub(super) impatient: bool,
    pub(super) max_retries: Option<u32>,
}

/// A rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) additive: bool,
    pub(super) deny: bool,
    pub(super) ips: Vec<&'static str>,
    pub(super) subnets: Vec<Net>,
    pub(super) public: Option<bool>,
    pub(super) bypass: Option<&'static str>,
    pub(super) tasks: Option<bool>,
    /// `on_existing = "fail"`, otherwise `"adopt"`.
    pub(super) fail: bool,
    pub(super) on_destroy: OnDestroy,
}

/// What a destroyed rule set leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDestroy {
    Default,
    Previous,
    Keep,
}

/// A subnet's endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) net: Net,
    pub(super) remove: Option<bool>,
}

impl Net {
    /// The subnet's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Build => "build",
            Self::Ready => "ready",
            Self::Built => "built",
        }
    }

    /// Whether the registry endpoint is there from the start.
    pub(super) fn is_ready(self) -> bool {
        matches!(self, Self::Ready | Self::Built)
    }
}

impl Story {
    /// The whole of it, for somebody who wants to know what went wrong.
    pub(super) fn told(&self) -> String {
        let mut lines = vec![format!("{:?}", self.place)];
        for (number, step) in self.steps.iter().enumerate() {
            lines.push(format!("step {}: before: {:?}", number + 1, step.before));
            lines.extend(step.plays.iter().map(|play| format!("  {play:?}")));
            lines.push(format!("  {:?}", step.trouble));
        }
        lines.push(format!("in the end: {:?}", self.last));
        lines.push(format!("{:?}", self.farewell));
        lines.join("\n")
    }
}
