//! From a seed to a story: the same seed, the same story.
//!
//! What is drawn is valid by construction: a plan refuses none of it, however a step before it ended. What a plan refuses is tested elsewhere.

mod configs;
mod trouble;

use acrnet::simulator::{BusyAnswer, RegistryWrites};

use self::configs::Shape;
use self::trouble::Scope;
use crate::torture::story::{Config, Farewell, Place, Play, Step, Story, Trouble, Verb};

/// IP rules of somebody else.
const FOREIGN: [&str; 3] = ["40.30.0.1", "40.30.1.0/24", "40.30.2.0/28"];

/// The run of a seed.
pub(super) fn story(seed: u64) -> Story {
    // Neighbouring seeds of the generator begin alike; what is drawn first would be the same for many.
    let mut rng = fastrand::Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let shape = Shape::drawn(&mut rng);
    let mut configs: Vec<Config> = shape.first(&mut rng);
    // Where a configuration may not take over what it finds, there is nothing to find.
    let untouched = configs.iter().any(|config| config.set.as_ref().is_some_and(|set| set.fail));
    let place = place(&mut rng, shape, untouched);
    let scope = Scope::of(shape, untouched, place.tokens);
    let mut steps = Vec::new();
    if chance(&mut rng, 40) {
        steps.push(calm(&configs));
    }
    for number in 0..rng.u8(1..=2) {
        if number > 0 || !steps.is_empty() {
            configs = configs.iter().enumerate().map(|(team, config)| shape.changed(&mut rng, team, config)).collect();
        }
        steps.extend(disturbed(&mut rng, &scope, &configs));
    }
    if chance(&mut rng, 30) {
        configs = configs.iter().enumerate().map(|(team, config)| shape.changed(&mut rng, team, config)).collect();
    }
    let farewell = match rng.u8(0..100) {
        0..20 => Farewell::Stays,
        20..70 => Farewell::Calm,
        _ => Farewell::Disturbed(trouble::trouble(&mut rng, &scope, &configs)),
    };
    let last = configs.into_iter().map(Config::patient).collect();
    Story { seed, place, teams: shape.teams(), steps, last, farewell }
}

/// Everyone's apply, at once, with nothing in the way.
fn calm(configs: &[Config]) -> Step {
    let play = |(team, config): (usize, &Config)| Play { team, verb: Verb::Apply, config: config.clone().patient() };
    Step { plays: configs.iter().enumerate().map(play).collect(), before: Vec::new(), trouble: Trouble::default() }
}

/// Everyone at once, or one after the other, each with trouble of its own.
fn disturbed(rng: &mut fastrand::Rng, scope: &Scope, configs: &[Config]) -> Vec<Step> {
    let plays: Vec<Play> = configs.iter().enumerate().map(|(team, config)| play(rng, team, config)).collect();
    let groups: Vec<Vec<Play>> = if plays.len() > 1 && chance(rng, 60) {
        vec![plays]
    } else {
        plays.into_iter().map(|play| vec![play]).collect()
    };
    let mut step = |plays: Vec<Play>| {
        let before = if chance(rng, 30) { trouble::outside(rng, scope, true) } else { Vec::new() };
        Step { plays, before, trouble: trouble::trouble(rng, scope, configs) }
    };
    groups.into_iter().map(&mut step).collect()
}

fn play(rng: &mut fastrand::Rng, team: usize, config: &Config) -> Play {
    let verb = match rng.u8(0..100) {
        0..8 => Verb::Plan,
        8..16 => Verb::Destroy,
        _ => Verb::Apply,
    };
    let mut config = config.clone();
    config.impatient = chance(rng, 12);
    config.max_retries = chance(rng, 20).then(|| rng.u32(0..=3));
    Play { team, verb, config }
}

fn place(rng: &mut fastrand::Rng, shape: Shape, untouched: bool) -> Place {
    let writes = [RegistryWrites::Synchronous, RegistryWrites::AsyncOperation, RegistryWrites::Location];
    let busy = [BusyAnswer::TooManyRequests, BusyAnswer::Conflict, BusyAnswer::Retryable];
    let deny = chance(rng, if shape.is_of_single_rules() { 80 } else { 50 });
    let rules = FOREIGN.into_iter().filter(|_| chance(rng, 40)).collect();
    let subnet_rule = chance(rng, 40);
    let place = Place {
        deny,
        rules,
        subnet_rule,
        // Most of Azure's answers to PATCHes of rules were synchronous.
        writes: if rng.bool() { RegistryWrites::Synchronous } else { writes[rng.usize(0..3)] },
        busy: busy[rng.usize(0..3)],
        ahead: if chance(rng, 20) { rng.i64(-7200..=7200) } else { 0 },
        tokens: chance(rng, 30),
    };
    if untouched { Place { deny: false, rules: Vec::new(), subnet_rule: false, ..place } } else { place }
}

/// Whether something of so many per cent happens.
fn chance(rng: &mut fastrand::Rng, per_cent: u8) -> bool {
    rng.u8(0..100) < per_cent
}

impl Config {
    /// The same with all the time there is.
    fn patient(self) -> Self {
        Self { impatient: false, max_retries: None, ..self }
    }
}

#[test]
fn a_seed_tells_the_same_story_each_time_and_others_tell_others() {
    let told: Vec<String> = (1..=200).map(|seed| story(seed).told()).collect();
    assert_eq!(told, (1..=200).map(|seed| story(seed).told()).collect::<Vec<_>>());
    let different: std::collections::BTreeSet<&String> = told.iter().collect();
    assert_eq!(different.len(), told.len());
}
