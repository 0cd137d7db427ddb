//! Who is in which channel of the console.

use std::sync::Arc;

use async_trait::async_trait;
use domain::access::Principal;
use domain::ports::chat::{Channels, Directory};
use domain::ports::error::PortError;
use domain::ports::people::People;

/// The channels that people joined with `--channel`, as the database noted them. Asked anew each time.
#[derive(Clone)]
pub struct ConsoleDirectory(Arc<dyn People>);

impl ConsoleDirectory {
    /// On top of the people that the database knows.
    #[must_use]
    pub fn new(people: Arc<dyn People>) -> Self {
        Self(people)
    }
}

#[async_trait]
impl Directory for ConsoleDirectory {
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError> {
        let mut channels = self.0.joined(principal.person).await?;
        channels.retain(|channel| principal.tenants.contains(&channel.tenant));
        Ok(Channels::all(channels))
    }
}
