//! Faults on demand: a queue of rules, each of which spoils some of the calls it matches.
//!
//! The pipeline asks once per ARM call which action applies. A rule is spent after its `times`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Call;

/// One rule. JSON: `{"match": {"method", "path", "query", "body", "nth"}, "times": 1, "action": {"<kind>": {…}}}`;
/// an action without fields is just its name, e.g. `"action": "truncate"`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls.
    #[serde(rename = "match", default)]
    pub when: Match,
    /// How many of them; `null` is all of them.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// All that is given must fit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The method, in any letter case.
    pub method: Option<String>,
    /// Part of the path, in any letter case.
    pub path: Option<String>,
    /// Part of `name=value` of one query parameter, decoded.
    pub query: Option<String>,
    /// Part of the body as text.
    pub body: Option<String>,
    /// The first fitting call that is spoilt, counted from 1.
    pub nth: Option<u32>,
}

/// What happens to a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// This answer instead. A string body goes out as it is (HTML unless `headers` says otherwise), anything else as
    /// JSON. With `after_effect` the call is carried out first.
    Answer {
        /// Status code.
        status: u16,
        /// Headers beyond the usual ones.
        #[serde(default)]
        headers: Map<String, Value>,
        /// The body; `null` is none.
        #[serde(default)]
        body: Value,
        /// Whether the call takes effect all the same.
        #[serde(default)]
        after_effect: bool,
    },
    /// 429 with `Retry-After`: a number of seconds; with `http_date` the same as a date.
    Throttle {
        /// Seconds, or none for an answer without the header.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Write the moment instead of the seconds.
        #[serde(default)]
        http_date: bool,
    },
    /// The connection is reset (TCP RST), before or after the call took effect.
    Reset {
        /// Whether the call takes effect.
        #[serde(default)]
        after_effect: bool,
    },
    /// The call takes effect; half of the answer's body arrives, then the connection is reset.
    Truncate,
    /// The call waits first.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The write becomes a long-running operation that ends `Failed` (or another terminal status).
    FailOperation {
        /// ARM error code.
        code: String,
        /// ARM error message.
        message: String,
        /// Terminal status; `Failed` when left out.
        #[serde(default = "failed")]
        status: String,
        /// Whether the resource keeps what was written.
        #[serde(default)]
        keep_effect: bool,
    },
    /// 200, but part of what was sent is not stored (seen: Azure/acr#246, Azure/acr#249).
    NotStored {
        /// `virtualNetworkRules`, `ipRules`, `serviceEndpoints`, or `all`.
        #[serde(default = "network_rules")]
        member: String,
        /// Whether the answer of the write still shows it.
        #[serde(default)]
        answer_shows_it: bool,
    },
    /// The next reads of the written resource show what was there before.
    SlowToAppear {
        /// How many GETs.
        reads: u32,
    },
}

/// What a handler has to do about a fault while it writes.
#[derive(Debug, Clone, Default)]
pub(super) struct Effects {
    pub(super) failure: Option<Failure>,
    pub(super) not_stored: Option<(String, bool)>,
    pub(super) hidden_reads: u32,
}

/// How an operation ends badly.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) status: String,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) keep_effect: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    /// Fitting calls still let through before the first spoilt one.
    spare: u32,
}

impl Fault {
    /// A rule that spoils the next call, whatever it is.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self { when: Match::default(), times: Some(1), action }
    }

    /// Only calls of this method whose path contains `path`.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.when.method = Some(method.to_owned());
        self.when.path = Some(path.to_owned());
        self
    }

    /// So many calls; `None` is all of them.
    #[must_use]
    pub fn times(mut self, times: impl Into<Option<u32>>) -> Self {
        self.times = times.into();
        self
    }

    /// Beginning with the nth fitting call, counted from 1.
    #[must_use]
    pub fn from_nth(mut self, nth: u32) -> Self {
        self.when.nth = Some(nth);
        self
    }
}

impl Faults {
    pub(super) fn push(&mut self, fault: Fault) {
        let spare = fault.when.nth.unwrap_or(1).saturating_sub(1);
        self.rules.push(Rule { fault, spare });
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What happens to this call: the first rule that fits and is due. Rules before it that fit but are not due yet count it.
    pub(super) fn take(&mut self, call: &Call) -> Option<Action> {
        for index in 0..self.rules.len() {
            let rule = &mut self.rules[index];
            if !rule.fault.when.fits(call) || rule.fault.times == Some(0) {
                continue;
            }
            if rule.spare > 0 {
                rule.spare -= 1;
                continue;
            }
            let action = rule.fault.action.clone();
            if let Some(times) = &mut rule.fault.times {
                *times -= 1;
            }
            self.rules.retain(|rule| rule.fault.times != Some(0));
            return Some(action);
        }
        None
    }

    pub(super) fn pending(&self) -> Vec<Fault> {
        self.rules.iter().map(|rule| rule.fault.clone()).collect()
    }
}

impl Match {
    fn fits(&self, call: &Call) -> bool {
        let path = call.path.to_ascii_lowercase();
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(call.method.as_str()))
            && self.path.as_ref().is_none_or(|part| path.contains(&part.to_ascii_lowercase()))
            && self.query.as_ref().is_none_or(|part| {
                call.query.iter().any(|(name, value)| format!("{name}={value}").contains(part.as_str()))
            })
            && self.body.as_ref().is_none_or(|part| String::from_utf8_lossy(&call.body).contains(part.as_str()))
    }
}

impl Action {
    /// Its name, as in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Throttle { .. } => "throttle",
            Self::Reset { .. } => "reset",
            Self::Truncate => "truncate",
            Self::Delay { .. } => "delay",
            Self::FailOperation { .. } => "fail_operation",
            Self::NotStored { .. } => "not_stored",
            Self::SlowToAppear { .. } => "slow_to_appear",
        }
    }

    /// The part of an action that concerns the handler.
    pub(super) fn effects(&self) -> Effects {
        match self {
            Self::FailOperation { code, message, status, keep_effect } => Effects {
                failure: Some(Failure {
                    status: status.clone(),
                    code: code.clone(),
                    message: message.clone(),
                    keep_effect: *keep_effect,
                }),
                ..Effects::default()
            },
            Self::NotStored { member, answer_shows_it } => {
                Effects { not_stored: Some((member.clone(), *answer_shows_it)), ..Effects::default() }
            }
            Self::SlowToAppear { reads } => Effects { hidden_reads: *reads, ..Effects::default() },
            _ => Effects::default(),
        }
    }
}

// Serde hands over a function for the default; the field is an option because `null` means every call.
#[expect(clippy::unnecessary_wraps, reason = "serde wants a default of the field's own type")]
fn once() -> Option<u32> {
    Some(1)
}

fn failed() -> String {
    "Failed".to_owned()
}

fn network_rules() -> String {
    "virtualNetworkRules".to_owned()
}
