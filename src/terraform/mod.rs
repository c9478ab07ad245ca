pub mod environment;
pub mod plugin;
pub mod proto;
