//! A new task, which any line is that is nothing else.
//!
//! ```text
//! add      = [ opening ] text
//! opening  = ( "add" | "new" | "create" ) [ [ "a" | "the" | "new" ] noun [ link ] ] [ ":" ]
//!          | ( "todo" | "task" ) [ ":" ]
//!          | "remind" whom { ( "," | "and" ) whom } [ ":" ] [ link ]
//! noun     = "task" | "todo" | "reminder"
//! whom     = "me" | "us" [ [ "in" ] channel ] | person | tag | channel
//! link     = "to" | "about" | "that" | "of"
//! ```
//!
//! From the text come the asides, then the phrase that says when; the rest is the title.

use super::Line;
use crate::asides::{Asides, channel, mention, set_aside, with};
use crate::misread::{ErrorCode, Misread};
use crate::once::once;
use crate::phrases::{Timing, choose};
use crate::reading::{Addressee, CommandName, Draft, Reading, Verbatim};
use crate::title::title;
use crate::tokens::{Cursor, Kind, Token};

pub(super) fn add(line: &Line<'_>) -> Result<Reading, Misread> {
    let mut c = line.cursor();
    let opening = opening(&mut c, line.text).unwrap_or_default();
    let (asides, rest) = set_aside(c.rest(), line.text);
    let chosen = choose(&rest, opening.links, line.present).map_err(|fault| {
        let blamed = rest.get(fault.tokens);
        line.misread(CommandName::Add, fault.code, blamed)
    })?;
    let (timing, gone) = match chosen {
        Some(chosen) => (Some(chosen.timing), chosen.tokens),
        None => (None, Vec::new()),
    };
    let gone: Vec<usize> = gone.into_iter().flat_map(|range| &rest[range]).map(|token| token.start).collect();
    let titled = |tokens: &[Token<'_>]| {
        let kept: Vec<Token<'_>> = tokens.iter().filter(|token| !gone.contains(&token.start)).copied().collect();
        title(opening.without_link(&kept, !gone.is_empty()), line.text)
    };
    let title = titled(&rest);
    let verbatim = match opening.text(&asides) {
        [] => None,
        text => titled(&with(text, c.rest(), line.text)).map(|title| opening.verbatim(text, &asides, title)),
    };
    let of_text = || verbatim.as_ref().filter(|_| opening.remind).map(|verbatim| verbatim.title.clone());
    let title = title.or_else(of_text).ok_or_else(|| line.misread(CommandName::Add, ErrorCode::EmptyTitle, None))?;
    Ok(Reading::Add(Draft { verbatim, ..draft(title, opening, asides, timing) }))
}

fn draft(title: String, opening: Opening, asides: Asides, timing: Option<Timing>) -> Draft {
    let among = |asides: &Asides| asides.me && !asides.people.is_empty();
    let me_too = among(&opening.whom) || among(&asides);
    let people = once([opening.whom.people, asides.people].concat());
    let channel = opening.whom.channel.or(asides.channel);
    let addressee = match opening.us {
        true => Addressee::Us,
        false if (opening.whom.me || asides.me) && !me_too => Addressee::Me,
        false if !people.is_empty() => Addressee::People,
        false if channel.is_some() => Addressee::Channel,
        false => Addressee::Nobody,
    };
    let (when, repeat) = match timing {
        Some(timing) => (Some(timing.when), timing.repeat),
        None => (None, None),
    };
    Draft {
        title,
        when,
        repeat,
        priority: asides.priority,
        tags: asides.tags,
        people,
        me_too,
        channel,
        explicit_reminder: opening.remind,
        addressee,
        verbatim: None,
    }
}

/// The command words of a new task.
#[derive(Default)]
struct Opening {
    /// Typed as `remind …`.
    remind: bool,
    us: bool,
    whom: Asides,
    /// Whether `to`, `about` … links it to the title.
    links: bool,
}

impl Opening {
    /// What it may only speak of.
    fn text(&self, asides: &Asides) -> &'static [Kind] {
        match (self.speaks_of_others(asides), asides.channel.is_some()) {
            (true, true) => &[Kind::Person, Kind::Channel],
            (true, false) => &[Kind::Person],
            (false, true) => &[Kind::Channel],
            (false, false) => &[],
        }
    }

    fn verbatim(&self, text: &[Kind], asides: &Asides, title: String) -> Verbatim {
        let named = if text.contains(&Kind::Person) { &[] } else { asides.people.as_slice() };
        let to = once([self.whom.people.as_slice(), named].concat());
        Verbatim { to, channel: self.whom.channel.clone(), title }
    }

    /// Whether the people in its text are none of those to whom it speaks. A channel's reminder is for whomever it names.
    fn speaks_of_others(&self, asides: &Asides) -> bool {
        let privately = self.whom.channel.is_none() && !self.us;
        let to_some = self.whom.me || !self.whom.people.is_empty();
        self.remind && privately && to_some && asides.people.iter().any(|named| !self.whom.people.contains(named))
    }

    /// What is kept without the word that links `remind me tomorrow to …` to its title.
    fn without_link<'a>(&self, kept: &'a [Token<'a>], timed: bool) -> &'a [Token<'a>] {
        let mut c = Cursor::new(kept);
        if self.links && timed {
            c.skip_marks();
            if link(&mut c).is_some() {
                return c.rest();
            }
        }
        kept
    }
}

fn link(c: &mut Cursor<'_>) -> Option<()> {
    c.one_of(&["to", "about", "that", "of"]).map(|_| ())
}

fn opening(c: &mut Cursor<'_>, line: &str) -> Option<Opening> {
    let opening = c.attempt(|c| remind(c, line)).or_else(|| c.attempt(verb))?;
    if c.mark(':').is_some() || !opening.links {
        return Some(opening);
    }
    let _ = link(c);
    Some(opening)
}

fn verb(c: &mut Cursor<'_>) -> Option<Opening> {
    if c.one_of(&["todo", "task"]).is_some() {
        return Some(Opening::default());
    }
    if c.one_of(&["add", "new", "create"])? == "new" && c.peek_word().is_some_and(|word| word.starts_with("year")) {
        return None;
    }
    let links = c.attempt(|c| {
        let _ = c.one_of(&["a", "the", "new"]);
        let _ = c.word("new");
        c.one_of(&["task", "todo", "reminder"])
    });
    Some(Opening { links: links.is_some(), ..Opening::default() })
}

fn remind(c: &mut Cursor<'_>, line: &str) -> Option<Opening> {
    c.one_of(&["remind", "remnd", "remid", "remnid", "reminde", "remaind", "rmind"])?;
    let mut opening = Opening { remind: true, links: true, ..Opening::default() };
    whom(c, line, &mut opening)?;
    while c
        .attempt(|c| {
            let comma = c.mark(',');
            let and = c.one_of(&["and", "&"]).map(|_| ());
            comma.or(and)?;
            whom(c, line, &mut opening)
        })
        .is_some()
    {}
    Some(opening)
}

fn whom(c: &mut Cursor<'_>, line: &str, opening: &mut Opening) -> Option<()> {
    match c.one_of(&["me", "us"]) {
        Some("me") => opening.whom.me = true,
        Some(_) => {
            opening.us = true;
            let place = c.attempt(|c| {
                let _ = c.word("in");
                let token = c.peek().filter(|token| token.kind == Kind::Channel)?;
                c.bump()?;
                Some(channel(token, line))
            });
            opening.whom.channel = place.or(opening.whom.channel.take());
        }
        None => {
            let token = c.peek()?;
            match token.kind {
                Kind::Person => opening.whom.add_mention(mention(token, line)),
                Kind::Channel => opening.whom.channel = Some(channel(token, line)),
                Kind::Tag => opening.whom.channel = Some(token.text[1..].to_owned()),
                _ => return None,
            }
            c.bump()?;
        }
    }
    Some(())
}
