//! From names and platform ids to people.

use domain::ids::PersonId;
use domain::person::Identity;
use domain::refusal::{Code, Refusal};
use domain::tenant::Platform;
use language::Person;

use super::talk::Talk;
use crate::reply::answer::No;

impl Talk<'_> {
    /// Everybody named, each once, in the order typed. One unknown name refuses the whole line.
    pub(super) async fn people(&self, named: &[Person]) -> Result<Vec<PersonId>, No> {
        let mut people = Vec::with_capacity(named.len());
        for person in named {
            let id = self.person(person).await?;
            if !people.contains(&id) {
                people.push(id);
            }
        }
        Ok(people)
    }

    /// The person named.
    pub(super) async fn person(&self, named: &Person) -> Result<PersonId, No> {
        let user = match named {
            Person::Name(name) if name == "me" => return Ok(self.me.id),
            Person::Name(name) if self.platform() == Platform::Console => name.to_lowercase(),
            Person::Id(id) => id.clone(),
            Person::Name(_) | Person::Group(_) => return Err(self.unknown(named).into()),
        };
        let identity = Identity { tenant: self.message.tenant.clone(), user };
        let known = self.service().people.who_is(&identity).await?;
        Ok(known.ok_or_else(|| self.unknown(named))?.id)
    }

    fn platform(&self) -> Platform {
        self.message.tenant.platform()
    }

    fn unknown(&self, named: &Person) -> Refusal {
        let name = named.as_str();
        let sentence = match named {
            Person::Group(_) => "I know no such group here.".to_owned(),
            Person::Name(_) | Person::Id(_) => format!("I know no @{name} here."),
        };
        let next = match self.platform() {
            _ if matches!(named, Person::Group(_)) => "Name each of them, e.g. `@ana and @sam`.".to_owned(),
            Platform::Console => format!(
                "They must have spoken to me once (`taskbot console --user {name}`); \
                 in quotes, as in `\"@{name}\"`, it is only text."
            ),
            Platform::Slack | Platform::Discord => "Pick the name from the list that opens after `@`.".to_owned(),
        };
        Refusal::new(Code::Unknown, sentence, next)
    }
}
