pub mod rules;
pub mod terraform;
