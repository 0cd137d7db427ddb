//! One binary with every integration test, so that it is linked once.

mod conformance;
mod contracts;
mod faults;
mod house;
mod http;
mod journeys;
mod kafka;
mod kit;
mod model;
mod slack;
