//! What only Terraform can judge: the real `terraform`, the built provider, and a simulated Azure in this process.

#![expect(clippy::unwrap_used, reason = "the failure of a test is its message")]

mod azure;
mod outsider;
mod run;
mod support;

mod additive;
mod checks;
mod ci;
mod contention;
mod credentials;
mod data_sources;
mod ephemeral;
mod examples;
mod failures;
mod functions;
mod guides;
mod interrupt;
mod lifecycle;
mod live_checks;
mod messages;
mod migrating;
mod minimal_writes;
mod moved;
mod overlaps;
mod overtaken;
mod ownership;
mod packaging;
mod plan_calls;
mod refresh;
mod registration;
mod renamed;
mod replacement;
mod single_rule_plans;
mod single_rules;
mod single_rules_of_others;
mod spelling;
mod subnets_of_others;
mod teams;
mod torture;
mod twenty;
mod unknowns;
mod upgrades;
