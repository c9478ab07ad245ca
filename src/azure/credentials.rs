//! Ways to prove who we are: each is a [`TokenSource`](super::token::TokenSource), in a file of its own.
//!
//! What the user configured comes in, tokens go out to the client. A secret or a signed statement (an *assertion*: of a certificate, a file, GitHub or
//! Azure DevOps) is exchanged at the tenant's [`TokenService`]; an identity of the machine and the Azure CLI give tokens themselves. Nothing is asked,
//! read or started before the first token is. All goes over our own transport, and not by `azure_identity`: that refuses every plain http authority,
//! and with it a simulator on loopback. Which way is taken is not decided here.

mod assertion;
mod auxiliary;
mod azure_cli;
mod azure_devops;
mod client_certificate;
mod client_secret;
mod exchange;
mod github;
mod managed_identity;
mod oidc_token;
mod service_url;
mod static_token;
mod token_service;

pub use assertion::{Assertion, ClientAssertion};
pub use auxiliary::WithAuxiliary;
pub use azure_cli::{AzureCli, CliAccount};
pub use azure_devops::AzureDevOps;
pub use client_certificate::{Certificate, CertificateError};
pub use client_secret::ClientSecret;
pub use exchange::Exchange;
pub use github::GitHub;
pub use managed_identity::ManagedIdentity;
pub use oidc_token::OidcToken;
pub use service_url::{ServiceUrlError, machine_service_url, service_url};
pub use static_token::StaticToken;
pub use token_service::{TokenService, is_tenant};
