//! What every stand-in of a platform needs.

mod answer;
mod clock;
mod dice;
mod faults;
mod ledger;
mod limits;
mod server;

pub use answer::{Dialect, Reply, play};
pub use clock::{Clock, now};
pub use dice::Dice;
pub use faults::{Fault, Faults, What, When};
pub use ledger::{Accepted, Call, Ledger, Sent};
pub use limits::{Limits, Rate};
pub use server::{Bound, Server};
