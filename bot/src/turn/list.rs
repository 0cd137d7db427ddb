//! Showing tasks.

use domain::access::Sight;
use domain::ids::{PersonId, TaskId};
use domain::list::{List, ListKind};
use domain::place::Channel;
use domain::query::TaskQuery;
use domain::service::Listed;
use domain::tenant::Platform;
use language::{Filter, StatusFilter, Whom};

use super::filter::{COUNTED, past, query, shows_past};
use super::paging::Leaf;
use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::list::{Shown, arrange, asleep, list};
use crate::reply::{Block, Reply, Text};

/// So many tasks a page shows if nothing else was asked for.
const SHOWN: usize = 30;

impl Talk<'_> {
    pub(super) async fn list(&self, filter: &Filter, leaf: &Leaf<'_>) -> Result<Reply, No> {
        let channel = match &leaf.channel {
            Some(named) => Some(self.channel(named).await?),
            None => self.here(),
        };
        let query = TaskQuery { limit: COUNTED, ..self.query(filter, channel.as_ref(), leaf.channel.is_some()).await? };
        let sight = self.service().sight_for(&self.message.author, &query).await?;
        let (past, past_left_out) = match shows_past(filter) && leaf.page == 1 {
            true => {
                self.service().find_in(&sight, &past(&query)).await.map(|page| (page.items, page.next.is_some()))?
            }
            false => (Vec::new(), false),
        };
        let whole = sight.is_whole(query.list);
        let grouped = filter.sort.is_none() && filter.status.is_none();
        let size = filter.limit.map_or(SHOWN, |limit| usize::try_from(limit).unwrap_or(SHOWN)).max(1);
        let before = leaf.before(size);
        let (tasks, and_more) = self.found(&sight, &query, grouped, before + size).await?;
        let (total, pages) = (tasks.len(), tasks.len().div_ceil(size));
        let tasks: Vec<Listed> = tasks.into_iter().skip(before).take(size).collect();
        let what = state(filter);
        let line = filter.status.map_or_else(|| "list".to_owned(), |status| format!("list {}", status.as_str()));
        let everything = *filter == Filter::default();
        let scope = match channel.filter(|_| query.list.is_some()) {
            Some(channel) => Text::say(" on ").channel(channel.id),
            None => Text::new(),
        };
        let shown = Shown {
            tasks,
            past,
            past_left_out,
            whole,
            total,
            and_more,
            grouped,
            what,
            line,
            scope,
            everything,
            page: leaf.page,
            pages,
        };
        Ok(Reply { pages: leaf.beside(leaf.page < pages || and_more, self), ..self.show(&shown).await? })
    }

    /// The tasks from the first to at least the one `wanted`, and whether there are more. They are read and arranged by so
    /// many, so that each has its page, whichever is asked for; what was read is counted, however few a page shows.
    async fn found(
        &self,
        sight: &Sight,
        query: &TaskQuery,
        grouped: bool,
        wanted: usize,
    ) -> Result<(Vec<Listed>, bool), No> {
        let (mut tasks, mut query) = (Vec::new(), query.clone());
        loop {
            let mut page = self.service().find_in(sight, &query).await?;
            if grouped {
                arrange(&self.watch(), &mut page.items);
            }
            tasks.extend(page.items);
            query.after = page.next;
            if page.next.is_none() || tasks.len() >= wanted {
                return Ok((tasks, page.next.is_some()));
            }
        }
    }

    async fn show(&self, shown: &Shown) -> Result<Reply, No> {
        let all: Vec<&Listed> = shown.tasks.iter().chain(&shown.past).collect();
        let ids: Vec<TaskId> = all.iter().map(|listed| listed.task.id).collect();
        let mut conversation = self.conversation.clone();
        conversation.show(&ids);
        self.remember(&conversation).await;
        let scene = self.scene(all.iter().flat_map(|listed| people(listed)).collect()).await;
        let tasks = all.iter().map(|listed| scene.view(&listed.task, &listed.list)).collect();
        let blocks = self.asleep().await?.into_iter().chain(list(&scene, shown));
        Ok(Reply { tasks, ..Reply::private(blocks) })
    }

    /// Where the bot was removed, so that nothing comes.
    async fn asleep(&self) -> Result<Vec<Block>, No> {
        let mut told = Vec::new();
        for tenant in self.message.author.tenants.iter().filter(|tenant| tenant.platform() != Platform::Console) {
            if let Some(since) = self.service().agenda.asleep(tenant).await? {
                told.push(asleep(&self.watch(), tenant, since));
            }
        }
        Ok(told)
    }

    /// In a channel, or of one that is named, the channel's list; in a direct message what concerns the speaker; a search
    /// and a question for somebody's tasks go over all that the speaker sees.
    async fn query(&self, filter: &Filter, channel: Option<&Channel>, named: bool) -> Result<TaskQuery, No> {
        let assignee = match &filter.assignee {
            Some(Whom::Person(person)) => Some(self.person(person).await?),
            Some(Whom::Me) | None => None,
        };
        let query = query(filter, assignee, self.now());
        let mine = (filter.assignee == Some(Whom::Me)).then_some(self.me.id);
        let list = |channel| List::of_channel(channel).id;
        Ok(match channel {
            Some(channel) if named => TaskQuery { list: Some(list(channel)), concerning: mine, ..query },
            _ if mine.is_some() => TaskQuery { concerning: mine, ..query },
            Some(channel) => TaskQuery { list: Some(list(channel)), ..query },
            None if assignee.is_some() || filter.text.is_some() => query,
            None => TaskQuery { concerning: Some(self.me.id), ..query },
        })
    }
}

const fn state(filter: &Filter) -> &'static str {
    match filter.status {
        _ if filter.overdue => "overdue task",
        None => "open task",
        Some(StatusFilter::Done) => "done task",
        Some(StatusFilter::Missed) => "missed task",
        Some(StatusFilter::Skipped) => "skipped task",
        Some(StatusFilter::Past) => "past reminder",
        Some(StatusFilter::Deleted) => "deleted task",
        Some(StatusFilter::All) => "task",
    }
}

/// The people that a row speaks of.
fn people(listed: &Listed) -> Vec<PersonId> {
    let owner = match listed.list.kind {
        ListKind::Personal(owner) => Some(owner),
        ListKind::Channel(_) => None,
    };
    let closed = listed.task.closed.as_ref().map(|closed| closed.by);
    listed.task.participants().into_iter().chain(owner).chain(closed).collect()
}
