//! consumers.
