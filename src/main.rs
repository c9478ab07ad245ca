//! The provider's process: arguments and environment in, exit code out.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use tonic::service::Routes;

use acrnet::provider::{ADDRESS, AcrnetProvider};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::plugin::{End, Listens, Plugin, serve};
use acrnet::terraform::service::provider_service;

fn main() -> ExitCode {
    let plugin = Plugin {
        name: "acrnet",
        address: ADDRESS,
        version: env!("CARGO_PKG_VERSION"),
        about: "who may reach an Azure Container Registry over the network",
        documentation: "https://registry.terraform.io/providers/acrnet/acrnet/latest/docs",
        listens: Listens::AsOnThisPlatform,
    };
    let environment = Environment::process();
    let provider = AcrnetProvider::new(environment.clone());
    let routes = |end: End| {
        let server = Arc::new(Server::new(provider));
        end.after(Server::end(Arc::clone(&server)));
        Routes::new(provider_service(server))
    };
    serve(plugin, routes, &environment, env::args().skip(1))
}
