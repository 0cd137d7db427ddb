//! Where a session's replies and reminders are written.

use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, watch};

/// The output of one session. What is written is whole and flushed; after the first error it is closed.
pub(super) struct Sink {
    output: Mutex<Box<dyn AsyncWrite + Send + Unpin>>,
    prompt: Option<String>,
    closed: watch::Sender<bool>,
}

impl Sink {
    /// On top of an output; with a prompt if a person looks at it.
    pub(super) fn new(output: impl AsyncWrite + Send + Unpin + 'static, prompt: Option<String>) -> Self {
        Self { output: Mutex::new(Box::new(output)), prompt, closed: watch::Sender::new(false) }
    }

    /// Writes a text and its line end. On a terminal it takes the place of the prompt, which comes again below.
    pub(super) async fn say(&self, text: &str) -> io::Result<()> {
        match &self.prompt {
            Some(prompt) => self.write(&format!("\r\x1b[K{text}\n{prompt}")).await,
            None => self.write(&format!("{text}\n")).await,
        }
    }

    /// Asks for the next line, if a person looks at it.
    pub(super) async fn ask(&self) -> io::Result<()> {
        match &self.prompt {
            Some(prompt) => self.write(&format!("\r\x1b[K{prompt}")).await,
            None => Ok(()),
        }
    }

    /// Whether a person looks at it.
    pub(super) const fn is_terminal(&self) -> bool {
        self.prompt.is_some()
    }

    /// Until nobody reads it any more.
    pub(super) async fn closed(&self) {
        let mut closed = self.closed.subscribe();
        // The sender lives as long as the sink that is being borrowed.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    async fn write(&self, text: &str) -> io::Result<()> {
        let mut output = self.output.lock().await;
        let written = async {
            output.write_all(text.as_bytes()).await?;
            output.flush().await
        };
        written.await.inspect_err(|_| {
            self.closed.send_replace(true);
        })
    }
}
