//! The tfplugin6 service: messages in, messages out.
//!
//! Every call decodes, asks the [`Server`], encodes: each kind of types in a file of its own, and here the table of all calls. Meaning lives one
//! layer in; a gRPC status is only for what is no user's matter (bytes that are no value of the type).

mod actions;
mod data_sources;
mod decode;
mod encode;
mod ephemerals;
mod functions;
mod lists;
mod provider;
mod resources;
mod schemas;

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::framework::{Provider, Server};
use super::proto::tfplugin6 as wire;
use super::proto::tfplugin6::provider_server::{Provider as Rpc, ProviderServer};

/// Messages in both directions may be this long, as in Go providers. tonic's own limit of 4 MiB is
/// less than the state of a large resource.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// The service over a provider, ready to be routed.
pub fn provider_service<P: Provider>(server: Arc<Server<P>>) -> ProviderServer<Service<P>> {
    ProviderServer::new(Service { server })
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

/// tfplugin6 over a [`Server`].
#[derive(Debug)]
pub struct Service<P: Provider> {
    server: Arc<Server<P>>,
}

/// Implements the service: each call, by the name that it and the module of its messages have, is answered by a function of the server and,
/// where something is asked with it, the request. `told` has nothing to ask and cannot fail; `now` is calculated on the spot; `later` waits for
/// the provider's own code; `streamed` is answered in events.
macro_rules! calls {
    (
        told { $($told:ident = $teller:path;)* }
        now { $($now:ident = $answerer:path;)* }
        later { $($later:ident = $worker:path;)* }
        streamed { $($streamed:ident = $streamer:path;)* }
    ) => {
        #[tonic::async_trait]
        impl<P: Provider> Rpc for Service<P> {
            $(async fn $told(
                &self,
                _: Request<wire::$told::Request>,
            ) -> Result<Response<wire::$told::Response>, Status> {
                Ok(Response::new($teller(&self.server)))
            })*

            $(async fn $now(
                &self,
                request: Request<wire::$now::Request>,
            ) -> Result<Response<wire::$now::Response>, Status> {
                $answerer(&self.server, request.into_inner()).map(Response::new)
            })*

            $(async fn $later(
                &self,
                request: Request<wire::$later::Request>,
            ) -> Result<Response<wire::$later::Response>, Status> {
                $worker(&self.server, request.into_inner()).await.map(Response::new)
            })*

            $(async fn $streamed(
                &self,
                request: Request<wire::$streamed::Request>,
            ) -> Result<Response<BoxStream<wire::$streamed::Event>>, Status> {
                $streamer(&self.server, request.into_inner()).map(Response::new)
            })*
        }
    };
}

calls! {
    told {
        get_metadata = schemas::metadata;
        get_provider_schema = schemas::all;
        get_resource_identity_schemas = schemas::identities;
        get_functions = functions::all;
        stop_provider = provider::stop;
    }
    now {
        validate_provider_config = provider::validate;
        configure_provider = provider::configure;
        validate_resource_config = resources::validate;
        upgrade_resource_state = resources::upgrade;
        upgrade_resource_identity = resources::upgrade_identity;
        import_resource_state = resources::import;
        move_resource_state = resources::take_over;
        generate_resource_config = lists::generate;
        validate_list_resource_config = lists::validate;
        validate_data_resource_config = data_sources::validate;
        validate_ephemeral_resource_config = ephemerals::validate;
        validate_action_config = actions::validate;
        call_function = functions::call;
    }
    later {
        read_resource = resources::read;
        plan_resource_change = resources::plan;
        apply_resource_change = resources::apply;
        read_data_source = data_sources::read;
        open_ephemeral_resource = ephemerals::open;
        renew_ephemeral_resource = ephemerals::renew;
        close_ephemeral_resource = ephemerals::close;
        plan_action = actions::plan;
    }
    streamed {
        list_resource = lists::list;
        invoke_action = actions::invoke;
    }
}

/// Not `Unimplemented`, of which Terraform says that the plugin lacks the whole method.
fn no_such_type(name: &str) -> Status {
    Status::not_found(format!("this provider has no type {name}"))
}
