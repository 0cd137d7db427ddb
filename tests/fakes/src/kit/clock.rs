use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 on this machine's clock, as a platform would put them into its timestamps.
#[expect(clippy::disallowed_methods, reason = "a platform goes by a clock of its own, not by that of the program")]
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The platform's clock: the machine's, and whatever a test added to it so that it need not wait for a deadline.
#[derive(Debug, Default)]
pub struct Clock {
    ahead: Mutex<f64>,
}

impl Clock {
    /// Seconds since 1970.
    pub fn now(&self) -> f64 {
        now() + *self.ahead.lock().expect("no panic while locked")
    }

    /// Lets `seconds` pass at once.
    pub fn skip(&self, seconds: f64) {
        *self.ahead.lock().expect("no panic while locked") += seconds;
    }
}
