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

/// Whether the test build was told to misbehave at the named point, to show that the tests notice.
#[cfg(feature = "faults")]
#[must_use]
pub fn sabotaged(name: &str) -> bool {
    fail::fail_point!(name, |_| true);
    false
}

/// Never: shipped builds cannot be sabotaged.
#[cfg(not(feature = "faults"))]
#[must_use]
#[inline]
pub const fn sabotaged(_name: &str) -> bool {
    false
}
