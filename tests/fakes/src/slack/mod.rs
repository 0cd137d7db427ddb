//! Slack on loopback: the Web API, Socket Mode, signed deliveries, OAuth, and the people in front of it.

mod args;
mod blocks;
mod control;
mod demo;
mod fake;
mod handover;
mod hooks;
mod page;
mod people;
mod pings;
mod seed;
mod settings;
mod signing;
mod socket;
mod state;
mod web;

use blocks::too_long;
pub use blocks::{check_message, check_view};
pub use fake::{FakeSlack, Slack};
pub use handover::{Parcel, Purpose};
pub use people::{Act, Person, Said, Turn};
pub use pings::{Ping, pings};
pub use settings::Settings;
pub use signing::{Mangle, Signing, sign};
pub use state::{App, Channel, Delivery, Group, Install, Kind, Message, Standing, Team, User, View, World};
