//! The JSON lines of `taskbot parse`: one request a line in, one answer a line out.
//!
//! ```text
//! {"id": "x", "text": "call Ana tomorrow", "now": "2026-03-04T10:00:00-05:00", "tz": "America/New_York"}
//! {"id":"x","command":"add","title":"call Ana","due":"2026-03-05"}
//! ```
//!
//! A request may say what the speaker has set beside the zone; CONVENTIONS are what holds without:
//!
//! ```text
//! "settings": {"date_order": "dmy", "week_start": "sunday", "clock": "24h", "default_time": "08:30"}
//! ```
//!
//! A line that is no request is answered by `{"command":null,"error":"bad_request"}`. Keys that say
//! nothing are left out.

mod answer;
mod request;

use std::io::{self, BufRead, Write};

use answer::Answer;
use request::{Request, id_of};

use crate::read;

/// Answers one line.
pub fn answer(line: &str) -> String {
    let Ok(request) = serde_json::from_str::<Request<'_>>(line) else {
        return Answer::bad_request(id_of(line)).to_json();
    };
    match request.context() {
        Some(context) => {
            let reading = read(&request.text, &context);
            Answer::new(request.id, reading, &context.settings.zone).to_json()
        }
        None => Answer::bad_request(request.id).to_json(),
    }
}

/// Answers every line of the input, in order, and flushes at the end. Bytes that are no UTF-8 make
/// a bad request, not an error.
///
/// # Errors
/// Only what reading the input or writing the output gives.
pub fn run(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = match std::str::from_utf8(&line) {
            Ok(line) => answer(line.trim_end_matches(['\r', '\n'])),
            Err(_) => Answer::bad_request(None).to_json(),
        };
        output.write_all(answer.as_bytes())?;
        output.write_all(b"\n")?;
        line.clear();
    }
    output.flush()
}
