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

/// So many events of one task are read.
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

    /// A page of it, the latest first, and whether there are earlier ones.
    async fn history_of(&self, task: TaskRef, leaf: &Leaf<'_>) -> Result<(Vec<Block>, bool), No> {
        let (page, whole) = self.written_of(task).await?;
        let all: Vec<&Event> = page.items.iter().map(|(_, event)| event).collect();
        let end = all.len().saturating_sub(leaf.before(SHOWN));
        let events = all.get(end.saturating_sub(SHOWN)..end).unwrap_or_default();
        let Some(last) = events.iter().rev().find_map(|event| event.data.task.as_ref()) else {
            let said = if leaf.page > 1 { "Nothing was earlier." } else { NOT_YET };
            return Ok((vec![Block::line(said)], false));
        };
        self.speak_of(&[last.id]).await;
        let title = Text::say(format!("History of #{}: ", last.number)).theirs(last.title.clone());
        let scene: Scene = self.scene(people(events)).await;
        let earlier = end - events.len();
        let left_out = (earlier > 0).then(|| Block::detail(format!("{earlier} earlier events are left out")));
        let rest = (!whole).then(|| Block::detail("the latest is not written down yet; ask again in a moment"));
        let told = std::iter::once(Block::Line(title)).chain(left_out).chain(rows(&scene, events, false)).chain(rest);
        Ok((told.collect(), earlier > 0))
    }

    /// What is written down of a task, and whether that is all: what was done a moment ago is waited for.
    async fn written_of(&self, task: TaskRef) -> Result<(Page<(i64, Event), i64>, bool), No> {
        let (author, tenant) = (&self.message.author, &self.message.tenant);
        let query = AuditQuery { limit: READ, ..AuditQuery::default() };
        let version = self.service().get(author, tenant, task).await.map_or(0, |listed| listed.task.version);
        let reaches = |page: &Page<(i64, Event), i64>| {
            let mut events = page.items.iter().map(|(_, event)| event);
            page.next.is_some() || events.any(|event| event.data.reminder.is_none() && event.data.version >= version)
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
