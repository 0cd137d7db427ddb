//! What help says. Every example is a line that the turn understands, and stands in `docs/LANGUAGE.md`; tests type
//! them all.

use language::CommandName;

/// A page of help.
pub(crate) struct Topic {
    /// What the command does, in a sentence or two.
    pub says: &'static str,
    /// Lines to type, and what they do.
    pub examples: &'static [(&'static str, &'static str)],
}

/// The overview: what to type, and what it does.
pub(crate) const OVERVIEW: &[(&str, &str)] = &[
    ("call Ana tomorrow 5pm #home !high", "a task with a time, a tag and a priority"),
    ("remind me to stretch in 20 minutes", "a reminder, for you alone"),
    ("water the plants every other friday 9am", "comes again until you delete it"),
    ("list", "what is open; also `list today`, `find word`"),
    ("done 3", "completes it; `reopen 3` opens it again"),
    ("move 3 to friday 3pm", "another day; `snooze 3 20m` only puts the reminder off"),
    ("edit 3 due monday p1 #work", "changes it; `rename 3 to …`, `assign 3 to @sam`"),
    ("delete 3", "gone; `skip 3` leaves out one of a series"),
    ("history 3", "what happened to it"),
    ("undo", "takes your last change back"),
    ("settings", "your time zone, your default time"),
    ("web", "where the HTTP API is"),
];

/// The pages, by the word after `help`.
const TOPICS: &[(&str, Topic)] = &[
    ("add", ADD),
    ("remind", ADD),
    ("list", LIST),
    ("find", LIST),
    ("done", DONE),
    ("skip", SKIP),
    ("claim", CLAIM),
    ("stop", STOP),
    ("allow", STOP),
    ("reopen", REOPEN),
    ("undo", UNDO),
    ("edit", EDIT),
    ("move", MOVE),
    ("snooze", SNOOZE),
    ("delete", DELETE),
    ("history", HISTORY),
    ("help", HELP),
    ("settings", SETTINGS),
    ("timezone", SETTINGS),
    ("web", WEB),
];

/// The page for a word.
pub(crate) fn named(word: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|(name, _)| *name == word).map(|(_, topic)| topic)
}

/// The page for a command.
pub(crate) fn of(command: CommandName) -> &'static Topic {
    named(command.as_str()).unwrap_or(&HELP)
}

const ADD: Topic = Topic {
    says: "Whatever is no command is a new task. Say when, and I remind you; quotes keep words that look like a date.",
    examples: &[
        ("call Ana tomorrow 5pm", "a day and a time"),
        ("pay rent on the 1st", "a day: I remind you at your default time"),
        ("remind me to stretch in 20 minutes", "for you alone, wherever you type it"),
        ("remind @sam to deploy friday 3pm", "reminds somebody else"),
        ("remind #ops to rotate keys every monday 9am", "reminds a channel"),
        ("stand-up every weekday 9:30", "comes again"),
        ("water the plants every! 3 days", "again 3 days after it was done"),
        ("ship release tomorrow !high #ops @sam", "priority, tag, person"),
        ("read \"the day after tomorrow\"", "in quotes nothing is a date"),
    ],
};

const LIST: Topic = Topic {
    says: "Shows what is open: in a channel the channel's tasks, in a direct message yours.",
    examples: &[
        ("list", "all that is open"),
        ("list today", "also `overdue`, `this week`, `friday`, `before friday`, `no date`"),
        ("list #home p1", "by tag and priority"),
        ("list @sam", "somebody's; `my tasks` for yours"),
        ("list done", "what was completed; `list all` for everything"),
        ("list past", "reminders that came and were not ticked"),
        ("list sorted by priority top 5", "in another order, and only so many"),
        ("find release notes", "by words"),
    ],
};

const DONE: Topic = Topic {
    says: "Completes tasks. Of a recurring task only this one: the next one comes by itself.",
    examples: &[
        ("done 3", "the task with that number"),
        ("done 3, 5 and 7", "several at once; one `undo` takes all back"),
        ("done it", "what was just spoken of; after a list also `done the second one`"),
        ("done the deck task", "by words of its title; I ask if it could be several"),
    ],
};

const SKIP: Topic = Topic {
    says: "Leaves out this one of a recurring task; the next one comes as usual.",
    examples: &[("skip 3", "only this time")],
};

const STOP: Topic = Topic {
    says: "Ends reminders that somebody else set for you. Whoever set them is told.",
    examples: &[
        ("stop 3", "no more reminders of it, of a series neither"),
        ("stop", "of what came last"),
        ("stop all from @sam", "nothing more that Sam sets for you, now and later"),
        ("allow @sam", "takes Sam's reminders again"),
    ],
};

const CLAIM: Topic = Topic {
    says: "Takes a task over: it is yours, and its reminders mention you.",
    examples: &[("claim 3", "assigns it to you")],
};

const REOPEN: Topic = Topic {
    says: "Opens again what was done, skipped or deleted.",
    examples: &[("reopen 3", "it is to be done again")],
};

const UNDO: Topic = Topic {
    says: "Takes back your own last change in this conversation, within 24 hours, unless somebody changed the same since.",
    examples: &[("undo", "as if it had not happened")],
};

const EDIT: Topic = Topic {
    says: "Changes fields; of a recurring task the whole series from now on.",
    examples: &[
        ("rename 3 to call Ana and Bo", "the title"),
        ("edit 3 due friday", "the day; `no date` clears it"),
        ("edit 3 every monday", "the recurrence, at the time that it had; `no repeat` ends it"),
        ("edit 3 p1 #home", "priority and tags"),
        ("untag 3 #home", "takes a tag away"),
        ("assign 3 to @sam", "the person; `unassign 3` clears it"),
    ],
};

const MOVE: Topic = Topic {
    says: "Moves a task to another day or time, or to another list. Of a recurring task only this one.",
    examples: &[
        ("move 3 to friday 3pm", "a day, with or without a time"),
        ("postpone 3 by 2 days", "from where it is"),
        ("move it to friday", "what was just spoken of"),
        ("no, friday", "right after a reply: that day instead, at the same time; also `no, 5pm`"),
        ("move 3 to my list", "for you alone"),
        ("move 3 to #ops", "for everybody in that channel"),
    ],
};

const SNOOZE: Topic = Topic {
    says: "Puts the next reminder off. The due stays where it is; `move` changes that.",
    examples: &[
        ("snooze 3 20m", "20 minutes from now"),
        ("snooze 3 until tomorrow 9am", "until then"),
        ("snooze 2h", "the last reminder that came here"),
        ("snooze", "the last reminder, by an hour"),
    ],
};

const DELETE: Topic = Topic {
    says: "Deletes a task; of a recurring one the whole series. It can be brought back for 30 days.",
    examples: &[("delete 3", "gone"), ("undo", "brings it back"), ("skip 3", "leaves out only this one of a series")],
};

const HISTORY: Topic = Topic {
    says: "Shows what happened, who did it and when.",
    examples: &[("history 3", "of one task"), ("history", "of all that concerns you, latest first")],
};

const HELP: Topic = Topic {
    says: "Tells what can be typed.",
    examples: &[("help", "an overview"), ("help snooze", "one command, with examples")],
};

const SETTINGS: Topic = Topic {
    says: "Shows and changes how your words are read and when you are reminded.",
    examples: &[
        ("settings", "what is set"),
        ("timezone Europe/Madrid", "your zone; what follows it moves along"),
        ("set default time 8:30", "when a day without a time reminds"),
        ("set date order dmy", "4/5 is 4 May then; `mdy` for April 5"),
        ("set week start sunday", "which day `next week` is; also `monday`, `saturday`"),
        ("set clock 24h", "`at 5` is 05:00 then; `12h` for 17:00"),
    ],
};

const WEB: Topic =
    Topic { says: "Tells where the HTTP API is, and how to sign in.", examples: &[("web", "the address")] };

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use language::{CommandName, Context, Reading, Settings, read_in_conversation};

    use super::{OVERVIEW, TOPICS, named};

    /// Lines that the turn takes before the grammar.
    const OWN: [&str; 10] = [
        "skip 3",
        "claim 3",
        "stop 3",
        "stop",
        "stop all from @sam",
        "allow @sam",
        "move 3 to my list",
        "move 3 to #ops",
        "web",
        "list",
    ];

    fn read(line: &str) -> Reading {
        let now = "2026-03-04T09:00:00Z".parse().expect("an instant");
        let context = Context { now, settings: Settings::new(TimeZone::UTC) };
        read_in_conversation(line, &context, 5).unwrap_or_else(|misread| panic!("{line}: {misread}"))
    }

    #[test]
    fn every_example_does_what_its_page_is_about() {
        for (word, topic) in TOPICS {
            let adds = matches!(*word, "add" | "remind");
            for (line, _) in topic.examples.iter().filter(|(line, _)| !OWN.contains(line)) {
                assert_eq!(read(line).command() == CommandName::Add, adds, "{word}: {line}");
            }
        }
    }

    #[test]
    fn every_example_stands_on_the_page_of_what_can_be_typed() {
        let page = include_str!("../../../docs/LANGUAGE.md");
        let all = OVERVIEW.iter().chain(TOPICS.iter().flat_map(|(_, topic)| topic.examples));
        let missing: Vec<&str> =
            all.map(|(line, _)| *line).filter(|line| !page.contains(&format!("`{line}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_line_of_the_overview_can_be_typed_and_every_command_has_a_page() {
        for (line, _) in OVERVIEW.iter().filter(|(line, _)| !OWN.contains(line)) {
            read(line);
        }
        for command in CommandName::ALL {
            assert!(named(command.as_str()).is_some(), "{}", command.as_str());
        }
    }
}
