//! Named points at which a test build can be told to die; shipped builds have none.

/// Aborts the process here if the test build was told so through `FAILPOINTS="<name>=return"`.
#[cfg(feature = "faults")]
pub fn crash_point(name: &str) {
    fail::fail_point!(name, |_| std::process::abort());
}

/// Nothing: shipped builds have no crash points.
#[cfg(not(feature = "faults"))]
#[inline]
pub fn crash_point(_name: &str) {}

/// Waits here for as long as the test build was told (`<name>=return(1000)`, in milliseconds), and keeps no thread from
/// other work meanwhile.
#[cfg(feature = "faults")]
pub async fn slow_point(name: &str) {
    let told = || -> Option<u64> {
        fail::fail_point!(name, |millis| millis.and_then(|millis| millis.parse().ok()));
        None
    };
    if let Some(millis) = told() {
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
    }
}

/// At once: shipped builds wait for nothing here.
#[cfg(not(feature = "faults"))]
#[inline]
pub async fn slow_point(_name: &str) {}

/// Whether the test build was told to misbehave at the named point, to show that the tests notice.
#[cfg(feature = "faults")]
#[must_use]
pub fn sabotaged(name: &str) -> bool {
    fail::fail_point!(name, |_| true);
    false
}

/// By how many microseconds the test build was told that the machine's clock is ahead (`clock.ahead=return(3000)`, in
/// milliseconds).
#[cfg(feature = "faults")]
#[must_use]
pub fn clock_ahead() -> i64 {
    let micros = |told: Option<String>| 1_000 * told.and_then(|millis| millis.parse::<i64>().ok()).unwrap_or_default();
    fail::fail_point!("clock.ahead", micros);
    0
}

/// Not at all: shipped builds go by what the clock shows.
#[cfg(not(feature = "faults"))]
#[must_use]
#[inline]
pub const fn clock_ahead() -> i64 {
    0
}

/// Never: shipped builds cannot be sabotaged.
#[cfg(not(feature = "faults"))]
#[must_use]
#[inline]
pub const fn sabotaged(_name: &str) -> bool {
    false
}
