//! W3C trace context: one id from the chat line to the audit row and the posted reminder.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A `traceparent` header value, version 00: `00-<32 hex>-<16 hex>-<2 hex>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceParent(String);

impl TraceParent {
    /// A new trace from 16 random bytes.
    #[must_use]
    pub fn root(random: Uuid) -> Self {
        let (_, span) = random.as_u64_pair();
        Self(format!("00-{}-{:016x}-01", random.simple(), span | 1))
    }

    /// The 32 hex digits that all logs of the trace carry.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.0.get(3..35).unwrap_or_default()
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no `traceparent`.
#[derive(Debug, thiserror::Error)]
#[error("no W3C traceparent of version 00")]
pub struct NotATraceParent;

impl FromStr for TraceParent {
    type Err = NotATraceParent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |part: &str, len: usize| {
            part.len() == len && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, span, flags] = parts[..] else { return Err(NotATraceParent) };
        let shaped = version == "00" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
        let named = trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0');
        if shaped && named { Ok(Self(text.to_owned())) } else { Err(NotATraceParent) }
    }
}

impl TryFrom<String> for TraceParent {
    type Error = NotATraceParent;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TraceParent> for String {
    fn from(trace: TraceParent) -> Self {
        trace.0
    }
}
