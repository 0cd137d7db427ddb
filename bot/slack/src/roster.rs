//! Who and which groups are in a workspace, for names that Slack has not resolved.

use std::collections::HashSet;

use domain::ports::chat::Called;
use strsim::normalized_damerau_levenshtein;
use tracing::warn;

use crate::api::{CallError, Group, Person};

/// So many names that look alike are offered,
const NEAR: usize = 3;
/// and so much of them must be alike, from 0 to 1.
const ALIKE: f64 = 0.6;
/// So many who share a name are told apart.
const SHARED: usize = 5;

/// The people and groups of a workspace.
#[derive(Debug)]
pub(crate) struct Roster {
    people: Vec<Person>,
    /// Bots, and those who are not there any more.
    others: HashSet<String>,
    groups: Vec<Group>,
}

/// Whom a name means.
pub(crate) enum Found {
    /// The answer.
    Called(Called),
    /// The group with this id.
    Group(String),
}

impl Roster {
    /// Of everybody whom Slack lists, and these groups.
    pub(crate) fn new(listed: Vec<Person>, groups: Vec<Group>) -> Self {
        let (people, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(Person::is_there);
        Self { people, others: others.into_iter().map(|other| other.id).collect(), groups }
    }

    /// Somebody who is there.
    pub(crate) fn person(&self, user: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == user)
    }

    /// Whether that is a bot, or somebody who is not there any more.
    pub(crate) fn lacks(&self, user: &str) -> bool {
        self.others.contains(user)
    }

    /// Whom the name means: a handle alone, else whoever is called so.
    pub(crate) fn find(&self, name: &str) -> Found {
        let name = name.to_lowercase();
        if let Some(person) = self.people.iter().find(|person| person.name.to_lowercase() == name) {
            return Found::Called(Called::These(vec![person.id.clone()]));
        }
        if let Some(group) = self.groups.iter().find(|group| group.handle.to_lowercase() == name) {
            return Found::Group(group.id.clone());
        }
        let called: Vec<&Person> = self.people.iter().filter(|person| goes_by(person, &name)).collect();
        Found::Called(match called.as_slice() {
            [only] => Called::These(vec![only.id.clone()]),
            [] => Called::Nobody { near: self.near(&name) },
            several => Called::Several(several.iter().take(SHARED).map(|person| person.called().to_owned()).collect()),
        })
    }

    /// The names that look most like it.
    fn near(&self, name: &str) -> Vec<String> {
        let people = self.people.iter().flat_map(|person| [person.name.as_str(), person.called()]);
        let names = people.chain(self.groups.iter().map(|group| group.handle.as_str()));
        let mut near: Vec<(f64, &str)> = names.map(|one| (likeness(&one.to_lowercase(), name), one)).collect();
        near.retain(|(likeness, _)| *likeness >= ALIKE);
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        near.dedup_by(|one, other| one.1 == other.1);
        near.into_iter().take(NEAR).map(|(_, name)| name.to_owned()).collect()
    }
}

/// How much two names are alike, from 0 to 1; the beginning of a name is the name.
fn likeness(one: &str, name: &str) -> f64 {
    let begins = one.split_whitespace().any(|word| word == name);
    if begins { 1.0 } else { normalized_damerau_levenshtein(one, name) }
}

/// Whether somebody is shown by this name, or by its words without the spaces.
fn goes_by(person: &Person, name: &str) -> bool {
    let shown = [&person.profile.display_name, &person.profile.real_name];
    shown
        .iter()
        .map(|shown| shown.to_lowercase())
        .any(|shown| shown == name || shown.replace(' ', ".") == name || shown.split_whitespace().next() == Some(name))
}

/// The id of a group as it stands in a line: `<!subteam^S1>`, `<!subteam^S1|@ops>`.
pub(crate) fn group_id(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("<!subteam^")?.trim_end_matches('>');
    let id = inner.split('|').next()?;
    (!id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric())).then_some(id)
}

/// The answer, or nothing if there is no such thing or Slack does not show it.
pub(crate) fn there<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Refused(word)) => {
            warn!(word, "Slack shows no such thing");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str, shown: &str) -> Person {
        let told = serde_json::json!({ "id": id, "name": name, "profile": { "display_name": shown } });
        serde_json::from_value(told).expect("a person")
    }

    fn roster() -> Roster {
        let people = vec![
            person("U1", "ana", "Ana"),
            person("U2", "sam.lee", "Sam Lee"),
            person("U3", "samk", "Sam Kay"),
            person("U4", "zoe", ""),
        ];
        Roster::new(people, vec![Group { id: "S1".into(), handle: "ops-group".into() }])
    }

    fn called(name: &str) -> Called {
        match roster().find(name) {
            Found::Called(called) => called,
            Found::Group(id) => Called::These(vec![id]),
        }
    }

    #[test]
    fn a_handle_a_shown_name_or_a_group_is_found_whatever_its_case() {
        for (name, id) in [("Ana", "U1"), ("sam.lee", "U2"), ("sam.kay", "U3"), ("OPS-group", "S1")] {
            assert_eq!(called(name), Called::These(vec![id.to_owned()]), "{name}");
        }
    }

    #[test]
    fn a_name_that_two_people_share_is_told_apart() {
        assert_eq!(called("sam"), Called::Several(vec!["Sam Lee".to_owned(), "Sam Kay".to_owned()]));
    }

    #[test]
    fn whoever_looks_like_it_is_offered_where_nobody_is_called_so() {
        assert_eq!(called("anna"), Called::Nobody { near: vec!["Ana".to_owned(), "ana".to_owned()] });
        assert_eq!(called("ops-grup"), Called::Nobody { near: vec!["ops-group".to_owned()] });
        assert_eq!(called("xyzzy"), Called::Nobody { near: vec![] });
    }

    #[test]
    fn the_id_of_a_group_is_read_with_and_without_its_handle() {
        assert_eq!(group_id("<!subteam^S1|@ops>"), Some("S1"));
        assert_eq!(group_id("<!subteam^S1>"), Some("S1"));
        assert_eq!(group_id("<!here>"), None);
    }
}
