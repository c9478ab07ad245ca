use super::*;
use crate::azure::transport::Obstacle;

const POLICY: Policy =
    Policy { max_retries: 3, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(30) };
const LONG: Duration = Duration::from_secs(3600);

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn now() -> SystemTime {
    http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap()
}

fn after(status: u16, made: u32, repeat: Repeat, headers: &HeaderMap, remaining: Duration) -> Verdict {
    let outcome = Outcome::Answer { status: StatusCode::from_u16(status).unwrap(), headers };
    decide(&POLICY, Attempt { made, repeat, remaining }, outcome, now(), &mut fastrand::Rng::with_seed(1))
}

fn asked(pairs: &[(&'static str, &str)]) -> Option<Duration> {
    retry_after(&headers(pairs), now())
}

#[test]
fn what_usually_passes_is_tried_again_and_nothing_else() {
    for status in 100..600 {
        let again = matches!(after(status, 1, Repeat::Always, &HeaderMap::new(), LONG), Verdict::Wait(_));
        assert_eq!(again, [408, 429, 500, 502, 503, 504].contains(&status), "{status}");
    }
}

#[test]
fn a_lost_and_a_cut_off_answer_are_tried_again() {
    for outcome in [Outcome::Failed, Outcome::CutOff] {
        let attempt = Attempt { made: 1, repeat: Repeat::Always, remaining: LONG };
        let verdict = decide(&POLICY, attempt, outcome, now(), &mut fastrand::Rng::with_seed(1));
        assert!(matches!(verdict, Verdict::Wait(_)));
    }
}

#[test]
fn what_can_never_be_sent_is_not_tried_again() {
    let result = Err(TransportError::Unusable { obstacle: Obstacle::Certificate, reason: "no trust".to_owned() });
    let attempt = Attempt { made: 1, repeat: Repeat::Always, remaining: LONG };
    let verdict = decide(&POLICY, attempt, Outcome::of(&result), now(), &mut fastrand::Rng::with_seed(1));
    assert_eq!(verdict, Verdict::Done);
}

#[test]
fn what_was_made_from_a_reading_is_given_back_whatever_happened() {
    for status in [408, 429, 500, 503] {
        assert_eq!(after(status, 1, Repeat::Never, &HeaderMap::new(), LONG), Verdict::GiveUp(GaveUp::NotRepeatable));
    }
    assert_eq!(after(200, 1, Repeat::Never, &HeaderMap::new(), LONG), Verdict::Done);
    assert_eq!(after(409, 1, Repeat::Never, &HeaderMap::new(), LONG), Verdict::Done);
}

#[test]
fn a_429_waits_as_long_as_azure_asks() {
    let headers = headers(&[("retry-after", "17")]);
    assert_eq!(after(429, 1, Repeat::Always, &headers, LONG), Verdict::Wait(Duration::from_secs(17)));
}

#[test]
fn the_wait_may_be_asked_in_milliseconds() {
    assert_eq!(asked(&[("retry-after-ms", "250"), ("retry-after", "1")]), Some(Duration::from_millis(250)));
    assert_eq!(asked(&[("x-ms-retry-after-ms", "40")]), Some(Duration::from_millis(40)));
}

#[test]
fn the_wait_may_be_asked_as_a_date() {
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(Duration::from_secs(30)));
}

#[test]
fn a_date_is_measured_by_the_services_own_clock() {
    let date = ("date", "Sun, 06 Nov 1994 08:50:00 GMT");
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), date]), Some(Duration::from_secs(7)));
}

#[test]
fn no_wait_at_all_and_nonsense_count_as_nothing_asked() {
    assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), None);
    assert_eq!(asked(&[("retry-after", "0")]), None);
    assert_eq!(asked(&[("retry-after", "soon")]), None);
    assert_eq!(asked(&[("retry-after", "-5")]), None);
}

#[test]
fn without_a_request_the_wait_doubles_up_to_the_longest_and_is_jittered() {
    let longest_of_many = |made| {
        let policy = Policy { max_retries: 100, ..POLICY };
        let mut rng = fastrand::Rng::with_seed(5);
        let waits = (0..500).map(|_| match wait(&policy, made, LONG, None, &mut rng) {
            Verdict::Wait(wait) => wait.as_secs_f64(),
            other => panic!("{other:?}"),
        });
        waits.fold(0.0, f64::max)
    };
    for (made, limit) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (6, 30.0), (50, 30.0)] {
        let longest = longest_of_many(made);
        assert!(longest <= limit && longest > 0.9 * limit, "{made}: {longest}");
    }
}

#[test]
fn after_all_retries_it_gives_up() {
    assert!(matches!(after(503, 3, Repeat::Always, &HeaderMap::new(), LONG), Verdict::Wait(_)));
    assert_eq!(after(503, 4, Repeat::Always, &HeaderMap::new(), LONG), Verdict::GiveUp(GaveUp::Retries(3)));
}

#[test]
fn a_wait_that_would_pass_the_deadline_is_not_begun() {
    let headers = headers(&[("retry-after", "60")]);
    let verdict = after(429, 1, Repeat::Always, &headers, Duration::from_secs(60));
    let wait = Duration::from_secs(60);
    assert_eq!(verdict, Verdict::GiveUp(GaveUp::Deadline { wait }));
    assert_eq!(GaveUp::Deadline { wait }.to_string(), "the wait of 60.0 s would pass the end of the time allowed");
}
