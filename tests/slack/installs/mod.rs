//! Installations over OAuth: several workspaces, each with a token of its own.

mod apart;
mod asleep;
mod check;
mod homes;
mod keys;
pub(crate) mod kit;
mod pages;
