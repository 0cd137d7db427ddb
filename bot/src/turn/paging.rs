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
}

impl<'a> Leaf<'a> {
    pub(super) const fn at(line: &'a str, page: usize) -> Self {
        Self { line, page }
    }

    pub(super) const fn line(&self) -> &'a str {
        self.line
    }

    pub(super) fn first(line: &'a str) -> Self {
        Self { line: line.trim().trim_end_matches(['.', '!']), page: 1 }
    }

    /// How many rows come before it, with so many on a page.
    pub(super) const fn before(&self, size: usize) -> usize {
        (self.page - 1).saturating_mul(size)
    }

    /// The lines for the pages beside it.
    pub(super) fn beside(&self, more: bool) -> Option<Pages> {
        let page = |page: usize| if page == 1 { self.line.to_owned() } else { format!("{}, page {page}", self.line) };
        let previous = (self.page > 1).then(|| page(self.page - 1));
        let next = (more && self.page < LAST).then(|| page(self.page + 1));
        ((previous.is_some() || next.is_some()) && self.line.len() <= LINE_MAX).then_some(Pages { previous, next })
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
    let (line, page) = line.rsplit_once("page ")?;
    let page = page.trim().parse().ok().filter(|page| (1..=LAST).contains(page))?;
    let (line, comma) = match line.trim_end().strip_suffix(',') {
        Some(line) => (line, true),
        None => (line.strip_suffix(' ')?, false),
    };
    let leaf = Leaf { line: line.trim_end(), page };
    match talk.read_line(leaf.line)? {
        Reading::List(Filter { text: Some(_), .. }) if !comma => None,
        reading @ (Reading::List(_) | Reading::History(_)) => Some((reading, leaf)),
        _ => None,
    }
}
