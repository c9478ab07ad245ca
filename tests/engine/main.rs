//! What only Terraform can judge: the real `terraform`, the built provider, and a simulated Azure in this process.

#![expect(clippy::unwrap_used, reason = "the failure of a test is its message")]

mod azure;
mod outsider;
mod run;
mod support;

mod checks;
mod credentials;
mod data_sources;
mod failures;
mod functions;
mod interrupt;
mod lifecycle;
mod migrating;
mod live_checks;
mod minimal_writes;
mod moved;
mod ownership;
mod registration;
mod replacement;
mod spelling;
mod subnets_of_others;
mod unknowns;
