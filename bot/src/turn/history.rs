//! Showing what happened.

use std::time::Duration;

use domain::command::TaskRef;
use domain::event::Event;
use domain::ports::audit::AuditQuery;
use domain::query::Page;
use language::Ids;
use tokio::time::sleep;

use super::paging::Leaf;
use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::history::{people, rows};
use crate::reply::scene::Scene;
use crate::reply::{Block, Reply, Text};

/// So many events of one task are read at once.
const READ: u32 = 200;

/// So many of them are shown.
const SHOWN: usize = 40;

/// What was done a moment ago is looked for so often,
const LOOKS: u32 = 10;

/// with so much time between.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// So many events are shown of everything.
const LATEST: usize = 20;

/// While nothing is in the log.
const NOT_YET: &str = "Nothing of it has been written down yet; ask again in a moment.";

/// What is written down of a task.
struct Written {
    latest_first: Vec<Event>,
    /// There are more than were read.
    and_more: bool,
    /// Whether what was done last is among them.
    whole: bool,
}

impl Talk<'_> {
    pub(super) async fn history(&self, ids: &Ids, leaf: &Leaf<'_>) -> Result<Reply, No> {
        let tasks = self.tasks(ids).await?;
        if tasks.is_empty() {
            return self.latest(leaf).await;
        }
        let (mut blocks, mut earlier) = (Vec::new(), false);
        for task in tasks {
            let (told, more) = self.history_of(task, leaf).await?;
            blocks.extend(told);
            earlier |= more;
        }
        Ok(Reply { pages: leaf.beside(earlier, self), ..Reply::private(blocks) })
    }

    /// A page of it, the first one with the latest, and whether there are earlier ones.
    async fn history_of(&self, task: TaskRef, leaf: &Leaf<'_>) -> Result<(Vec<Block>, bool), No> {
        let before = leaf.before(SHOWN);
        let written = self.written_of(task, before + SHOWN).await?;
        let mut events: Vec<&Event> = written.latest_first.iter().skip(before).take(SHOWN).collect();
        events.reverse();
        let Some(last) = events.iter().rev().find_map(|event| event.data.task.as_ref()) else {
            let said = if leaf.page > 1 { "Nothing was earlier." } else { NOT_YET };
            return Ok((vec![Block::line(said)], false));
        };
        self.speak_of(&[last.id]).await;
        let title = Text::say(format!("History of #{}: ", last.number)).theirs(last.title.clone());
        let scene: Scene = self.scene(people(&events)).await;
        let (earlier, plus) =
            (written.latest_first.len() - before - events.len(), if written.and_more { "+" } else { "" });
        let left_out = (earlier > 0).then(|| Block::detail(format!("{earlier}{plus} earlier events are left out")));
        let rest = (!written.whole).then(|| Block::detail("the latest is not written down yet; ask again in a moment"));
        let told = std::iter::once(Block::Line(title)).chain(left_out).chain(rows(&scene, &events, false)).chain(rest);
        Ok((told.collect(), earlier > 0))
    }

    /// What is written down of a task, more than the latest `wanted` events if there are so many.
    async fn written_of(&self, task: TaskRef, wanted: usize) -> Result<Written, No> {
        let (author, tenant) = (&self.message.author, &self.message.tenant);
        let mut query = AuditQuery { limit: READ, ..AuditQuery::default() };
        let (mut page, whole) = self.latest_of(task, &query).await?;
        let mut latest_first = Vec::new();
        loop {
            latest_first.extend(page.items.into_iter().map(|(_, event)| event));
            query.after = page.next;
            if page.next.is_none() || latest_first.len() > wanted {
                return Ok(Written { latest_first, and_more: page.next.is_some(), whole });
            }
            page = self.service().history(author, tenant, task, query.clone()).await?;
        }
    }

    /// The latest that is written down of a task, and whether all of it is: what was done a moment ago is waited for.
    async fn latest_of(&self, task: TaskRef, query: &AuditQuery) -> Result<(Page<(i64, Event), i64>, bool), No> {
        let (author, tenant) = (&self.message.author, &self.message.tenant);
        let version = self.service().get(author, tenant, task).await.map_or(0, |listed| listed.task.version);
        let reaches = |page: &Page<(i64, Event), i64>| {
            let mut of_task = page.items.iter().map(|(_, event)| &event.data).filter(|data| data.reminder.is_none());
            of_task.next().map_or(page.next.is_some(), |latest| latest.version >= version)
        };
        let mut page = self.service().history(author, tenant, task, query.clone()).await?;
        for _ in 0..LOOKS {
            if reaches(&page) {
                break;
            }
            sleep(LOOK_AGAIN).await;
            page = self.service().history(author, tenant, task, query.clone()).await?;
        }
        let whole = reaches(&page);
        Ok((page, whole))
    }

    async fn latest(&self, leaf: &Leaf<'_>) -> Result<Reply, No> {
        let before = leaf.before(LATEST);
        let limit = u32::try_from(before + LATEST).unwrap_or(u32::MAX);
        let query = AuditQuery { limit, ..AuditQuery::default() };
        let page = self.service().audit(&self.message.author, query).await?;
        let events: Vec<&Event> = page.items.iter().skip(before).map(|(_, event)| event).collect();
        if events.is_empty() {
            return Ok(Reply::private([Block::line("Nothing has happened yet that concerns you.")]));
        }
        let scene = self.scene(people(&events)).await;
        let title = Block::line("What happened last, latest first; `history 3` tells all of one task");
        let told = Reply::private(std::iter::once(title).chain(rows(&scene, &events, true)));
        Ok(Reply { pages: leaf.beside(page.next.is_some(), self), ..told })
    }
}
