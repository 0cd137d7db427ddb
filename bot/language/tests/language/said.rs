//! A reading in a few words, as the tables of `docs/LANGUAGE.md` show it.

use domain::recurrence::{Start, in_words};
use jiff::civil::Date;
use taskbot_language::{
    Addressee, Draft, Edit, Field, Filter, Ids, Person, Reading, Repeat, RepeatFrom, SettingsChange, Sort, Spoken,
    StatusFilter, Target, When, Whom,
};

use crate::wednesday;

/// What a line means.
pub(crate) fn said(reading: &Reading) -> String {
    match reading {
        Reading::Add(draft) => task(draft),
        Reading::List(filter) => format!("shows {}", shown(filter)),
        Reading::Done(ids) => format!("{} done", tasks(ids)),
        Reading::Reopen(ids) => format!("{} open again", tasks(ids)),
        Reading::Delete(ids) => format!("{} deleted", tasks(ids)),
        Reading::Undo => "takes back your last change".to_owned(),
        Reading::Edit(edit) => format!("{}: {}", tasks(&edit.ids), changed(edit)),
        Reading::Move(change) => format!("{} {}", tasks(&change.ids), target(&change.target)),
        Reading::Snooze(snooze) if snooze.ids == Ids::NONE => {
            format!("the last reminder again on {}", when(When::At(snooze.until)))
        }
        Reading::Snooze(snooze) => format!("{} reminds again on {}", tasks(&snooze.ids), when(When::At(snooze.until))),
        Reading::History(ids) if *ids == Ids::NONE => "what happened last".to_owned(),
        Reading::History(ids) => format!("what happened to {}", tasks(ids)),
        Reading::Help(None) => "an overview".to_owned(),
        Reading::Help(Some(topic)) => format!("all about `{}`", topic.as_str()),
        Reading::Settings(change) => set(change),
    }
}

fn joined(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> String {
    parts.into_iter().flatten().collect::<Vec<String>>().join(between)
}

fn task(draft: &Draft) -> String {
    let us = (draft.addressee == Addressee::Us).then(|| "for everybody here".to_owned());
    let tags = draft.tags.iter().map(|tag| Some(format!("#{tag}")));
    let first = [
        Some(format!("“{}”", draft.title)),
        draft.when.map(when),
        draft.repeat.as_ref().zip(draft.when).map(|(rule, first)| repeats(rule, first)),
        draft.priority.map(|level| priority(level).to_owned()),
    ];
    let whose = people(&draft.people).map(|whose| if draft.me_too { format!("{whose} and you") } else { whose });
    let last = [whose, us, draft.channel.as_ref().map(|channel| format!("in #{channel}"))];
    joined(first.into_iter().chain(tags).chain(last), " · ")
}

fn day(date: Date) -> String {
    date.strftime(if date.year() == 2026 { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
}

fn when(when: When) -> String {
    match when {
        When::Day(date) => day(date),
        When::At(at) => {
            let wall = wednesday().settings.zone.to_datetime(at);
            let clock = if wall.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
            format!("{} {}", day(wall.date()), wall.strftime(clock))
        }
    }
}

fn repeats(repeat: &Repeat, first: When) -> String {
    let start = match first {
        When::Day(day) => Start::Day(day),
        When::At(at) => Start::At(wednesday().settings.zone.to_datetime(at)),
    };
    let words = in_words(&repeat.rule, start);
    match repeat.from {
        RepeatFrom::Schedule => words,
        RepeatFrom::Completion => format!("{words}, counted from completion"),
    }
}

fn priority(level: u8) -> &'static str {
    ["urgent", "high", "medium", "low"][usize::from(level) - 1]
}

fn people(people: &[Person]) -> Option<String> {
    let names: Vec<&str> = people.iter().map(Person::as_str).collect();
    (!names.is_empty()).then(|| format!("for {}", names.join(" and ")))
}

fn tasks(ids: &Ids) -> String {
    match ids {
        Ids::Numbers(numbers) => numbers.iter().map(|n| format!("#{n}")).collect::<Vec<String>>().join(" "),
        Ids::Spoken(Spoken::It) => "it".to_owned(),
        Ids::Spoken(Spoken::Them) => "all of them".to_owned(),
        Ids::Spoken(Spoken::Nth(nth)) => format!("no. {nth} of the list"),
        Ids::Spoken(Spoken::Last) => "the last of the list".to_owned(),
        Ids::Named(words) => format!("the task with “{words}”"),
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::To(to) => format!("to {}", when(*to)),
        Target::Day(date) => format!("to {}, at its own time", day(*date)),
        Target::Time(at) => {
            format!("to {}, on its own day", wednesday().settings.zone.to_datetime(*at).strftime("%H:%M"))
        }
        Target::By(span) => format!("{span:#} later"),
    }
}

fn changed(edit: &Edit) -> String {
    let cleared = edit.clear.iter().map(|field| {
        Some(match field {
            Field::Due => "no date".to_owned(),
            Field::Priority => "no priority".to_owned(),
            Field::Repeat => "no repeat".to_owned(),
            Field::Assignee => "nobody's".to_owned(),
        })
    });
    let first = [
        edit.title.as_ref().map(|title| format!("“{title}”")),
        edit.when.map(when),
        edit.repeat.as_ref().zip(edit.when).map(|(rule, first)| repeats(rule, first)),
        edit.priority.map(|level| priority(level).to_owned()),
    ];
    let tags = edit.tags.iter().map(|tag| Some(format!("#{tag}")));
    let gone = edit.remove_tags.iter().map(|tag| Some(format!("without #{tag}")));
    let whose = [people(&edit.people), edit.to_me.then(|| "yours".to_owned())];
    joined(first.into_iter().chain(tags).chain(gone).chain(whose).chain(cleared), " · ")
}

fn shown(filter: &Filter) -> String {
    let status = match filter.status {
        None => "what is open",
        Some(StatusFilter::Done) => "what is done",
        Some(StatusFilter::Missed) => "what was missed",
        Some(StatusFilter::Past) => "past reminders",
        Some(StatusFilter::Skipped) => "what was skipped",
        Some(StatusFilter::Deleted) => "what was deleted",
        Some(StatusFilter::All) => "everything",
    };
    let mine = filter.assignee.as_ref().map(|whom| match whom {
        Whom::Me => "yours".to_owned(),
        Whom::Person(person) => format!("of {}", person.as_str()),
    });
    let levels: Vec<&str> = filter.priority.iter().map(|level| priority(*level)).collect();
    let sort = filter.sort.map(|sort| match sort {
        Sort::Due => "by date",
        Sort::Priority => "by priority",
        Sort::Created => "newest first",
    });
    let days = match (filter.due_from, filter.due_to) {
        (Some(from), Some(to)) if from == to => Some(format!("on {}", day(from))),
        (Some(from), Some(to)) => Some(format!("from {} to {}", day(from), day(to))),
        (Some(from), None) => Some(format!("from {}", day(from))),
        (None, to) => to.map(|to| format!("up to {}", day(to))),
    };
    let tags = filter.tags.iter().map(|tag| Some(format!("#{tag}")));
    let first = [Some(status.to_owned()), mine, filter.overdue.then(|| "and late".to_owned()), days];
    let last = [
        filter.no_due.then(|| "without a date".to_owned()),
        (!levels.is_empty()).then(|| levels.join(" or ")),
        filter.text.as_ref().map(|text| format!("with “{text}”")),
        sort.map(str::to_owned),
        filter.limit.map(|limit| format!("{limit} at most")),
    ];
    joined(first.into_iter().chain(tags).chain(last), ", ")
}

fn set(change: &SettingsChange) -> String {
    let order = change.day_first.map(|day| if day { "4/5 is 4 May" } else { "4/5 is April 5" });
    let clock = change.hours_24.map(|hours| if hours { "“at 5” is 05:00" } else { "“at 5” is 17:00" });
    let all = joined(
        [
            change.timezone.as_ref().map(|zone| format!("your zone is {zone}")),
            change.default_time.map(|time| format!("a day reminds at {}", time.strftime("%H:%M"))),
            order.map(str::to_owned),
            change.week_start.map(|day| format!("weeks begin on {day:?}")),
            clock.map(str::to_owned),
        ],
        ", ",
    );
    if all.is_empty() { "your settings".to_owned() } else { all }
}
