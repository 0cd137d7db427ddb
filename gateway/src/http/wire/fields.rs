//! Fields that new tasks and edits have in common, checked.

use std::collections::BTreeSet;

use domain::command::Repeat;
use domain::due::Due;
use domain::task::RepeatFrom;

use super::accepted::instead;
use super::text::Text;
use super::when::When;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problem::Problem;

/// Lower case, without `#`, one word each.
pub(crate) fn tags(tags: &[Text]) -> Result<BTreeSet<String>, Problem> {
    let tag = |tag: &Text| {
        let word = tag.trim().trim_start_matches('#').to_lowercase();
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || c.is_control() || c == ',') {
            return Err(Problem::invalid(
                format!("`tags`: “{}” is no tag.", &**tag),
                "A tag is one word without spaces and commas.",
            ));
        }
        Ok(word)
    };
    tags.iter().map(tag).collect()
}

/// The rule, what it counts from, and the wall time that the due says.
pub(crate) fn repeat(rrule: &str, from: Option<RepeatFrom>, due: Option<&Text>) -> Result<Repeat, Problem> {
    let rule = rrule.parse().map_err(|error: domain::recurrence::RuleError| {
        Problem::invalid(format!("`rrule`: {error}."), instead("rrule"))
    })?;
    // In a gap of the clocks the instant alone no longer tells which wall time was meant.
    let start = due.and_then(|due| due.parse().ok());
    Ok(Repeat { rule, start, from: from.unwrap_or_default() })
}

/// The due in the zone that was named, or the caller's.
pub(crate) async fn due(api: &Api, caller: &Caller, due: &str, zone: Option<&str>) -> Result<Due, Problem> {
    let when: When =
        due.parse().map_err(|error| Problem::invalid(format!("`due`: “{due}”: {error}."), instead("due")))?;
    Ok(when.due(api.zone(caller, zone).await?))
}

/// A field that means nothing without another.
pub(crate) fn needs(field: &str, other: &str) -> Problem {
    Problem::invalid(format!("`{field}` goes with `{other}`."), format!("Send `{other}` too, or leave `{field}` out."))
}

/// One assignee or several, as names.
pub(crate) fn assignees<'a>(one: Option<&'a Text>, all: Option<&'a [Text]>) -> Result<Vec<&'a str>, Problem> {
    match (one, all) {
        (Some(_), Some(_)) => Err(Problem::invalid(
            "`assignee` and `assignees` say the same.",
            "Send `assignee` for one person, or `assignees` for several.",
        )),
        (one, all) => Ok(one.into_iter().chain(all.unwrap_or_default()).map(|name| &**name).collect()),
    }
}
