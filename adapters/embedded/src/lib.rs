//! What a single binary needs besides its database: a bus that reads the outbox, leases between processes, state
//! in memory, the machine's clock and random ids.

mod bus;
mod clock;
mod ids;
mod lease;
mod state;

pub use bus::EmbeddedBus;
pub use clock::SystemClock;
pub use ids::RandomIds;
pub use lease::FileLeases;
pub use state::MemoryState;
