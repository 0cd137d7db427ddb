//! One binary with every integration test, so that it is linked once.

mod conformance;
mod kit;
