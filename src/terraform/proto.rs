//! The generated half of the wire contracts in `proto/`: messages, servers, and the clients that tests speak with.
//!
//! Nothing here is written by hand and nothing here is documented twice: read `proto/*.proto`.

#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::all,
    clippy::pedantic,
    reason = "generated code, written by prost and tonic and not by us"
)]

/// The provider protocol, major version 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// The services that the go-plugin library wants of every plugin.
pub mod go_plugin {
    tonic::include_proto!("plugin");
}

/// The standard gRPC health service.
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}
