pub mod azure;
pub mod terraform;
