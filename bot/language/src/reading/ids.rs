//! Which tasks are meant.

/// The tasks that a command speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Short numbers, each once, in the order typed.
    Numbers(Vec<u64>),
    /// A word that only the conversation can resolve.
    Spoken(Spoken),
    /// `the deck task`: words of its title, in lower case.
    Named(String),
}

impl Ids {
    /// No tasks named.
    pub const NONE: Self = Self::Numbers(Vec::new());

    /// The numbers, none for words.
    pub fn numbers(&self) -> &[u64] {
        match self {
            Self::Numbers(numbers) => numbers,
            Self::Spoken(_) | Self::Named(_) => &[],
        }
    }
}

/// A word for tasks that were spoken of or listed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spoken {
    /// `it`, `that`, `this`.
    It,
    /// `them`, `both`, `all of them`.
    Them,
    /// `the second one`: the n-th of the list shown last, from 1.
    Nth(usize),
    /// `the last one` of that list.
    Last,
}
