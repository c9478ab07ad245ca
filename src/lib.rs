#[cfg(feature = "simulator")]
pub mod simulator;
pub mod terraform;
