//! Installations over OAuth: several workspaces, each with a token of its own.

mod apart;
mod asleep;
mod check;
mod keys;
mod kit;
mod pages;
