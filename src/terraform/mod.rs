//! The provider framework: everything about being a Terraform plugin, nothing about Azure.
//!
//! ```text
//! Terraform ──handshake line, mTLS──▶ plugin ──gRPC──▶ service ──Value──▶ framework ──Model──▶ a resource
//! ```
//!
//! [`value`], [`schema`] and [`diagnostic`] are the vocabulary of that path. Nothing in here may know
//! an Azure word; a test reads the `use crate::` lines.

pub mod conform;
pub mod diagnostic;
pub mod environment;
pub mod framework;
pub mod plugin;
pub mod printable;
pub mod proto;
pub mod schema;
pub mod service;
pub mod value;
