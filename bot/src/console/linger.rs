//! After the end of the input: what is about to come is still shown.

use domain::ports::error::PortError;
use domain::service::Tasks;
use jiff::SignedDuration;

use super::session::Session;
use super::sink::Sink;

/// Reminders that are due so soon are waited for.
const SOON: SignedDuration = SignedDuration::from_secs(10);

/// A reminder that is late by so much is waited for no longer: the next session will get it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// How long to wait for the bell at most: another process may deliver without ringing ours.
const NAP: SignedDuration = SignedDuration::from_millis(250);

/// Waits until every reminder of the session that is due soon has been delivered.
pub(super) async fn linger(tasks: &Tasks, session: &Session, sink: &Sink) -> Result<(), PortError> {
    let end = tasks.clock.now() + SOON;
    let reach = [session.reach()];
    let mut ear = tasks.bell.listen();
    loop {
        let next = tasks.agenda.next_reminder(&reach).await?.filter(|at| *at <= end);
        let now = tasks.clock.now();
        let Some(next) = next.filter(|_| now < end + PATIENCE) else { return Ok(()) };
        tokio::select! {
            () = ear.heard() => {}
            () = tasks.clock.until(next.max(now + NAP)) => {}
            () = sink.closed() => return Ok(()),
        }
    }
}
