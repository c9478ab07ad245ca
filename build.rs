//! Turns the wire contracts in `proto/` into Rust, without a protoc on the machine.

use std::error::Error;

const CONTRACTS: [&str; 3] = ["proto/tfplugin6.proto", "proto/go_plugin.proto", "proto/health.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for contract in CONTRACTS {
        println!("cargo:rerun-if-changed={contract}");
    }
    let descriptors = protox::compile(CONTRACTS, ["proto"])?;
    tonic_prost_build::configure()
        // A method that the provider does not implement answers Unimplemented, as hosts expect.
        .generate_default_stubs(true)
        // The clients are the tests' side of the wire; what nobody calls is not linked into the binary. Without the
        // transport they need no more of tonic than the server does.
        .build_transport(false)
        .compile_fds(descriptors)?;
    Ok(())
}
