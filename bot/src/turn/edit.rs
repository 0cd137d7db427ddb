//! Changing fields of tasks.

use domain::command::{Command, TaskEdit};
use domain::refusal::{Code, Refusal};
use domain::task::Priority;
use language::{Edit, Field};

use super::add::repeat;
use super::talk::Talk;
use crate::reply::Reply;
use crate::reply::answer::No;

impl Talk<'_> {
    pub(super) async fn edit(&self, read: Edit) -> Result<Reply, No> {
        match self.command(read).await? {
            Command::Edit { edit, .. } if *edit == TaskEdit::default() => Err(what_to_change().into()),
            command => self.execute(command).await,
        }
    }

    /// The same where nothing may be left to change.
    pub(super) async fn edit_if_at_all(&self, read: Edit) -> Result<Reply, No> {
        self.execute(self.command(read).await?).await
    }

    async fn command(&self, read: Edit) -> Result<Command, No> {
        let tasks = self.tasks(&read.ids).await?;
        let mut people = self.people(&read.people).await?;
        if read.to_me && !people.contains(&self.me.id) {
            people.push(self.me.id);
        }
        let keeps_time = read.repeat.is_some();
        let mut edit = TaskEdit {
            title: read.title,
            priority: read.priority.and_then(|number| Priority::try_from(number).ok()).map(Some),
            add_tags: read.tags.into_iter().collect(),
            remove_tags: read.remove_tags.into_iter().collect(),
            due: read.when.map(|when| Some(self.due(when))),
            repeat: read.repeat.map(|read| Some(repeat(read))),
            assignees: (!people.is_empty()).then_some(people),
            keeps_time,
            ..TaskEdit::default()
        };
        read.clear.into_iter().for_each(|field| clear(&mut edit, field));
        Ok(Command::Edit { tasks, edit: Box::new(edit), expected: None })
    }
}

fn clear(edit: &mut TaskEdit, field: Field) {
    match field {
        Field::Due => edit.due = Some(None),
        Field::Priority => edit.priority = Some(None),
        Field::Repeat => edit.repeat = Some(None),
        Field::Assignee => edit.assignees = Some(Vec::new()),
    }
}

fn what_to_change() -> Refusal {
    Refusal::new(
        Code::NotUnderstood,
        "You did not say what to change.",
        "E.g. `edit 3 due friday`, `rename 3 to call Ana`, `edit 3 p1 #home`; `help edit` has more.",
    )
}
