//! Long answers, a page at a time: `list, page 2`.

use language::{Filter, Reading};

use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::{Pages, Reply};

/// The highest page that can be asked for.
const LAST: usize = 100;
/// The longest line that still gets a page behind it, in bytes: platforms bound what a button stands for.
const LINE_MAX: usize = 1_500;

/// One page of what a line shows.
pub(super) struct Leaf<'a> {
    /// The line, without its page.
    line: &'a str,
    /// From 1 on.
    pub(super) page: usize,
    /// The channel that is named in the line, as it was sent.
    pub(super) channel: Option<String>,
}

impl<'a> Leaf<'a> {
    pub(super) fn first(line: &'a str) -> Self {
        Self { line: line.trim().trim_end_matches(['.', '!']), page: 1, channel: None }
    }

    /// How many rows come before it, with so many on a page.
    pub(super) const fn before(&self, size: usize) -> usize {
        (self.page - 1).saturating_mul(size)
    }

    /// The lines for the pages beside it.
    pub(super) fn beside(&self, more: bool, talk: &Talk<'_>) -> Option<Pages> {
        let line = if talk.is_for_myself() { format!("/todo {}", self.line) } else { self.line.to_owned() };
        let page = |page: usize| if page == 1 { line.clone() } else { format!("{line}, page {page}") };
        let previous = (self.page > 1).then(|| page(self.page - 1));
        let next = (more && self.page < LAST).then(|| page(self.page + 1));
        ((previous.is_some() || next.is_some()) && line.len() <= LINE_MAX).then_some(Pages { previous, next })
    }
}

impl Talk<'_> {
    pub(super) async fn leaf(&self, reading: Reading, leaf: &Leaf<'_>) -> Result<Reply, No> {
        match reading {
            Reading::List(filter) => self.list(&filter, leaf).await,
            Reading::History(ids) => self.history(&ids, leaf).await,
            other => self.carry_out(other).await,
        }
    }
}

/// What a line shows, and which page of it: `list #home, page 2`. The comma may be left out where no words are searched.
pub(super) fn read<'a>(line: &'a str, talk: &Talk<'_>) -> Option<(Reading, Leaf<'a>)> {
    let (text, page, comma) = paged(line).unwrap_or((line, 1, true));
    let leaf = Leaf { page, ..Leaf::first(text) };
    let (line, channel) = match of_channel(leaf.line) {
        Some((line, channel)) => (line, Some(channel)),
        None if text == line => return None,
        None => (leaf.line.to_owned(), None),
    };
    match talk.read_line(&line)? {
        Reading::List(Filter { text: Some(_), .. }) if !comma => None,
        reading @ Reading::List(_) => Some((reading, Leaf { channel, ..leaf })),
        reading @ Reading::History(_) if channel.is_none() => Some((reading, leaf)),
        _ => None,
    }
}

/// A line without its page, the page, and whether a comma stands between them.
fn paged(line: &str) -> Option<(&str, usize, bool)> {
    let (line, page) = line.rsplit_once("page ")?;
    let page = page.trim().parse().ok().filter(|page| (1..=LAST).contains(page))?;
    match line.trim_end().strip_suffix(',') {
        Some(line) => Some((line, page, true)),
        None => Some((line.strip_suffix(' ')?, page, false)),
    }
}

/// `list <#C0123|ops> overdue`, where the platform resolved a channel: the line without it, and its id.
fn of_channel(line: &str) -> Option<(String, String)> {
    let (before, behind) = line.split_once("<#")?;
    let (channel, behind) = behind.split_once('>')?;
    let id = channel.split('|').next().unwrap_or(channel);
    let before = ["in", "on", "of", "for"].iter().fold(before.trim_end(), |line, word| {
        line.strip_suffix(word).filter(|line| line.ends_with(' ')).map_or(line, str::trim_end)
    });
    Some((format!("{before} {}", behind.trim_start()).trim().to_owned(), id.to_owned()))
}
