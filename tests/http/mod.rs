//! REST as callers see it: the router over the real service and store.

mod audit;
mod bad_input;
mod cursors;
mod document;
mod edge;
mod edits;
mod fields;
mod filters;
mod hostile;
mod idempotency;
mod isolation;
mod kit;
mod limits;
mod logs;
mod next_steps;
mod operations;
mod serve;
mod sign_in;
mod tasks;
mod tenants;
mod unseen;
