//! The fuzz targets of the provider: what each does with an input, and the shapes of the toy provider that some need.

pub mod bodies;
#[path = "../../examples/toy-provider/toy/mod.rs"]
pub mod toy;
