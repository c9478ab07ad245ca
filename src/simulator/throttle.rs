//! Token buckets: how many calls a principal may make in a subscription.
//!
//! Pure: the time comes in as a parameter, the answer is what is left or how long to wait.

use std::collections::HashMap;
use std::time::Duration;

use http::Method;
use time::OffsetDateTime;

use super::settings::{BucketSize, Throttling};

/// ARM counts reads, writes and deletes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Reads,
    Writes,
    Deletes,
}

/// The buckets of all principals.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    levels: HashMap<(String, String, Kind), Level>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    tokens: f64,
    at: OffsetDateTime,
}

impl Kind {
    pub(super) fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
        }
    }

    pub(super) fn singular(self) -> &'static str {
        match self {
            Self::Reads => "read",
            Self::Writes => "write",
            Self::Deletes => "delete",
        }
    }

    pub(super) fn size(self, settings: &Throttling) -> BucketSize {
        match self {
            Self::Reads => settings.reads,
            Self::Writes => settings.writes,
            Self::Deletes => settings.deletes,
        }
    }
}

impl Buckets {
    /// Takes one token.
    ///
    /// # Errors
    ///
    /// The time until a token is there, when there is none now.
    pub(super) fn take(
        &mut self,
        principal: &str,
        subscription: &str,
        kind: Kind,
        size: BucketSize,
        now: OffsetDateTime,
    ) -> Result<f64, Duration> {
        let name = (principal.to_owned(), subscription.to_ascii_lowercase(), kind);
        let level = self.levels.entry(name).or_insert(Level { tokens: size.burst, at: now });
        let passed = (now - level.at).as_seconds_f64().max(0.0);
        level.tokens = (level.tokens + passed * size.per_second).min(size.burst);
        level.at = now;
        if level.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - level.tokens) / size.per_second));
        }
        level.tokens -= 1.0;
        Ok(level.tokens)
    }
}
