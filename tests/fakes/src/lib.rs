//! Stand-ins for the chat platforms, for tests and demonstrations: servers on loopback that answer as a platform does,
//! keep what was posted, break on demand, and act as its people do.
//!
//! [`kit`] is what every stand-in needs: a server that ends with the test, scripted [faults](kit::Faults), a
//! [ledger](kit::Ledger) of all calls, [limits](kit::Limits). [`slack`] is Slack. Nothing of this is shipped, and
//! nothing here knows Taskbot: it would serve any app.

pub mod kit;
pub mod slack;
