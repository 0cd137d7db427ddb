//! Whole ways through the product, from what somebody wants to what others see of it.

mod consumers;
mod model;
mod program;
mod rights;
mod series;
