//! What only Terraform can judge: the real `terraform`, the built provider, and a simulated Azure in this process.

#![expect(clippy::unwrap_used, reason = "the failure of a test is its message")]

mod azure;
mod run;
mod support;

//TODO mod checks;
//TODO mod credentials;
//TODO mod failures;
//TODO mod interrupt;
mod lifecycle;
mod minimal_writes;
//TODO mod ownership;
mod replacement;
mod spelling;
//TODO mod subnets_of_others;
//TODO mod unknowns;
