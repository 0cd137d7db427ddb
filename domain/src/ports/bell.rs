//! A bell that is rung after each commit, so that nobody in the process has to poll for news.

use tokio::sync::watch;

/// Rung after a commit; whoever waits wakes up. Ringing never blocks and is never lost: a ring between two
/// waits ends the next wait at once.
#[derive(Clone, Debug)]
pub struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Bell {
    /// Wakes everybody.
    pub fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// An ear of one's own.
    #[must_use]
    pub fn listen(&self) -> Ear {
        Ear(self.0.subscribe())
    }
}

/// Hears the rings since it last waited.
#[derive(Debug)]
pub struct Ear(watch::Receiver<u64>);

impl Ear {
    /// Until the next ring; at once if one came since the last wait. Never ends once the bell is gone.
    pub async fn heard(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
