//! Lines of bounded length out of any bytes.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line, in bytes.
pub(super) const LINE_MAX: usize = 64 * 1024;

/// One line of input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// What was typed.
    Text(String),
    /// It was no UTF-8: what was meant cannot be told.
    NoText,
    /// It was longer than [`LINE_MAX`] and was left out.
    TooLong,
}

/// The next line without its end; `None` at the end of the input.
pub(super) async fn next<R: AsyncBufRead + Unpin>(input: &mut R) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let mut length = 0;
    loop {
        let available = input.fill_buf().await?;
        if available.is_empty() {
            return Ok((length > 0).then(|| line(bytes, length)));
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        length += part.len();
        if length <= LINE_MAX {
            bytes.extend_from_slice(part);
        }
        let consumed = part.len() + usize::from(end.is_some());
        input.consume(consumed);
        if end.is_some() {
            return Ok(Some(line(bytes, length)));
        }
    }
}

fn line(bytes: Vec<u8>, length: usize) -> Line {
    if length > LINE_MAX {
        return Line::TooLong;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Line::Text(text.strip_suffix('\r').unwrap_or(&text).to_owned()),
        Err(_) => Line::NoText,
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_MAX, Line, next};

    async fn lines(mut input: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(line) = next(&mut input).await.expect("memory can be read") {
            lines.push(line);
        }
        lines
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[tokio::test]
    async fn lines_end_with_or_without_carriage_returns_and_the_last_without_an_end() {
        assert_eq!(lines(b"a\r\n\nb").await, [text("a"), text(""), text("b")]);
        assert_eq!(lines(b"").await, []);
    }

    #[tokio::test]
    async fn a_line_that_is_no_utf8_is_told_from_text_and_the_next_one_is_read() {
        assert_eq!(lines(b"caf\xe9 now\nlist\n\xff").await, [Line::NoText, text("list"), Line::NoText]);
        assert_eq!(lines("café\u{fffd}\n".as_bytes()).await, [text("café\u{fffd}")]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_left_out_and_the_next_one_is_read() {
        let mut input = vec![b'x'; LINE_MAX + 1];
        input.extend_from_slice(b"\nlist\n");
        assert_eq!(lines(&input).await, [Line::TooLong, text("list")]);
    }
}
