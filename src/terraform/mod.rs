//! The provider framework: everything about being a provider, and nothing about Azure.

pub mod environment;
pub mod plugin;
pub mod proto;
