//! The title of a task that is made of a message.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::line::typed;
use crate::api::{Api, CallError};

/// How long a form waits for all that Slack is asked about its message.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_500);

/// The first line of a message, with people and channels by their names: a title is text, and nobody is called by it. Whom
/// Slack does not name until then has none.
pub(super) async fn title_of(api: &Api, text: &str, until: Instant) -> String {
    let line = typed(text);
    let line = line.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let (mut title, mut rest) = (String::new(), line);
    while let Some((before, mention, after)) = next_mention(rest) {
        title.push_str(before);
        title.push_str(&named(api, mention, until).await);
        rest = after;
    }
    title + rest
}

/// What stands before the next `<@…>`, `<#…>` or `<!…>`, what is in it, and what stands behind it.
fn next_mention(text: &str) -> Option<(&str, &str, &str)> {
    let (at, _) = text.match_indices('<').find(|(at, _)| text[at + 1..].starts_with(['@', '#', '!']))?;
    let (inner, after) = text[at + 1..].split_once('>')?;
    Some((&text[..at], inner, after))
}

/// `@sam` of `@U2|sam`, and of `@U2` as far as Slack says who that is.
async fn named(api: &Api, mention: &str, until: Instant) -> String {
    let (mention, label) = mention.split_once('|').unwrap_or((mention, ""));
    if !label.is_empty() {
        let sign = mention.get(..1).filter(|sign| *sign != "!" && !label.starts_with(['@', '#'])).unwrap_or_default();
        return format!("{sign}{label}");
    }
    match mention.split_at_checked(1) {
        Some(("@", user)) => {
            let person = in_time(until, api.person(user)).await;
            person.map_or_else(|| "@somebody".to_owned(), |one| format!("@{}", one.called()))
        }
        Some(("#", room)) => {
            let room = in_time(until, api.room(room)).await;
            room.map_or_else(|| "#channel".to_owned(), |one| format!("#{}", one.name))
        }
        Some((_, word)) => format!("@{}", word.split('^').next().unwrap_or(word)),
        None => String::new(),
    }
}

/// What Slack says, if it says so in time.
pub(super) async fn in_time<T>(until: Instant, asking: impl Future<Output = Result<T, CallError>>) -> Option<T> {
    timeout_at(until, asking).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::next_mention;

    #[test]
    fn mentions_are_found_one_after_the_other() {
        assert_eq!(next_mention("a <b> <@U1|ana>, <#C1>"), Some(("a <b> ", "@U1|ana", ", <#C1>")));
        assert_eq!(next_mention(", <#C1>"), Some((", ", "#C1", "")));
        assert_eq!(next_mention("1 < 2 and <@U1"), None);
    }
}
