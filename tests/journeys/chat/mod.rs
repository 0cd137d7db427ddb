//! The chat as people see it: what they type, and the words that come back.

mod talk;

mod look;
