//! The two ways in, and what comes in by both.

pub(crate) mod http;
pub(crate) mod payload;
mod signature;
pub(crate) mod socket;
