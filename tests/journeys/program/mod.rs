//! The real binary as its users start it: on pipes, as a server, as a tool of the operator.

mod audit;
mod backup;
mod config;
mod console;
mod isolation;
mod logs;
mod operator;
mod restoring;
mod serve;
mod tokens;
mod unattended;
mod words;
