//! Ending in order: on ctrl-c or SIGTERM nothing new is taken, what is under way is finished.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// Cancels `stop` when the process is asked to end.
///
/// # Errors
/// When signals cannot be listened to.
pub(crate) fn on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = stop.cancelled() => {}
        }
        info!("ending");
        stop.cancel();
    });
    Ok(())
}
