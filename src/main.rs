//! The provider's process: arguments and environment in, exit code out.

use std::{env, process::ExitCode};

use acrnet::terraform::{
    environment::Environment,
    plugin::{MESSAGE_LIMIT, Plugin, serve},
    proto::tfplugin6::provider_server::{Provider, ProviderServer},
};
use tonic::service::Routes;

fn main() -> ExitCode {
    let plugin = Plugin {
        name: "acrnet",
        address: "registry.terraform.io/acrnet/acrnet",
        version: env!("CARGO_PKG_VERSION"),
        documentation: "https://registry.terraform.io/providers/acrnet/acrnet/latest/docs",
    };
    serve(plugin, |_stop| Routes::new(service()), &Environment::process(), env::args().skip(1))
}

fn service() -> ProviderServer<Empty> {
    ProviderServer::new(Empty).max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT)
}

/// Answers Unimplemented to everything, until the provider is wired in here.
struct Empty;

impl Provider for Empty {}
