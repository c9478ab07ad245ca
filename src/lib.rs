//! A Terraform and OpenTofu provider for one job: who may reach an Azure Container Registry over the network.

pub mod azure;
pub mod provider;
pub mod resources;
pub mod rules;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod terraform;
