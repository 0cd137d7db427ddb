//! People, groups and channels.
//!
//! ```text
//! mention = "@" name | "<@" id ">" | "<@!" id ">" | "<@&" id ">" | "<!subteam^" id ">"
//! person  = [ "for" | [ "assign" | "assigned" ] "to" ] mention { ( "," | "and" ) mention }
//! place   = [ "in" | "to" | "on" ] "<#" id [ "|" name ] ">"
//! ```

use crate::reading::Person;
use crate::tokens::Token;

/// Whom a mention means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mention {
    Me,
    Person(Person),
}

/// Reads the mention of a person token.
pub(crate) fn mention(token: &Token<'_>, line: &str) -> Mention {
    let typed = &line[token.start..token.end];
    if token.text == "@me" {
        return Mention::Me;
    }
    let person = match typed.strip_prefix("<@") {
        Some(id) if id.starts_with('&') => Person::Group(typed.to_owned()),
        Some(id) => {
            let id = id.trim_start_matches('!').trim_end_matches('>');
            Person::Id(id.split('|').next().unwrap_or(id).to_owned())
        }
        None => match typed.strip_prefix('@') {
            Some(name) => Person::Name(name.to_lowercase()),
            None => Person::Group(typed.to_owned()),
        },
    };
    Mention::Person(person)
}

/// Reads the id of a channel token.
pub(crate) fn channel(token: &Token<'_>, line: &str) -> String {
    let typed = &line[token.start..token.end];
    let inside = typed.trim_start_matches("<#").trim_end_matches('>');
    inside.split('|').next().unwrap_or(inside).to_owned()
}

/// Takes back the words that lead to a person: `for`, `to`, `assign to`, and between people `and`.
pub(super) fn drop_lead(rest: &mut Vec<Token<'_>>, after_person: bool) {
    if after_person {
        while rest.last().is_some_and(joins) {
            rest.pop();
        }
    }
    match rest.last().and_then(Token::word) {
        Some("for") => {
            rest.pop();
        }
        Some("to") => {
            rest.pop();
            if let Some("assign" | "assigned") = rest.last().and_then(Token::word) {
                rest.pop();
            }
        }
        _ => {}
    }
}

/// Takes back the word that leads to a channel.
pub(super) fn drop_place(rest: &mut Vec<Token<'_>>) {
    if let Some("in" | "to" | "on" | "at") = rest.last().and_then(Token::word) {
        rest.pop();
    }
}

/// Whether the token may stand between two people.
pub(super) fn joins(token: &Token<'_>) -> bool {
    token.is_mark(',') || matches!(token.word(), Some("and" | "&"))
}
