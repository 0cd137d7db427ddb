//! The console: a chat on standard input and output, whole, in and out.
//!
//! [`introduce`] makes a person known, [`run`] reads their lines and answers them, [`ConsoleChat`] posts the
//! reminders of the sessions that this process holds, [`ConsoleDirectory`] says who is in which channel.

mod chat;
mod directory;
mod introduce;
mod lines;
mod linger;
mod run;
mod session;
mod sink;

pub use chat::{ConsoleChat, Held};
pub use directory::ConsoleDirectory;
pub use introduce::{Newcomer, introduce};
pub use run::run;
pub use session::Session;
