//! What teams configure, and how that changes from one step to the next.

use super::chance;
use crate::torture::story::{Config, Endpoint, Net, OnDestroy, Set};

/// For rule sets: some of them inside or beside others, one in another spelling.
const OF_SETS: [&str; 8] = [
    "52.10.0.1",
    "52.10.0.2/32",
    "52.10.1.0/24",
    "52.10.1.0/25",
    "52.10.1.128/25",
    "52.10.2.0/30",
    "52.10.3.7",
    "52.10.4.0/28",
];
/// For single rules of the first team.
const OF_SINGLES: [&str; 5] = ["52.11.0.1", "52.11.0.2", "52.11.1.0/24", "52.11.1.128/25", "52.11.2.0/29"];
/// For the second team.
const OF_OTHERS: [&str; 5] = ["53.20.0.1", "53.20.0.2", "53.20.1.0/24", "53.20.1.7", "53.20.2.0/29"];

/// Who shares the registry, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One rule set that owns all rules.
    Authoritative,
    /// One that shares them, maybe beside single rules.
    Additive,
    Singles,
    /// A rule set that shares, of one team, and single rules of another.
    Shared,
    /// Single rules of two teams.
    Crowd,
}

impl Shape {
    pub(super) fn drawn(rng: &mut fastrand::Rng) -> Self {
        match rng.u8(0..100) {
            0..35 => Self::Authoritative,
            35..60 => Self::Additive,
            60..75 => Self::Singles,
            75..90 => Self::Shared,
            _ => Self::Crowd,
        }
    }

    pub(super) fn teams(self) -> usize {
        if matches!(self, Self::Shared | Self::Crowd) { 2 } else { 1 }
    }

    pub(super) fn is_of_single_rules(self) -> bool {
        matches!(self, Self::Singles | Self::Crowd)
    }

    pub(super) fn is_authoritative(self) -> bool {
        self == Self::Authoritative
    }

    /// What each team begins with.
    pub(super) fn first(self, rng: &mut fastrand::Rng) -> Vec<Config> {
        (0..self.teams()).map(|team| self.config(rng, team)).collect()
    }

    fn config(self, rng: &mut fastrand::Rng, team: usize) -> Config {
        let mut config = Config::default();
        if team == 0 && !self.is_of_single_rules() {
            config.set = Some(set(rng, self));
        }
        let net = if team == 0 { Net::App } else { Net::Build };
        if chance(rng, 40) {
            config.endpoints.push(Endpoint { net, remove: remove(rng) });
        }
        if team == 0 && chance(rng, 25) {
            config.endpoints.push(Endpoint { net: Net::Ready, remove: chance(rng, 30).then_some(false) });
        }
        if let Some(set) = &mut config.set {
            set.subnets = [Net::App, Net::Ready].into_iter().filter(|_| chance(rng, 50)).collect();
        }
        if self != Self::Authoritative && (config.set.is_none() || chance(rng, 40)) {
            let pool = singles(team);
            config.ips = pool.iter().copied().filter(|_| chance(rng, 50)).collect();
            config.fail = chance(rng, 15);
            let taken = config.set.as_ref().is_some_and(|set| set.subnets.contains(&net));
            config.subnets = if !taken && chance(rng, 40) { vec![net] } else { Vec::new() };
        }
        config.coherent()
    }

    /// What the team wants next.
    pub(super) fn changed(self, rng: &mut fastrand::Rng, team: usize, config: &Config) -> Config {
        let mut config = config.clone();
        for _ in 0..rng.u8(1..=3) {
            self.change(rng, team, &mut config);
        }
        config.coherent()
    }

    fn change(self, rng: &mut fastrand::Rng, team: usize, config: &mut Config) {
        if self != Self::Authoritative && (config.set.is_none() || chance(rng, 40)) {
            return toggle(&mut config.ips, singles(team)[rng.usize(0..5)]);
        }
        let Some(set) = &mut config.set else { return };
        match rng.u8(0..100) {
            0..40 => toggle(&mut set.ips, OF_SETS[rng.usize(0..OF_SETS.len())]),
            40..50 => respell(&mut set.ips),
            50..60 => toggle(&mut set.subnets, Net::Ready),
            60..72 => set.deny = !set.deny,
            72..80 => set.bypass = option(rng, ["None", "AzureServices"]),
            80..86 => set.tasks = option(rng, [true, false]),
            86..90 => set.public = option(rng, [true, false]),
            90..97 => set.on_destroy = on_destroy(rng),
            // Whoever shares may come to own all, if nobody else shares.
            _ => set.additive &= self != Self::Additive || !config.ips.is_empty() || !config.subnets.is_empty(),
        }
    }
}

fn set(rng: &mut fastrand::Rng, shape: Shape) -> Set {
    let fail = shape.is_authoritative() && chance(rng, 20);
    Set {
        additive: !shape.is_authoritative(),
        deny: chance(rng, 80),
        ips: OF_SETS.into_iter().filter(|_| chance(rng, 40)).collect(),
        subnets: Vec::new(),
        public: option(rng, [true, false]).filter(|_| chance(rng, 30)),
        bypass: option(rng, ["None", "AzureServices"]).filter(|_| chance(rng, 50)),
        tasks: option(rng, [true, false]).filter(|_| chance(rng, 50)),
        fail,
        on_destroy: if fail { OnDestroy::Default } else { on_destroy(rng) },
    }
}

fn on_destroy(rng: &mut fastrand::Rng) -> OnDestroy {
    [OnDestroy::Default, OnDestroy::Previous, OnDestroy::Keep][rng.usize(0..3)]
}

fn remove(rng: &mut fastrand::Rng) -> Option<bool> {
    option(rng, [true, false]).filter(|_| chance(rng, 50))
}

fn option<T: Copy>(rng: &mut fastrand::Rng, values: [T; 2]) -> Option<T> {
    [None, Some(values[0]), Some(values[1])][rng.usize(0..3)]
}

fn singles(team: usize) -> &'static [&'static str; 5] {
    if team == 0 { &OF_SINGLES } else { &OF_OTHERS }
}

fn toggle<T: PartialEq>(list: &mut Vec<T>, value: T) {
    match list.iter().position(|own| *own == value) {
        Some(place) => drop(list.remove(place)),
        None => list.push(value),
    }
}

/// The same rules in another order, and one of them in another spelling.
fn respell(ips: &mut Vec<&'static str>) {
    ips.reverse();
    for ip in ips {
        *ip = match *ip {
            "52.10.0.2/32" => "52.10.0.2",
            "52.10.0.2" => "52.10.0.2/32",
            other => other,
        };
    }
}

impl Config {
    /// With what belongs together: a rule for a subnet has its endpoint, nothing is in two places, and no rule stays when its endpoint goes.
    fn coherent(mut self) -> Self {
        if let Some(set) = &mut self.set {
            set.ips.sort_unstable();
            set.ips.dedup_by(|a, b| a.trim_end_matches("/32") == b.trim_end_matches("/32"));
            if set.on_destroy != OnDestroy::Default {
                set.subnets.retain(|net| net.is_ready());
            }
            if set.fail {
                set.on_destroy = OnDestroy::Default;
            }
            if !set.additive {
                self.ips.clear();
                self.subnets.clear();
            }
        }
        let in_set = self.set.iter().flat_map(|set| &set.subnets);
        let needed: Vec<Net> = in_set.chain(&self.subnets).copied().filter(|net| !net.is_ready()).collect();
        for net in needed {
            if self.endpoints.iter().all(|endpoint| endpoint.net != net) {
                self.endpoints.push(Endpoint { net, remove: None });
            }
        }
        self
    }
}
