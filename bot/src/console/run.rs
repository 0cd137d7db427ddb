//! The line loop: a line in is a message, its reply goes out.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufRead, AsyncWrite};
use tracing::{Instrument, info_span, warn};

use super::chat::{ConsoleChat, Held};
use super::lines::{self, LINE_MAX, Line};
use super::linger::linger;
use super::session::Session;
use super::sink::Sink;
use crate::reply::{Block, plain};
use crate::turn::Turns;

/// Words by which people leave a terminal.
const GOODBYES: [&str; 3] = ["exit", "quit", "bye"];

/// Answers lines until the input ends; then stays until every reminder of the session that is due within ten
/// seconds has been shown. A line that comes faster than the limits allow waits for its turn. With `terminal`
/// it prompts, and `exit` leaves.
///
/// The session stays open for what is on its way to it until the caller drops what this gives: stop the consumers
/// first, then drop it.
///
/// # Errors
/// When the input cannot be read. An output that nobody reads any more ends it quietly.
pub async fn run(
    turns: &Turns,
    chat: &ConsoleChat,
    session: Session,
    mut input: impl AsyncBufRead + Unpin,
    output: impl AsyncWrite + Send + Unpin + 'static,
    terminal: bool,
) -> io::Result<Held> {
    let sink = Arc::new(Sink::new(output, terminal.then(|| session.prompt())));
    let held = chat.open(session.clone(), Arc::clone(&sink));
    turns.tasks().bell.ring();
    let console = Console { turns, chat, session, sink, held };
    if console.sink.ask().await.is_err() {
        return Ok(console.held);
    }
    loop {
        let line = tokio::select! {
            line = lines::next(&mut input) => line?,
            () = console.sink.closed() => return Ok(console.held),
        };
        match line {
            Some(line) if !console.leaves(&line) => {
                if console.answer(line).await.is_err() {
                    return Ok(console.held);
                }
            }
            _ => break,
        }
    }
    if let Err(error) = linger(turns.tasks(), &console.session, &console.sink).await {
        warn!(%error, "whether reminders are due cannot be told");
    }
    Ok(console.held)
}

/// One session with all that it talks through.
struct Console<'a> {
    turns: &'a Turns,
    chat: &'a ConsoleChat,
    session: Session,
    sink: Arc<Sink>,
    held: Held,
}

impl Console<'_> {
    fn leaves(&self, line: &Line) -> bool {
        matches!(line, Line::Text(text) if self.sink.is_terminal() && GOODBYES.contains(&text.trim()))
    }

    async fn answer(&self, line: Line) -> io::Result<()> {
        match line {
            Line::Text(text) if text.trim().is_empty() => self.sink.ask().await,
            Line::Text(text) => self.take(text).await,
            Line::TooLong => {
                let sentence = format!("That line is longer than {LINE_MAX} bytes, so I did not read it.");
                self.refuse(&sentence, "Say it shorter: a title takes 500 characters.").await
            }
            Line::NoText => {
                let next_step = "Set the terminal or the file to UTF-8, then type it again.";
                self.refuse("That line is no UTF-8 text, so I did not read it.", next_step).await
            }
        }
    }

    async fn refuse(&self, sentence: &str, next_step: &str) -> io::Result<()> {
        self.sink.say(&plain(&[Block::line(sentence), Block::detail(next_step)])).await
    }

    async fn take(&self, text: String) -> io::Result<()> {
        let message = self.session.message(self.turns.tasks(), text);
        let span = info_span!("bot.console.line", trace_id = message.trace.trace_id());
        async {
            let reply = self.turns.take_in_turn(message).await;
            self.sink.say(&plain(&reply.blocks)).await?;
            if let Some(line) = &reply.shown_in_channel {
                self.chat.show_but(line, Some(&self.held)).await;
            }
            Ok(())
        }
        .instrument(span)
        .await
    }
}
