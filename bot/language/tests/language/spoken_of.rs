//! Of whom and of what a line only speaks.

use taskbot_language::{Draft, Reading, Verbatim, read};

use crate::wednesday;

fn draft(line: &str) -> Draft {
    match read(line, &wednesday()).expect(line) {
        Reading::Add(draft) => draft,
        other => panic!("{line:?} is {other:?}"),
    }
}

/// What a line says word for word: title, people and channel to whom it speaks.
fn word_for_word(line: &str) -> Option<(String, Vec<String>, Option<String>)> {
    let Verbatim { to, channel, title } = draft(line).verbatim?;
    Some((title, to.iter().map(|one| one.as_str().to_owned()).collect(), channel))
}

#[test]
fn a_channel_and_people_that_are_only_spoken_of_stand_in_what_is_said_word_for_word() {
    for (line, title, to, channel) in [
        ("remind me to check <#C1|ops> tomorrow 9am", "check <#C1|ops>", &[][..], None),
        ("check <#C1|ops> friday p1 #x", "check <#C1|ops>", &[], None),
        ("remind me to post the summary in <#C1> at 5pm", "post the summary in <#C1>", &[], None),
        ("remind @sam to look at <#C1|layoffs> at 5pm", "look at <#C1|layoffs>", &["sam"], None),
        ("remind me to ask @sam in <#C1|ops> about it friday", "ask @sam in <#C1|ops> about it", &[], None),
        ("remind <#C1|ops> to ask in <#C2|web> friday", "ask in <#C2|web>", &[], Some("C1")),
        ("remind us in <#C1|ops> to ask @sam in <#C2|web>", "ask in <#C2|web>", &["sam"], Some("C1")),
        ("remind us to look at <#C1|ops> friday", "look at <#C1|ops>", &[], None),
        ("tell @sam of <#C1|ops>", "tell of <#C1|ops>", &["sam"], None),
        ("remind me about <#C1|ops> tomorrow", "<#C1|ops>", &[], None),
    ] {
        let to = to.iter().map(|&name: &&str| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(word_for_word(line), Some((title.to_owned(), to, channel.map(str::to_owned))), "{line}");
    }
}

#[test]
fn a_channel_that_is_spoken_to_is_the_place() {
    for line in [
        "remind <#C1|ops> to rotate the keys friday",
        "remind us in <#C1|ops> to rotate the keys friday",
        "remind us <#C1|ops> to rotate the keys friday",
        "remind us in <#C1|ops> friday to rotate the keys",
    ] {
        let draft = draft(line);
        assert_eq!((draft.title.as_str(), draft.channel.as_deref()), ("rotate the keys", Some("C1")), "{line}");
        assert_eq!(draft.verbatim, None, "{line}");
    }
}

#[test]
fn a_plain_line_that_is_nothing_but_a_channel_has_no_title() {
    assert!(read("add <#C1|ops> tomorrow", &wednesday()).is_err());
}
