//! `taskbot dead-letters`: what consumers gave up on, and handing it to them again.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use consumers::{DeadLetters, Replayed, Unpublished, Which};
use domain::ids::PersonId;
use domain::ports::inbox::DeadLetter;

use super::{note, print};
use crate::cli;
use crate::config::Config;
use crate::edge::Edge;
use crate::wiring::House;

/// Lists or replays.
///
/// # Errors
/// When the database fails, or a replay failed again.
pub(crate) async fn run(config: Config, command: cli::DeadLetters) -> Result<ExitCode> {
    let house = House::build(&config).await?;
    let edge = Edge::over(&house, &config, None)?;
    let handlers = consumers::handlers(&edge.parts, consumers::Role::ALL);
    let (outbox, store) = (house.database.outbox.clone(), house.database.store.clone());
    let unpublished = house.events.publisher.clone().map(|publisher| Unpublished::new(publisher, outbox, store));
    let letters = DeadLetters::new(house.database.inbox.clone(), house.clock.clone(), handlers);
    let letters = letters.with_unpublished(unpublished);
    let code = match command {
        cli::DeadLetters::List { consumer } => list(&letters, consumer.as_deref()).await,
        cli::DeadLetters::Replay { which, dry_run } => replay(&letters, &which, dry_run).await,
    };
    house.close().await;
    code
}

async fn list(letters: &DeadLetters, consumer: Option<&str>) -> Result<ExitCode> {
    let mut after = 0;
    loop {
        let page = letters.list(consumer, after).await?;
        for letter in &page {
            print(&line(letter))?;
        }
        match page.last() {
            Some(last) => after = last.id,
            None if after == 0 => return note("there are no dead letters").map(|()| ExitCode::SUCCESS),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn line(letter: &DeadLetter) -> String {
    let DeadLetter { id, consumer, origin, at, reason, .. } = letter;
    format!("{id}  {at:.0}  {consumer}  {origin}  {reason:?}")
}

async fn replay(letters: &DeadLetters, which: &str, dry_run: bool) -> Result<ExitCode> {
    let which = match which {
        "all" => Which::All,
        row => Which::One(row.parse().context("give the row's number, or all")?),
    };
    let (mut tried, mut failed) = (0_u32, 0_u32);
    let progress = |letter: &DeadLetter, replayed: &Replayed| {
        tried += 1;
        failed += u32::from(matches!(replayed, Replayed::Failed(_)));
        // The replay itself must not end because nobody reads along.
        let _ = note(&format!("{}: {}", letter.id, outcome(replayed)));
    };
    letters.replay(which, PersonId::SYSTEM, dry_run, progress).await?;
    note(&format!("{tried} looked at, {failed} failed and stay"))?;
    if failed > 0 || (tried == 0 && which != Which::All) {
        bail!("nothing with that number, or not all could be replayed; see: taskbot dead-letters list");
    }
    Ok(ExitCode::SUCCESS)
}

fn outcome(replayed: &Replayed) -> String {
    match replayed {
        Replayed::WouldTry => "would be handed over".to_owned(),
        Replayed::Handled => "handled".to_owned(),
        Replayed::NotWanted => "nothing to do any more".to_owned(),
        Replayed::Failed(reason) => format!("failed again: {reason:?}"),
    }
}
