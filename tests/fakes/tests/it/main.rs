//! The stand-ins, driven by the clients that bots are written with, and by hand where those are too polite.

mod blocks;
mod http;
mod kit;
mod morphism;
mod people;
mod socket;
mod web;
