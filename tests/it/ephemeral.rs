//! Ephemeral resources as core of 1.10 and later drives them: validate, open, renew when the time has come, close once.

pub mod host;
#[cfg(feature = "simulator")]
mod temporary;
mod toys;
