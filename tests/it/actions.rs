//! Actions, as Terraform core drives them from 1.14 on, over gRPC: validate, plan, invoke, and the events read to their end.
//!
//! Only Terraform 1.11 is at hand, so the host here does what the newer core does, in its order and with its checks.

pub mod driving;
mod example;
mod golden;
#[cfg(feature = "simulator")]
mod pages;
#[cfg(feature = "simulator")]
mod restore;
mod toys;
#[cfg(feature = "simulator")]
mod verify;
#[cfg(feature = "simulator")]
pub mod world;
