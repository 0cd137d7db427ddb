//! Whole ways through the product, from what somebody wants to what others see of it.

mod catch_up;
mod changes;
mod chat;
mod consumers;
mod first;
mod keeping;
mod model;
mod moving;
mod portions;
mod program;
mod relay;
mod rights;
mod seals;
mod series;
mod states;
mod undo;
mod waits;
mod zones;
