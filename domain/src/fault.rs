//! Named points at which a test build can be told to die, to stand still or to fail; shipped builds have none.

use crate::ports::error::PortError;

/// A step of work. Through `FAILPOINTS` a test build can be told that here the process aborts (`<name>=return`), its
/// thread stands still for so many milliseconds (`<name>=return(3000)`), or the step fails (`<name>=return(error)`).
///
/// # Errors
/// [`PortError::Unavailable`] if it was told so: before a step as if a backend were away, after one as if its answer
/// were lost.
#[cfg(feature = "faults")]
pub fn step(name: &str) -> Result<(), PortError> {
    fail::fail_point!(name, |told| obey(name, told.as_deref()));
    Ok(())
}

#[cfg(feature = "faults")]
fn obey(name: &str, told: Option<&str>) -> Result<(), PortError> {
    let Some(told) = told else { std::process::abort() };
    tracing::warn!("{name}: {told}, as it was told");
    match told.parse() {
        Ok(millis) => std::thread::sleep(std::time::Duration::from_millis(millis)),
        Err(_) => return Err(PortError::Unavailable { backend: "failpoint", reason: "as it was told".to_owned() }),
    }
    Ok(())
}

/// Always done: nothing breaks the steps of shipped builds.
///
/// # Errors
/// None.
#[cfg(not(feature = "faults"))]
#[inline]
pub const fn step(_name: &str) -> Result<(), PortError> {
    Ok(())
}

/// A step that cannot fail: [`step`] without an error.
#[inline]
pub fn crash_point(name: &str) {
    step(name).ok();
}

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
