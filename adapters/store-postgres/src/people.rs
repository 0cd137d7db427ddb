//! People, identities, memberships, tokens and acts.

use async_trait::async_trait;
use domain::change::Act;
use domain::ids::{PersonId, TokenId};
use domain::person::{Identity, Person};
use domain::place::Channel;
use domain::ports::error::PortError;
use domain::ports::people::{LOOKS_APART, People, Token};
use jiff::Timestamp;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::ask::{Ask, within};
use crate::commit::act as written;
use crate::error::corrupt;
use crate::literal::array;
use crate::rows::{column, count, doc, docs, instant, integer, json, maybe_instant, parsed};

const WHO_IS: &str = "
    SELECT p.doc FROM identities i JOIN people p ON p.id = i.person
    WHERE i.tenant = $1 ->> 'tenant' AND i.name = $1 ->> 'name'";

const WATCHES: &str = "SELECT DISTINCT home_watch FROM identities WHERE home_at > $1 ORDER BY home_watch";

const WATCHED: &str = "
    SELECT tenant, name, home_at FROM identities WHERE home_watch = $1 AND home_at > $2
    ORDER BY home_at DESC, tenant, name LIMIT $3";

const TOKEN: &str = "
    SELECT id::text, person::text, hash, created_at, expires_at, revoked_at FROM tokens WHERE hash = $1";

const TOKENS: &str = "
    SELECT id::text, person::text, hash, created_at, expires_at, revoked_at FROM tokens
    WHERE person = $1 ORDER BY created_at DESC, id DESC";

const ADD_TOKEN: &str = "
    WITH act AS (INSERT INTO acts (actor, doc) SELECT a.actor, a.doc FROM (SELECT ($7::act_put).*) a)
    INSERT INTO tokens (id, person, hash, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)";

const REVOKE_TOKEN: &str = "
    WITH revoked AS (
        UPDATE tokens SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL RETURNING id
    )
    INSERT INTO acts (actor, doc) SELECT a.actor, a.doc FROM (SELECT ($4::act_put).*) a WHERE EXISTS (SELECT FROM revoked)
    RETURNING row";

#[async_trait]
impl People for PostgresStore {
    async fn who_is(&self, identity: &Identity) -> Result<Option<Person>, PortError> {
        let values = serde_json::json!({"tenant": identity.tenant, "name": identity.user});
        let ask = within(array([&identity.tenant]), WHO_IS.to_owned(), &values);
        self.app.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn introduce(&self, identity: &Identity, newcomer: Person) -> Result<Person, PortError> {
        if let Some(known) = self.who_is(identity).await? {
            return Ok(known);
        }
        let ask = Ask::new("SELECT introduce($1, $2, $3, $4, $5, $6)")
            .bind(array([&identity.tenant]))
            .bind(identity.tenant.to_string())
            .bind(identity.user.clone())
            .bind(newcomer.id.0)
            .bind(integer(newcomer.version))
            .bind(json(&newcomer));
        let rows = self.app.write_surely(ask).await?;
        self.known.forget();
        doc(rows.first().ok_or_else(|| corrupt("identity", "its person is missing"))?, 0)
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, PortError> {
        let ask = Ask::new("SELECT doc FROM people WHERE id = $1").bind(id.0);
        self.app.row(ask).await?.map(|row| doc(&row, 0)).transpose()
    }

    async fn identities(&self, id: PersonId) -> Result<Vec<Identity>, PortError> {
        let ask = Ask::new("SELECT tenant, name FROM identities WHERE person = $1 ORDER BY tenant, name");
        let rows = self.relay.rows(ask.bind(id.0)).await?;
        rows.iter().map(|row| Ok(Identity { tenant: parsed(row, 0)?, user: column(row, 1)? })).collect()
    }

    async fn look_at_home(&self, identity: &Identity, at: Timestamp, watch: u64) -> Result<(), PortError> {
        let ask = Ask::new("SELECT look_at_home($1, $2, $3, $4, $5, $6)::text")
            .bind(array([&identity.tenant]))
            .bind(identity.tenant.to_string())
            .bind(identity.user.clone())
            .bind(at.as_microsecond())
            .bind((at - LOOKS_APART).as_microsecond())
            .bind(integer(watch));
        self.app.write_surely(ask).await.map(drop)
    }

    async fn watches(&self, since: Timestamp) -> Result<Vec<u64>, PortError> {
        let rows = self.relay.rows(Ask::new(WATCHES).bind(since.as_microsecond())).await?;
        rows.iter().map(|row| count(row, 0)).collect()
    }

    async fn watched(&self, watch: u64, since: Timestamp, limit: u32) -> Result<Vec<(Identity, Timestamp)>, PortError> {
        let ask = Ask::new(WATCHED).bind(integer(watch)).bind(since.as_microsecond()).bind(i64::from(limit));
        let rows = self.relay.rows(ask).await?;
        let looked = |row| Ok((Identity { tenant: parsed(row, 0)?, user: column(row, 1)? }, instant(row, 2)?));
        rows.iter().map(looked).collect()
    }

    async fn join(&self, person: PersonId, channel: &Channel) -> Result<(), PortError> {
        let ask = Ask::new("SELECT join_channel($1, $2, $3, $4)::text")
            .bind(array([&channel.tenant]))
            .bind(person.0)
            .bind(channel.tenant.to_string())
            .bind(channel.id.clone());
        self.app.write_surely(ask).await?;
        self.known.forget();
        Ok(())
    }

    async fn joined(&self, person: PersonId) -> Result<Vec<Channel>, PortError> {
        if let Some(channels) = self.known.recall(|facts| facts.joined.get(&person).cloned()) {
            return Ok(channels);
        }
        let before = self.known.now();
        let ask = Ask::new("SELECT tenant, channel FROM memberships WHERE person = $1 ORDER BY tenant, channel");
        let rows = self.relay.rows(ask.bind(person.0)).await?;
        let channel = |row: &PgRow| Ok::<_, PortError>(Channel { tenant: parsed(row, 0)?, id: column(row, 1)? });
        let channels: Vec<_> = rows.iter().map(channel).collect::<Result<_, _>>()?;
        self.known.learn(before, |facts| {
            facts.joined.insert(person, channels.clone());
        });
        Ok(channels)
    }

    async fn add_token(&self, token: &Token, act: &Act) -> Result<(), PortError> {
        let ask = Ask::new(ADD_TOKEN)
            .bind(token.id.0)
            .bind(token.person.0)
            .bind(token.hash.clone())
            .bind(token.created_at.as_microsecond())
            .bind(token.expires_at.map(|at| at.as_microsecond()))
            .bind(token.revoked_at.map(|at| at.as_microsecond()))
            .bind(written(act));
        self.app.write_surely(ask).await.map(drop)
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>, PortError> {
        self.app.row(Ask::new(TOKEN).bind(hash.to_owned())).await?.map(|row| token(&row)).transpose()
    }

    async fn holder(&self, hash: &str) -> Result<Option<(Token, Vec<Identity>)>, PortError> {
        if let Some(held) = self.known.recall(|facts| facts.holders.get(hash).cloned()) {
            return Ok(Some(held));
        }
        let before = self.known.now();
        let Some(token) = self.token(hash).await? else { return Ok(None) };
        let held = (token.clone(), self.identities(token.person).await?);
        self.known.learn(before, |facts| {
            facts.holders.insert(hash.to_owned(), held.clone());
        });
        Ok(Some(held))
    }

    async fn tokens(&self, person: PersonId) -> Result<Vec<Token>, PortError> {
        self.app.rows(Ask::new(TOKENS).bind(person.0)).await?.iter().map(token).collect()
    }

    async fn revoke_token(&self, person: PersonId, id: TokenId, act: &Act) -> Result<bool, PortError> {
        let ask = Ask::new(REVOKE_TOKEN).bind(id.0).bind(person.0).bind(act.at.as_microsecond()).bind(written(act));
        let revoked = self.app.write_surely(ask).await?;
        self.known.forget();
        Ok(!revoked.is_empty())
    }

    async fn acts(&self, actor: Option<PersonId>, limit: u32) -> Result<Vec<Act>, PortError> {
        let newest = i64::from(limit);
        let ask = match actor {
            None => Ask::new("SELECT doc FROM acts ORDER BY row DESC LIMIT $1").bind(newest),
            Some(actor) => {
                Ask::new("SELECT doc FROM acts WHERE actor = $1 ORDER BY row DESC LIMIT $2").bind(actor.0).bind(newest)
            }
        };
        docs(&self.app.rows(ask).await?)
    }
}

fn token(row: &PgRow) -> Result<Token, PortError> {
    Ok(Token {
        id: parsed(row, 0)?,
        person: parsed(row, 1)?,
        hash: column(row, 2)?,
        created_at: instant(row, 3)?,
        expires_at: maybe_instant(row, 4)?,
        revoked_at: maybe_instant(row, 5)?,
    })
}
