//! `taskbot token`: access tokens.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use domain::ids::PersonId;
use domain::person::Identity;
use domain::ports::people::Token;
use domain::service::Secret;
use jiff::{Span, Timestamp};
use store_postgres::Access;

use super::{note, print};
use crate::cli;
use crate::config::Config;
use crate::wiring::House;

/// Makes, lists or revokes tokens.
///
/// # Errors
/// When the person is unknown (but for `create`, which makes them known), or the database fails.
pub(crate) async fn run(config: Config, command: cli::Token) -> Result<ExitCode> {
    let house = House::build_for(&config, Access::Core).await?;
    let code = match command {
        cli::Token::Create { user, expires } => create(&house, &user, &expires).await,
        cli::Token::List { user } => list(&house, &user).await,
        cli::Token::Revoke { user, id } => revoke(&house, &user, &id).await,
    };
    house.close().await;
    code
}

/// Prints the secret alone on standard output: it can be piped, and is shown this once.
async fn create(house: &House, user: &str, expires: &str) -> Result<ExitCode> {
    let now = house.clock.now();
    let span: Span =
        expires.parse().map_err(|_| anyhow!("--expires “{expires}” is not a duration from now; try 30d or 12h"))?;
    let until = now
        .to_zoned(house.zone.rules().clone())
        .checked_add(span)
        .map_err(|_| anyhow!("--expires {expires} is too far away; try 365d"))?
        .timestamp();
    if until <= now {
        bail!("--expires {expires} is not in the future; try 30d");
    }
    let person = house.person(user).await?;
    let mut random = [0; 32];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    let secret = Secret::from_random(random);
    let token = house.tasks.issue_token(PersonId::SYSTEM, person.id, &secret, Some(until)).await?;
    note(&format!("token {} for {user}, good until {}; it is shown this once:", token.id, show(house, until)))?;
    print(secret.reveal())?;
    Ok(ExitCode::SUCCESS)
}

async fn list(house: &House, user: &str) -> Result<ExitCode> {
    let person = known(house, user).await?;
    let tokens = house.database.people.tokens(person).await?;
    if tokens.is_empty() {
        note(&format!("{user} has no tokens; make one with: taskbot token create --user {user}"))?;
    }
    for token in tokens {
        print(&line(house, &token))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(house: &House, token: &Token) -> String {
    let state = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {}", show(house, at)),
        (None, Some(at)) if at <= house.clock.now() => format!("expired {}", show(house, at)),
        (None, Some(at)) => format!("good until {}", show(house, at)),
        (None, None) => "good for ever".to_owned(),
    };
    format!("{}  made {}  {state}", token.id, show(house, token.created_at))
}

async fn revoke(house: &House, user: &str, id: &str) -> Result<ExitCode> {
    let person = known(house, user).await?;
    let id = id.parse().context("a token's id is what `taskbot token list` shows")?;
    if !house.tasks.revoke_token(PersonId::SYSTEM, person, id).await? {
        bail!("{user} has no such token; see: taskbot token list --user {user}");
    }
    note(&format!("token {id} of {user} is revoked"))?;
    Ok(ExitCode::SUCCESS)
}

async fn known(house: &House, user: &str) -> Result<PersonId> {
    let identity: Identity = user.parse()?;
    let person = house.database.people.who_is(&identity).await?;
    Ok(person.with_context(|| format!("I know no {user} in this database"))?.id)
}

fn show(house: &House, at: Timestamp) -> String {
    at.to_zoned(house.zone.rules().clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}
