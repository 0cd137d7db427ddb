//! Taking nothing more from somebody.

use domain::command::{Command, TaskRef};
use domain::ids::PersonId;
use domain::query::{Sort, TaskQuery};
use domain::task::Status;
use language::Person;

use super::talk::Talk;
use crate::reply::Reply;
use crate::reply::answer::No;

/// So many tasks are looked at in one question.
const PAGE: u32 = 200;

impl Talk<'_> {
    /// `stop all from @sam`.
    pub(super) async fn stop_all(&self, named: &Person) -> Result<Reply, No> {
        let from = self.person(named).await?;
        let tasks = self.asked_of_me(from).await?;
        self.execute(Command::StopAll { from, tasks }).await
    }

    /// What somebody asked of the speaker here and is open.
    async fn asked_of_me(&self, by: PersonId) -> Result<Vec<TaskRef>, No> {
        let (assignee, status) = (Some(self.me.id), vec![Status::Open]);
        let mut query = TaskQuery { assignee, status, sort: Sort::Number, limit: PAGE, ..TaskQuery::default() };
        let mut asked = Vec::new();
        loop {
            let page = self.service().find(&self.message.author, &query).await?;
            let theirs = page.items.iter().map(|listed| &listed.task);
            let theirs = theirs.filter(|task| task.author == by && task.tenant == self.message.tenant);
            asked.extend(theirs.map(|task| TaskRef::Id(task.id)));
            query.after = page.next;
            if query.after.is_none() {
                return Ok(asked);
            }
        }
    }
}
