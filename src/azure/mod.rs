//! The client of Azure Resource Manager (ARM).
//!
//! From the resources come ids, edits and a [`call::Call`] that bounds them; back go views of ARM's documents, or an [`error::ArmError`]. On the
//! way down, each module knows less of Azure: [`registry`], [`subnet`] and [`provider_registration`] know documents; [`snapshot`] shares readings and makes lists of
//! many; [`inventory`] tells what there is;
//! [`coordinator`] and `write` know how to read, change and write one among others; `request` knows URLs; [`client`] carries one request to its end,
//! asking `retry`, `pace` and `lro`, which are pure; [`token`] and [`credentials`] prove who we are, by a [`secret`] that nobody shows; [`registry_access`] asks a registry itself;
//! [`transport`] is the one seam to the network. Terraform is not known here.

mod answer;
pub mod api_version;
pub mod call;
pub mod client;
pub mod cloud;
pub mod cloud_source;
pub mod coordinator;
pub mod credentials;
pub mod error;
pub mod id;
pub mod inventory;
mod lock;
mod lro;
mod pace;
mod page;
pub mod provider_registration;
pub mod registry;
pub mod registry_access;
mod request;
pub mod retry;
pub mod secret;
pub mod snapshot;
pub mod subnet;
pub mod token;
pub mod transport;
pub mod virtual_network;
pub mod write;

#[cfg(test)]
mod scripted;
