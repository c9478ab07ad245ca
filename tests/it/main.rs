//! Tests of the crate from outside: one binary, a module per subject.

#![expect(clippy::unwrap_used, reason = "the failure of a test is its message")]

mod handshake;
mod host;
mod layering;
#[cfg(feature = "simulator")]
mod simulator;
#[cfg(feature = "simulator")]
mod storm;
