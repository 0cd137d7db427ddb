//! What Slack knows: teams with their people, channels and messages, apps and where they are installed.

mod app;
mod channel;
mod message;
mod team;
mod user;
mod view;
mod world;

pub use app::{App, Delivery, Install, Standing};
pub use channel::{Channel, Kind};
pub use message::Message;
pub use team::{Group, Team};
pub use user::User;
pub use view::View;
pub use world::World;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// What has an id of its own.
pub(super) trait Named {
    /// The id.
    fn id(&self) -> &str;
}

/// Reads a list as a map by id, which is what a seed looks like in JSON.
fn by_id<'de, D: Deserializer<'de>, T: Deserialize<'de> + Named>(from: D) -> Result<BTreeMap<String, T>, D::Error> {
    let list = Vec::<T>::deserialize(from)?;
    Ok(list.into_iter().map(|one| (one.id().to_owned(), one)).collect())
}
