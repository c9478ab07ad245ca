//! What a wait says of itself: each time the answer changes, and otherwise every ten seconds or so.

use std::time::Duration;

use crate::azure::registry_access::{Access, AccessError, LoginServer, Waiting};
use crate::resources::access::{span, summary};

/// How long the same is not said again.
const EVERY: Duration = Duration::from_secs(10);

/// What was said of a wait so far.
#[derive(Debug)]
pub(super) struct Telling {
    server: LoginServer,
    wanted: bool,
    /// What was seen when something was last said, and when that was, from the wait's beginning.
    said: Option<(String, Duration)>,
    /// How long the wait has gone on, as far as it is known.
    elapsed: Duration,
}

impl Telling {
    pub(super) fn new(server: &LoginServer, wanted: bool) -> Self {
        Self { server: server.clone(), wanted, said: None, elapsed: Duration::ZERO }
    }

    /// Before the first question.
    pub(super) fn beginning(&self, timeout: Duration) -> String {
        let wanted = if self.wanted { "lets this machine in" } else { "blocks this machine" };
        format!("Asking registry {} until it {wanted}, for {} at most", self.server, span(timeout))
    }

    /// After a look that did not end the wait; `None` when nothing is new and something was said just before.
    pub(super) fn of(&mut self, waiting: &Waiting<'_>) -> Option<String> {
        self.elapsed = waiting.elapsed + waiting.pause;
        let seen = seen(&self.server, waiting.last);
        let said = self.said.as_ref().is_some_and(|(last, at)| *last == seen && waiting.elapsed < *at + EVERY);
        if said {
            return None;
        }
        let (elapsed, pause) = (span(waiting.elapsed), span(waiting.pause));
        let message = format!("{seen} after {elapsed}; next question in {pause}");
        self.said = Some((seen, waiting.elapsed));
        Some(message)
    }

    /// When it came true.
    pub(super) fn end(&self, access: &Access) -> String {
        let after = if self.elapsed.is_zero() { String::new() } else { format!(" after {}", span(self.elapsed)) };
        let what = match (access.allowed, access.client_ip) {
            (true, _) => "lets this machine in".to_owned(),
            (false, Some(address)) => format!("blocks this machine (seen as {address})"),
            (false, None) => "blocks this machine".to_owned(),
        };
        format!("Registry {} {what}{after}", self.server)
    }
}

/// The part that is compared: the registry's own words are others each time.
fn seen(server: &LoginServer, last: &Result<Access, AccessError>) -> String {
    match last {
        Ok(access) if access.allowed => "Still lets this machine in".to_owned(),
        Ok(Access { client_ip: Some(address), .. }) => format!("Still blocks this machine (seen as {address})"),
        Ok(_) => "Still blocks this machine".to_owned(),
        Err(error) => format!("No answer yet ({})", summary(server, error)),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::azure::registry_access::Failure;
    use crate::azure::transport::Obstacle;

    fn server() -> LoginServer {
        "demo1.azurecr.io".parse().unwrap()
    }

    fn access(allowed: bool, client_ip: Option<&str>) -> Access {
        let client_ip = client_ip.map(|address| address.parse().unwrap());
        let status = if allowed { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        Access { allowed, status, client_ip, message: "other words each time".to_owned() }
    }

    fn unresolved() -> AccessError {
        let failure = Failure::NoAnswer { obstacle: Obstacle::Name, reason: "no such name".to_owned() };
        AccessError { url: "https://demo1.azurecr.io/v2/".to_owned(), proxy: None, failure }
    }

    fn told(telling: &mut Telling, last: &Result<Access, AccessError>, elapsed: u64, pause: u64) -> Option<String> {
        let (elapsed, pause) = (Duration::from_secs(elapsed), Duration::from_secs(pause));
        telling.of(&Waiting { last, elapsed, pause })
    }

    #[test]
    fn the_same_is_said_again_after_ten_seconds_and_a_change_at_once() {
        let mut telling = Telling::new(&server(), true);
        let blocked = |address| Ok(access(false, Some(address)));
        let mut at = |last, elapsed| told(&mut telling, &last, elapsed, 3).is_some();
        assert!(at(blocked("16.17.18.19"), 1), "the first");
        assert!(!at(blocked("16.17.18.19"), 3) && !at(blocked("16.17.18.19"), 10), "nothing new");
        assert!(at(blocked("16.17.18.19"), 11), "ten seconds later");
        assert!(at(blocked("16.17.18.20"), 12), "another address");
        assert!(at(Err(unresolved()), 13), "another answer");
        assert!(!at(Err(unresolved()), 14));
    }

    #[test]
    fn it_says_what_was_seen_how_long_it_took_and_when_it_asks_again() {
        let mut telling = Telling::new(&server(), true);
        assert_eq!(
            telling.beginning(Duration::from_secs(300)),
            "Asking registry demo1.azurecr.io until it lets this machine in, for 5m at most"
        );
        for (last, says) in [
            (
                Ok(access(false, Some("16.17.18.19"))),
                "Still blocks this machine (seen as 16.17.18.19) after 12s; next question in 7s",
            ),
            (Ok(access(false, None)), "Still blocks this machine after 12s; next question in 7s"),
            (Ok(access(true, None)), "Still lets this machine in after 12s; next question in 7s"),
            (
                Err(unresolved()),
                "No answer yet (The name demo1.azurecr.io could not be resolved) after 12s; next question in 7s",
            ),
        ] {
            assert_eq!(told(&mut telling, &last, 12, 7).as_deref(), Some(says));
        }
        assert_eq!(telling.end(&access(true, None)), "Registry demo1.azurecr.io lets this machine in after 19s");
    }

    #[test]
    fn what_is_true_at_once_took_no_time() {
        let telling = Telling::new(&server(), false);
        assert_eq!(
            telling.beginning(Duration::from_secs(90)),
            "Asking registry demo1.azurecr.io until it blocks this machine, for 1m 30s at most"
        );
        let seen = "Registry demo1.azurecr.io blocks this machine (seen as 16.17.18.19)";
        assert_eq!(telling.end(&access(false, Some("16.17.18.19"))), seen);
        assert_eq!(telling.end(&access(true, None)), "Registry demo1.azurecr.io lets this machine in");
    }
}
