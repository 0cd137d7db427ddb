//! Whole ways through the product, from what somebody wants to what others see of it.

mod chat;
mod consumers;
mod model;
mod program;
mod rights;
mod series;
mod zones;
