//! The chat edge: from a line that somebody typed to a command, and from its outcome to words.
//!
//! [`Turns`] takes one message of any platform: limit, parse, resolve, execute, reply. The platforms around it
//! each are whole, in and out; the first is the [`console`].

pub mod console;
mod http;
mod limit;
pub mod memory;
pub mod reply;
mod turn;

pub use http::{Door, Rooms, router};
pub use limit::Limits;
pub use reply::Reply;
pub use turn::{Form, Options, Turns};
