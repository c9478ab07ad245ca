//! `terraform query`: lists, and configuration generated for what they find. Terraform does so from 1.14 on; here a host plays its part.

mod generated;
pub mod host;
mod toys;

#[cfg(feature = "simulator")]
mod brownfield;
#[cfg(feature = "simulator")]
pub mod estate;
#[cfg(feature = "simulator")]
mod hang_up;
#[cfg(feature = "simulator")]
mod hcl;
#[cfg(feature = "simulator")]
mod pages;
#[cfg(feature = "simulator")]
mod real;
#[cfg(feature = "simulator")]
mod refused;
