//! People, identities, memberships, tokens and acts.

use async_trait::async_trait;
use domain::change::Act;
use domain::ids::{PersonId, TokenId};
use domain::person::{Identity, Person};
use domain::place::Channel;
use domain::ports::error::PortError;
use domain::ports::people::{LOOKS_APART, People, Token};
use jiff::Timestamp;

use crate::SqliteStore;
use crate::ask::Ask;
use crate::commit::act as append_act;
use crate::error::corrupt;
use crate::rows::{Row, column, count, doc, docs, instant, integer, json, maybe_instant, parsed};
use crate::script::Script;

const WHO_IS: &str = "
    SELECT p.doc FROM identities i CROSS JOIN people p ON p.id = i.person WHERE i.tenant = ? AND i.user = ?";

const LOOK_AT_HOME: &str = "
    UPDATE identities SET home_at = ?1, home_watch = ?2
    WHERE tenant = ?3 AND user = ?4 AND (home_watch IS NOT ?2 OR home_at <= ?5)";

const WATCHES: &str = "SELECT DISTINCT home_watch FROM identities WHERE home_at > ? ORDER BY home_watch";

const WATCHED: &str = "
    SELECT tenant, user, home_at FROM identities WHERE home_watch = ? AND home_at > ?
    ORDER BY home_at DESC, tenant, user LIMIT ?";

const TOKEN: &str = "SELECT id, person, hash, created_at, expires_at, revoked_at FROM tokens";

const HOLDER: &str = "
    SELECT t.id, t.person, t.hash, t.created_at, t.expires_at, t.revoked_at, i.tenant, i.user
    FROM tokens t LEFT JOIN identities i ON i.person = t.person WHERE t.hash = ? ORDER BY i.tenant, i.user";

#[async_trait]
impl People for SqliteStore {
    async fn who_is(&self, identity: &Identity) -> Result<Option<Person>, PortError> {
        let ask = Ask::new(WHO_IS).bind(identity.tenant.to_string()).bind(identity.user.clone());
        self.readers.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn introduce(&self, identity: &Identity, newcomer: Person) -> Result<Person, PortError> {
        if let Some(known) = self.who_is(identity).await? {
            return Ok(known);
        }
        let written = self.writer.write_surely(introduction(identity, &newcomer)).await?;
        let person = written.texts.first().ok_or_else(|| corrupt("identity", "its person is missing"))?;
        serde_json::from_str(person).map_err(|error| corrupt("person", error))
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, PortError> {
        let ask = Ask::new("SELECT doc FROM people WHERE id = ?").bind(id.to_string());
        self.readers.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn identities(&self, id: PersonId) -> Result<Vec<Identity>, PortError> {
        let ask = Ask::new("SELECT tenant, user FROM identities WHERE person = ? ORDER BY tenant, user");
        let rows = self.readers.rows(ask.bind(id.to_string())).await?;
        rows.iter().map(|row| Ok(Identity { tenant: parsed(row, 0)?, user: column(row, 1)? })).collect()
    }

    async fn look_at_home(&self, identity: &Identity, at: Timestamp, watch: u64) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step("look", LOOK_AT_HOME)
            .bind(at.as_microsecond())
            .bind(integer(watch))
            .bind(identity.tenant.to_string())
            .bind(identity.user.clone())
            .bind((at - LOOKS_APART).as_microsecond());
        self.writer.write_surely(script).await.map(drop)
    }

    async fn watches(&self, since: Timestamp) -> Result<Vec<u64>, PortError> {
        let rows = self.readers.rows(Ask::new(WATCHES).bind(since.as_microsecond())).await?;
        rows.iter().map(|row| count(row, 0)).collect()
    }

    async fn watched(&self, watch: u64, since: Timestamp, limit: u32) -> Result<Vec<(Identity, Timestamp)>, PortError> {
        let ask = Ask::new(WATCHED).bind(integer(watch)).bind(since.as_microsecond()).bind(limit);
        let rows = self.readers.rows(ask).await?;
        let looked = |row| Ok((Identity { tenant: parsed(row, 0)?, user: column(row, 1)? }, instant(row, 2)?));
        rows.iter().map(looked).collect()
    }

    async fn join(&self, person: PersonId, channel: &Channel) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .step(
                "membership",
                "INSERT INTO memberships (person, tenant, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(person.to_string())
            .bind(channel.tenant.to_string())
            .bind(channel.id.clone());
        self.writer.write_surely(script).await.map(drop)
    }

    async fn joined(&self, person: PersonId) -> Result<Vec<Channel>, PortError> {
        let ask = Ask::new("SELECT tenant, channel FROM memberships WHERE person = ? ORDER BY tenant, channel");
        let rows = self.readers.rows(ask.bind(person.to_string())).await?;
        rows.iter().map(|row| Ok(Channel { tenant: parsed(row, 0)?, id: column(row, 1)? })).collect()
    }

    async fn add_token(&self, token: &Token, act: &Act) -> Result<(), PortError> {
        let mut script = Script::new();
        script
            .must(
                "token",
                "INSERT INTO tokens (id, person, hash, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(token.id.to_string())
            .bind(token.person.to_string())
            .bind(token.hash.clone())
            .bind(token.created_at.as_microsecond())
            .bind(token.expires_at.map(|at| at.as_microsecond()))
            .bind(token.revoked_at.map(|at| at.as_microsecond()));
        append_act(&mut script, act);
        self.writer.write_surely(script).await.map(drop)
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>, PortError> {
        let ask = Ask::new(format!("{TOKEN} WHERE hash = ?")).bind(hash.to_owned());
        self.readers.row(ask).await?.map(|row| token(&row)).transpose()
    }

    async fn holder(&self, hash: &str) -> Result<Option<(Token, Vec<Identity>)>, PortError> {
        let rows = self.readers.rows(Ask::new(HOLDER).bind(hash.to_owned())).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut identities = Vec::new();
        for row in &rows {
            // Somebody without any identity is one row with nothing in these columns.
            if let (Some(tenant), Some(user)) = (column::<Option<String>>(row, 6)?, column(row, 7)?) {
                let tenant = tenant.parse().map_err(|error| corrupt("tenant", error))?;
                identities.push(Identity { tenant, user });
            }
        }
        Ok(Some((token(first)?, identities)))
    }

    async fn tokens(&self, person: PersonId) -> Result<Vec<Token>, PortError> {
        let ask = Ask::new(format!("{TOKEN} WHERE person = ? ORDER BY created_at DESC, id DESC"));
        self.readers.rows(ask.bind(person.to_string())).await?.iter().map(token).collect()
    }

    async fn revoke_token(&self, person: PersonId, id: TokenId, act: &Act) -> Result<bool, PortError> {
        let mut script = Script::new();
        script
            .step("token", "UPDATE tokens SET revoked_at = ? WHERE id = ? AND person = ? AND revoked_at IS NULL")
            .bind(act.at.as_microsecond())
            .bind(id.to_string())
            .bind(person.to_string())
            .step("act", "INSERT INTO acts (actor, doc) SELECT ?, ? WHERE changes() = 1")
            .bind(act.actor.to_string())
            .bind(json(act));
        let written = self.writer.write_surely(script).await?;
        Ok(written.touched.first() == Some(&1))
    }

    async fn acts(&self, actor: Option<PersonId>, limit: u32) -> Result<Vec<Act>, PortError> {
        let ask = match actor {
            None => Ask::new("SELECT doc FROM acts ORDER BY row DESC LIMIT ?"),
            Some(actor) => {
                Ask::new("SELECT doc FROM acts WHERE actor = ? ORDER BY row DESC LIMIT ?").bind(actor.to_string())
            }
        };
        docs(&self.readers.rows(ask.bind(limit)).await?)
    }
}

/// Makes the person unless somebody else was faster, and gives whoever it is then.
fn introduction(identity: &Identity, newcomer: &Person) -> Script {
    let mut script = Script::new();
    script
        .step(
            "person",
            "INSERT INTO people (id, version, doc) SELECT ?, ?, ?
             WHERE NOT EXISTS (SELECT 1 FROM identities WHERE tenant = ? AND user = ?) ON CONFLICT DO NOTHING",
        )
        .bind(newcomer.id.to_string())
        .bind(integer(newcomer.version))
        .bind(json(newcomer))
        .bind(identity.tenant.to_string())
        .bind(identity.user.clone())
        .step("identity", "INSERT INTO identities (tenant, user, person) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(identity.tenant.to_string())
        .bind(identity.user.clone())
        .bind(newcomer.id.to_string())
        .step("person", WHO_IS)
        .bind(identity.tenant.to_string())
        .bind(identity.user.clone());
    script
}

fn token(row: &Row) -> Result<Token, PortError> {
    Ok(Token {
        id: parsed(row, 0)?,
        person: parsed(row, 1)?,
        hash: column(row, 2)?,
        created_at: instant(row, 3)?,
        expires_at: maybe_instant(row, 4)?,
        revoked_at: maybe_instant(row, 5)?,
    })
}
