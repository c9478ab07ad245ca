//! Tests of the crate from outside: one binary, a module per subject.

#![expect(clippy::unwrap_used, reason = "the failure of a test is its message")]

mod actions;
#[cfg(unix)]
mod admission;
#[path = "../../fuzz/src/bodies/mod.rs"]
mod bodies;
#[cfg(feature = "simulator")]
mod contract;
mod core;
mod corpora;
mod credentials;
mod deferral;
mod ephemeral;
mod examples;
mod failure_table;
mod generation;
mod golden;
mod handshake;
mod host;
#[cfg(feature = "simulator")]
mod identity;
mod layering;
mod lifecycle;
#[cfg(feature = "simulator")]
mod messages;
mod models;
mod on_tcp;
mod pages;
mod query;
mod rpc;
mod security;
mod shapes;
#[cfg(feature = "simulator")]
mod simulator;
mod statistics;
#[cfg(feature = "simulator")]
mod storm;
mod terraform;
#[path = "../../examples/toy-provider/toy/mod.rs"]
mod toy;
mod under_terraform;
mod verdict;
