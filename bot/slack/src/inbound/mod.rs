//! The two ways in, and what comes in by both.

mod connection;
pub(crate) mod http;
mod outgoing;
pub(crate) mod payload;
mod signature;
pub(crate) mod socket;
