//! A Terraform and OpenTofu provider for one job: who may reach an Azure Container Registry over the network.
//!
//! ```text
//! Terraform ──handshake line, mTLS──▶ terraform::plugin ──gRPC──▶ terraform::service ──Value──▶ terraform::framework
//!                                                                                                      │ typed model
//!                                                                                                      ▼
//!                                   Azure ◀──HTTPS── azure::transport ◀── azure::{registry,subnet,…} ◀── resources ──▶ rules
//! ```
//!
//! In the order of the path: [`terraform`] is everything about being a plugin and knows no Azure word;
//! [`resources`] is what plan and apply mean for each type, [`data_sources`] what reading means, [`list_resources`] what there is,
//! [`ephemeral`] what is there for the length of a run, [`actions`] what is done once and on request, [`functions`] what expressions
//! can ask; [`rules`] is the subject itself, pure;
//! [`azure`] is the client of Azure Resource Manager and knows no Terraform word. [`provider`] puts
//! them together. With the feature `simulator` there is a small Azure Resource Manager to test against,
//! which shares no code with any of them.

pub mod actions;
pub mod azure;
pub mod data_sources;
pub mod ephemeral;
pub mod functions;
pub mod list_resources;
pub mod provider;
pub mod resources;
pub mod rules;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod terraform;
