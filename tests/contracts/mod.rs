//! The contracts in `contracts/` against the code: neither can change without the other.

mod committed;
mod golden;
mod schema;
mod story;
