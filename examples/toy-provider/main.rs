//! A provider that keeps its objects in memory: the shortest way to see how `acrnet::terraform` is used, and what the
//! tests of the framework talk to.
//!
//! ```sh
//! cargo build --example toy-provider
//! target/debug/examples/toy-provider --debug     # prints TF_REATTACH_PROVIDERS for a terraform in another shell
//! ```
//!
//! Everything that a provider needs is in this file and `toy/mod.rs`; each type has a file of its own.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use tonic::service::Routes;

use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::plugin::{End, Listens, Plugin, serve};
use acrnet::terraform::service::provider_service;

mod toy;

fn main() -> ExitCode {
    let environment = Environment::process();
    let plugin = Plugin {
        name: "toy",
        address: toy::ADDRESS,
        version: "1.0.0",
        about: "types without a cloud, to try the framework with",
        documentation: "https://registry.terraform.io/providers/acrnet/toy/latest/docs",
        // For tests: a provider that hosts find as they find one on Windows.
        listens: environment.var("TOY_ON_TCP").map_or(Listens::AsOnThisPlatform, |_| Listens::AsOnWindows),
    };
    let routes = |end: End| {
        let server = Arc::new(Server::new(toy::Toy::default()));
        end.after(Server::end(Arc::clone(&server)));
        Routes::new(provider_service(server))
    };
    serve(plugin, routes, &environment, env::args().skip(1))
}
