//! Taskbot's integration tests: see `main.rs`.
