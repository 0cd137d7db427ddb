//! The HTTP edge: REST with its OpenAPI document, health, metrics and the page that greets a visitor; and the relay,
//! which publishes what was committed.
//!
//! [`router`] is what a process with the `gateway` role serves; [`operations`] is the part that every other
//! process serves too. Both put the same edge around whatever else is mounted: one trace per request,
//! problem details for every error, limits on bodies, security headers, request metrics.

mod config;
mod http;
mod relay;
mod serve;
mod web;

pub use config::{Gateway, Limits, Operations, Timeouts};
pub use http::health::Check;
pub use http::{operations, router};
pub use relay::{Relay, describe as describe_relay};
pub use serve::serve;
