//! Signing in with an access token, and the tokens themselves. Only a token's hash is ever stored.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Tasks;
use crate::access::Principal;
use crate::change::Act;
use crate::ids::{PersonId, TokenId};
use crate::person::Identity;
use crate::ports::error::PortError;
use crate::ports::people::Token;

/// Marks an access token as one of Taskbot's, so that scanners of leaked secrets know it.
const PREFIX: &str = "taskbot_";

/// The longest text that is looked at as a token.
const LONGEST: usize = 256;

/// Identities that the configuration names as operators.
pub type Operators = BTreeSet<Identity>;

/// The secret half of an access token. It is shown once, and never by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret out of bytes from a cryptographic source, which is handed in like time and ids.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", hex(&bytes)))
    }

    /// The text that its owner sends as `Authorization: Bearer …`.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Tasks {
    /// Who holds this token. Unknown, expired and revoked tokens are all nobody's.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn sign_in(&self, bearer: &str, operators: &Operators) -> Result<Option<Principal>, PortError> {
        if bearer.is_empty() || bearer.len() > LONGEST {
            return Ok(None);
        }
        let held = self.people.holder(&hash(bearer)).await?;
        let now = self.clock.now();
        let held = held.filter(|(token, _)| is_good(token, now));
        Ok(held.and_then(|(token, identities)| principal(token.person, identities, operators)))
    }

    /// The person with the tenants that their identities hold; `None` for somebody without any identity.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn principal(&self, person: PersonId, operators: &Operators) -> Result<Option<Principal>, PortError> {
        Ok(principal(person, self.people.identities(person).await?, operators))
    }

    /// Makes a token for a person, and writes down who did.
    ///
    /// # Errors
    /// When the database cannot write.
    pub async fn issue_token(
        &self,
        by: PersonId,
        person: PersonId,
        secret: &Secret,
        expires_at: Option<Timestamp>,
    ) -> Result<Token, PortError> {
        let (id, now) = (TokenId(self.ids.fresh()), self.clock.now());
        let hash = hash(secret.reveal());
        let token = Token { id, person, hash, created_at: now, expires_at, revoked_at: None };
        let detail = json!({ "person": person, "expires_at": expires_at });
        self.people.add_token(&token, &act(by, "token.created", id, detail, now)).await?;
        Ok(token)
    }

    /// Takes a person's token back, and writes down who did. Returns whether there was one.
    ///
    /// # Errors
    /// When the database cannot write.
    pub async fn revoke_token(&self, by: PersonId, person: PersonId, id: TokenId) -> Result<bool, PortError> {
        let act = act(by, "token.revoked", id, json!({ "person": person }), self.clock.now());
        self.people.revoke_token(person, id, &act).await
    }
}

fn principal(person: PersonId, identities: Vec<Identity>, operators: &Operators) -> Option<Principal> {
    let operator = identities.iter().any(|identity| operators.contains(identity));
    let tenants: BTreeSet<_> = identities.into_iter().map(|identity| identity.tenant).collect();
    (!tenants.is_empty()).then_some(Principal { person, tenants, operator })
}

fn is_good(token: &Token, now: Timestamp) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|end| now < end)
}

fn act(actor: PersonId, action: &str, token: TokenId, detail: serde_json::Value, at: Timestamp) -> Act {
    Act { actor, action: action.to_owned(), subject: token.to_string(), detail, at }
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
