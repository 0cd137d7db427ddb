//! What the tests share: a clock that is set by hand, ids, a store in a scratch folder.

pub mod clock;
pub mod dice;
pub mod kafka;
pub mod noting;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod samples;
pub mod soon;
pub mod stack;
pub mod world;
