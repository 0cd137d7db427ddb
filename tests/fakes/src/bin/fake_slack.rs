//! A Slack of one's own on loopback.

fn main() {}
