//! The title: what is left of a line.

use crate::tokens::{Kind, Token};

/// Punctuation that does not stay at either end of a title.
const HANGING: [char; 10] = [',', ';', ':', '.', '!', '-', '–', '—', '…', ' '];

/// Puts the tokens that are left together as they were typed, white space collapsed and hanging
/// punctuation gone. None if no word is left.
pub(crate) fn title(tokens: &[Token<'_>], line: &str) -> Option<String> {
    let kept = without_empty_brackets(tokens);
    let mut title = String::with_capacity(line.len());
    let mut end = None;
    for token in kept {
        let follows = end == Some(token.start) || (token.glued && closes(&token));
        if !title.is_empty() && !follows {
            title.push(' ');
        }
        push_collapsed(&mut title, &line[token.start..token.end]);
        end = Some(token.end);
    }
    let title = without_hanging(unquoted(without_hanging(&title)));
    title.contains(is_text).then(|| title.to_owned())
}

/// Without hanging punctuation at either end; the colons of an emoji's name do not hang.
fn without_hanging(title: &str) -> &str {
    let inner = title.trim_matches(HANGING);
    let start = title.len() - title.trim_start_matches(HANGING).len();
    let end = start + inner.len();
    let first = inner.split(char::is_whitespace).next().unwrap_or_default();
    let last = inner.split(char::is_whitespace).next_back().unwrap_or_default();
    let opens = title[..start].ends_with(':') && first.ends_with(':');
    let closes = title[end..].starts_with(':') && last.starts_with(':');
    &title[start - usize::from(opens)..end + usize::from(closes)]
}

/// Whether the mark belongs to what is before it, even if that was taken out.
fn closes(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Mark(',' | ';' | ':' | '.' | '!' | '?' | ')' | ']'))
}

/// Without brackets that lost what they held.
fn without_empty_brackets<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut kept: Vec<Token<'t>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let open = match token.kind {
            Kind::Mark(')') => '(',
            Kind::Mark(']') => '[',
            _ => {
                kept.push(*token);
                continue;
            }
        };
        match kept.last().is_some_and(|last| last.is_mark(open)) {
            true => {
                kept.pop();
            }
            false => kept.push(*token),
        }
    }
    kept
}

fn push_collapsed(title: &mut String, typed: &str) {
    if !typed.contains(char::is_whitespace) {
        title.push_str(typed);
        return;
    }
    for (n, word) in typed.split_whitespace().enumerate() {
        if n > 0 {
            title.push(' ');
        }
        title.push_str(word);
    }
}

/// A title that is one quotation loses its quotes.
fn unquoted(title: &str) -> &str {
    let pairs = [('"', '"'), ('“', '”'), ('`', '`')];
    for (open, close) in pairs {
        let inside = title.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inside) = inside.filter(|inside| !inside.contains([open, close])) {
            return inside;
        }
    }
    title
}

/// Letters, digits and signs such as emoji; punctuation alone is no title.
fn is_text(c: char) -> bool {
    let mark = c.is_ascii_punctuation() || matches!(c, '“' | '”' | '’' | '‘' | '…' | '–' | '—');
    !mark && !c.is_whitespace() && !c.is_control()
}
