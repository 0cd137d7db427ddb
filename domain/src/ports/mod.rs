//! What the domain asks of the world. A port exists only where two real implementations ship.

pub mod agenda;
pub mod archive;
pub mod audit;
pub mod bell;
pub mod bus;
pub mod chat;
pub mod clock;
pub mod error;
pub mod inbox;
pub mod installations;
pub mod lease;
pub mod people;
pub mod seals;
pub mod state;
pub mod store;
