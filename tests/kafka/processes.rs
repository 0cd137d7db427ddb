//! Relays that are killed.
