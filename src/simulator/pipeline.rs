//! The way of one call: log, fault, latency, the router, and what becomes of the answer.
//!
//! Between the server, which knows bytes, and the router, which knows resources. The lock is never held while waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::answer::{Answer, Body};
use super::call::Call;
use super::clock::http_date;
use super::control;
use super::faults::Action;
use super::history::By;
use super::log::Record;
use super::router;
use super::world::World;

/// Hears of every exchange when it is over.
pub type Observer = Arc<dyn Fn(&Record) + Send + Sync>;

/// What the server's connections share.
pub(super) struct Shared {
    world: Mutex<World>,
    observer: Option<Observer>,
}

/// What happens on the connection.
#[derive(Debug)]
pub(super) enum Outcome {
    Answer(Answer),
    /// Half of the body, then a reset.
    Truncated(Answer),
    Reset,
}

/// How long a call takes, before and after its effect.
struct Latency {
    before: Duration,
    after: Duration,
}

impl Shared {
    pub(super) fn new(world: World, observer: Option<Observer>) -> Self {
        Self { world: Mutex::new(world), observer }
    }

    /// The world. A handler that panicked leaves it as it was at that moment; the tests behind it should still be told.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out one call.
pub(super) async fn carry_out(shared: &Shared, mut call: Call) -> Outcome {
    if call.folded.first().is_some_and(|first| first == "_sim") {
        return Outcome::Answer(control::answer(&mut shared.world(), &call));
    }
    let (action, latency) = arrive(&mut shared.world(), &mut call);
    let seq = call.seq;
    let delay = match action {
        Some(Action::Delay { ms }) => Duration::from_millis(ms),
        _ => Duration::ZERO,
    };
    rest(latency.before + delay).await;
    let outcome = perform(&mut shared.world(), call, action);
    rest(latency.after).await;
    depart(shared, seq, &outcome);
    outcome
}

async fn rest(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn arrive(world: &mut World, call: &mut Call) -> (Option<Action>, Latency) {
    let (passed, limit) = (passed_ms(world), world.settings.log_limit);
    world.log.begin(call, passed, limit);
    let latency = Latency::of(world, call);
    let action = world.faults.take(call);
    if let Some(action) = &action {
        world.log.spoilt(call.seq, action.name());
    }
    (action, latency)
}

fn passed_ms(world: &World) -> u64 {
    u64::try_from((world.now() - world.started).whole_milliseconds().max(0)).unwrap_or(u64::MAX)
}

impl Latency {
    /// As the settings say for reads and for writes.
    fn of(world: &mut World, call: &Call) -> Self {
        let settings = &world.settings;
        let reads = matches!(call.method.as_str(), "GET" | "HEAD");
        let range = settings.write_latency_ms.filter(|_| !reads).unwrap_or(settings.latency_ms);
        Self::drawn(&mut world.rng, range)
    }

    /// The whole from that range of milliseconds, and of the whole the part before the effect.
    fn drawn(rng: &mut fastrand::Rng, range: [u64; 2]) -> Self {
        let [least, most] = range.map(|ms| ms.saturating_mul(1000));
        let whole = rng.u64(least..=most.max(least));
        let before = rng.u64(0..=whole);
        Self { before: Duration::from_micros(before), after: Duration::from_micros(whole - before) }
    }
}

fn depart(shared: &Shared, seq: u64, outcome: &Outcome) {
    let (status, bytes) = match outcome {
        Outcome::Answer(answer) | Outcome::Truncated(answer) => (answer.status, Bytes::from(answer.bytes())),
        Outcome::Reset => (0, Bytes::new()),
    };
    let record = shared.world().log.finish(seq, status, &bytes, shared.observer.is_some());
    if let (Some(observer), Some(record)) = (&shared.observer, record) {
        observer(&record);
    }
}

fn perform(world: &mut World, call: Call, action: Option<Action>) -> Outcome {
    let (passed, seq) = (passed_ms(world), call.seq);
    world.log.effect(seq, passed);
    world.history.by = By::Request(seq);
    let outcome = outcome(world, call, action);
    world.history.by = By::Behind;
    world.log.stored(seq, world.history.last());
    outcome
}

fn outcome(world: &mut World, mut call: Call, action: Option<Action>) -> Outcome {
    let Some(action) = action else { return Outcome::Answer(router::answer(world, &call)) };
    call.effects = action.effects();
    match action {
        Action::Answer { status, headers, body, after_effect } => {
            if after_effect {
                router::answer(world, &call);
            }
            let answer = scripted(status, &headers, body);
            // A page that is not JSON comes from a proxy and not from ARM.
            let ours = !matches!(answer.body, Body::Text(..));
            Outcome::Answer(if ours { router::with_common_headers(world, &call, answer, None) } else { answer })
        }
        Action::Throttle { retry_after, http_date } => {
            let answer = throttled(world, retry_after, http_date);
            Outcome::Answer(router::with_common_headers(world, &call, answer, None))
        }
        Action::Reset { after_effect } => {
            if after_effect {
                router::answer(world, &call);
            }
            Outcome::Reset
        }
        Action::Truncate => Outcome::Truncated(router::answer(world, &call)),
        Action::Delay { .. }
        | Action::FailOperation { .. }
        | Action::NotStored { .. }
        | Action::SlowToAppear { .. } => Outcome::Answer(router::answer(world, &call)),
    }
}

fn scripted(status: u16, headers: &serde_json::Map<String, Value>, body: Value) -> Answer {
    let named = |name: &str| {
        headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    };
    let body = match body {
        Value::Null => Body::Empty,
        Value::String(text) => Body::Text(named("content-type").unwrap_or("text/html").to_owned(), text),
        json => Body::Json(json),
    };
    let mut answer = Answer { status, headers: Vec::new(), body };
    for (name, value) in headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type")) {
        answer = answer.with(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    answer
}

fn throttled(world: &World, retry_after: Option<u64>, as_date: bool) -> Answer {
    let body = serde_json::json!({"error": {
        "code": "TooManyRequests", "message": "The request is being throttled as the limit has been reached.",
    }});
    let answer = Answer::json(429, body);
    match retry_after {
        None => answer,
        Some(seconds) if as_date => {
            let moment = world.now() + Duration::from_secs(seconds);
            answer.with("Retry-After", http_date(moment))
        }
        Some(seconds) => answer.with("Retry-After", seconds.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_takes_effect_anywhere_within_its_latency() {
        let mut rng = fastrand::Rng::with_seed(7);
        let drawn: Vec<Latency> = (0..1000).map(|_| Latency::drawn(&mut rng, [100, 200])).collect();
        let wholes = || drawn.iter().map(|latency| latency.before + latency.after);
        let (least, most) = (Duration::from_millis(100), Duration::from_millis(200));
        assert!(wholes().all(|whole| (least..=most).contains(&whole)));
        assert!(wholes().any(|whole| whole < least * 11 / 10) && wholes().any(|whole| whole > most * 9 / 10));
        let near = Duration::from_millis(5);
        assert!(drawn.iter().any(|latency| latency.before < near) && drawn.iter().any(|latency| latency.after < near));
    }
}
