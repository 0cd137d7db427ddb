//! Politeness around a command.

use crate::tokens::{Cursor, Token};

/// The bot's name.
const BOT: [&str; 2] = ["bot", "taskbot"];

/// The tokens without what is polite before the command.
pub(super) fn without_lead<'a>(tokens: &'a [Token<'a>]) -> &'a [Token<'a>] {
    let mut c = Cursor::new(tokens);
    let _ = c.mark('/');
    while c.attempt(polite).is_some() {
        let _ = c.mark(',');
        let _ = c.mark('!');
    }
    c.rest()
}

fn polite(c: &mut Cursor<'_>) -> Option<()> {
    if c.one_of(&["can", "could"]).is_some() {
        return c.word("you");
    }
    if c.one_of(&["please", "pls", "plz", "hey"]).is_some() {
        let _ = c.one_of(&BOT);
        return Some(());
    }
    // Without the bot's name they may begin a title.
    c.one_of(&["hi", "hello", "ok"])?;
    c.one_of(&BOT).map(drop)
}

/// The tokens without thanks and punctuation behind the command.
pub(super) fn without_thanks<'a>(tokens: &'a [Token<'a>]) -> &'a [Token<'a>] {
    let mut rest = tokens;
    while let Some((last, before)) = rest.split_last() {
        let you = last.word() == Some("you") && before.last().and_then(Token::word) == Some("thank");
        rest = match last.word() {
            Some("please" | "pls" | "plz" | "thanks" | "thx") if !before.is_empty() => before,
            Some("you") if you && before.len() > 1 => &before[..before.len() - 1],
            None if ends_sentence(last) && !before.is_empty() => before,
            _ => break,
        };
    }
    rest
}

fn ends_sentence(token: &Token<'_>) -> bool {
    ['.', '!', '?', ','].iter().any(|mark| token.is_mark(*mark))
}
