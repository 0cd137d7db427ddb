//! People, identities, who is in which channel, access tokens, and what operators did.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::PortError;
use crate::change::Act;
use crate::ids::{PersonId, TokenId};
use crate::person::{Identity, Person};
use crate::place::Channel;

/// How long at least between two times that a look at one page is noted under the same watch.
pub const LOOKS_APART: SignedDuration = SignedDuration::from_hours(1);

/// An access token's row. The secret itself is shown once and never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The row.
    pub id: TokenId,
    /// Whose.
    pub person: PersonId,
    /// SHA-256 of the secret, hex.
    #[serde(skip_serializing)]
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` means never.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// People and what they hold.
#[async_trait]
pub trait People: Send + Sync {
    /// The person behind an identity.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn who_is(&self, identity: &Identity) -> Result<Option<Person>, PortError>;

    /// The person behind an identity; made from `newcomer` if there is none yet. Safe to call at once from many
    /// processes: all get the same person.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn introduce(&self, identity: &Identity, newcomer: Person) -> Result<Person, PortError>;

    /// A person by id.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn person(&self, id: PersonId) -> Result<Option<Person>, PortError>;

    /// Every identity of a person.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn identities(&self, id: PersonId) -> Result<Vec<Identity>, PortError>;

    /// Notes that somebody known looked at their page of the bot, and under which watch it is followed from now on: a
    /// number, by which its pages are found when whoever followed them is gone. Writes nothing if that was noted less than
    /// [`LOOKS_APART`] ago.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn look_at_home(&self, identity: &Identity, at: Timestamp, watch: u64) -> Result<(), PortError>;

    /// The watches under which looks later than this are noted, in order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn watches(&self, since: Timestamp) -> Result<Vec<u64>, PortError>;

    /// Whose pages are followed under a watch, of those looked at later than this, and when each was: so many, the newest
    /// first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn watched(&self, watch: u64, since: Timestamp, limit: u32) -> Result<Vec<(Identity, Timestamp)>, PortError>;

    /// Notes that a person is in a channel whose platform keeps no member list of its own (the console).
    ///
    /// # Errors
    /// When the database cannot write.
    async fn join(&self, person: PersonId, channel: &Channel) -> Result<(), PortError>;

    /// The channels that [`People::join`] noted for a person.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn joined(&self, person: PersonId) -> Result<Vec<Channel>, PortError>;

    /// Stores a token, with the act that made it.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn add_token(&self, token: &Token, act: &Act) -> Result<(), PortError>;

    /// The token with this hash, expired and revoked ones too.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn token(&self, hash: &str) -> Result<Option<Token>, PortError>;

    /// The token with this hash and every identity of whoever holds it, at one point in time if the database can: it
    /// is asked with each request.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn holder(&self, hash: &str) -> Result<Option<(Token, Vec<Identity>)>, PortError> {
        let Some(token) = self.token(hash).await? else { return Ok(None) };
        let identities = self.identities(token.person).await?;
        Ok(Some((token, identities)))
    }

    /// The person's tokens, newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn tokens(&self, person: PersonId) -> Result<Vec<Token>, PortError>;

    /// Takes a token of the person back, with the act that did it. Returns whether there was one.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn revoke_token(&self, person: PersonId, id: TokenId, act: &Act) -> Result<bool, PortError>;

    /// The administrative acts concerning a person, newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn acts(&self, actor: Option<PersonId>, limit: u32) -> Result<Vec<Act>, PortError>;
}
