//! The shapes of tokens that do not end at the next space or mark.

use super::Kind;

/// No entity that a platform sends is longer.
const LONGEST_ENTITY: usize = 300;

/// No emoji has a longer name.
const LONGEST_EMOJI: usize = 100;

/// How long the quoted text is that `rest` begins with, quotes included.
pub(super) fn quoted(rest: &str) -> Option<usize> {
    let open = rest.chars().next()?;
    let close = match open {
        '“' => '”',
        '"' | '`' => open,
        _ => return None,
    };
    let inside = &rest[open.len_utf8()..];
    let length = inside.find(close)?;
    Some(open.len_utf8() + length + close.len_utf8())
}

/// The platform's mention that `rest` begins with, and its length.
pub(super) fn entity(rest: &str) -> Option<(Kind, usize)> {
    let kind = match rest.as_bytes() {
        [b'<', b'@', ..] => Kind::Person,
        [b'<', b'#', ..] => Kind::Channel,
        [b'<', b'!', ..] => Kind::Person,
        [b'<', b'h', b't', b't', b'p', ..] => Kind::Quoted,
        _ => return None,
    };
    let ends = |b: &u8| *b == b'>' || *b == b'<' || (kind != Kind::Quoted && b.is_ascii_whitespace());
    let mut inside = rest.as_bytes().iter().skip(1).take(LONGEST_ENTITY);
    let end = 1 + inside.position(ends)?;
    (rest.as_bytes()[end] == b'>' && end > 2).then_some((kind, end + 1))
}

/// How long the name of an emoji is that `rest` begins with, colons included.
pub(super) fn emoji(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix(':')?;
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '\'');
    let length = name.find(|c| !part(c)).filter(|length| (2..=LONGEST_EMOJI).contains(length))?;
    name[length..].starts_with(':').then_some(length + 2)
}

/// How long the tag is that `rest` begins with, `#` included.
pub(super) fn tag(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix('#')?;
    if !name.starts_with(char::is_alphabetic) {
        return None;
    }
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/');
    let length = name.find(|c| !part(c)).unwrap_or(name.len());
    Some(1 + name[..length].trim_end_matches(['-', '/']).len())
}

/// How long the person is that `rest` begins with, `@` included. `@5pm` is a time and `@ana's` a
/// word.
pub(super) fn person(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix('@')?;
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = name.find(|c| !part(c)).unwrap_or(name.len());
    let (name, after) = (name[..length].trim_end_matches(['.', '-']), &name[length..]);
    let possessive = after.starts_with(['\'', '’']);
    let clock = name.trim_end_matches(['a', 'p', 'm']).parse::<u16>().is_ok();
    (!name.is_empty() && !possessive && !clock).then_some(1 + name.len())
}

/// How long the word is that `rest` begins with; at least one character.
pub(super) fn word(rest: &str) -> usize {
    let mut before = None;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        if at > 0 && ends_word(c, before, after) {
            return if rest[at..].starts_with("://") { address(rest) } else { at };
        }
        before = Some(c);
    }
    rest.len()
}

/// Whether a word ends before `c`, which stands between these two.
fn ends_word(c: char, before: Option<char>, after: Option<char>) -> bool {
    let digits = || before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit());
    match c {
        _ if c.is_whitespace() => true,
        ':' | '–' => !digits(),
        '.' => !after.is_some_and(char::is_alphanumeric),
        '<' => matches!(after, Some('@' | '#' | '!')),
        _ => is_mark(c),
    }
}

/// Whether the character is punctuation wherever it stands, except inside a word where
/// [`ends_word`] says otherwise.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | ':' | '.' | '!' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '“' | '”' | '`' | '…' | '–' | '—'
    )
}

/// How long the web address is that `rest` begins with.
fn address(rest: &str) -> usize {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    rest[..end].trim_end_matches([',', ';', ':', '.', '!', '?', ')']).len()
}
