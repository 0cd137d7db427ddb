//! From names and platform ids to people.

use domain::ids::PersonId;
use domain::person::{Identity, Person as Known, Settings};
use domain::ports::chat::{Called, Profile};
use domain::refusal::{Code, Refusal};
use domain::task::ASSIGNEES_MAX;
use domain::tenant::Platform;
use language::Person;

use super::talk::Talk;
use crate::reply::answer::No;

impl Talk<'_> {
    /// Everybody named, each once, in the order typed; of a group its members. One unknown name refuses the whole line.
    pub(super) async fn people(&self, named: &[Person]) -> Result<Vec<PersonId>, No> {
        let mut people = Vec::with_capacity(named.len());
        for person in named {
            for id in self.meant(person).await? {
                if !people.contains(&id) {
                    people.push(id);
                }
            }
        }
        Ok(people)
    }

    /// The text with names in it where the platform sent ids of people, groups and channels.
    pub(super) async fn with_names(&self, text: &str) -> Result<String, No> {
        let (mut named, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, behind)) = rest.split_once('<') {
            named.push_str(before);
            let mention = behind.split_once('>').filter(|(mention, _)| mention.starts_with(['@', '!', '#']));
            let name = match mention {
                Some((mention, _)) if mention.starts_with('#') => self.name_of_channel(&mention[1..]).await,
                Some((mention, _)) => self.name_of(mention).await?,
                None => None,
            };
            match name.zip(mention) {
                Some((name, (_, after))) => {
                    named.push_str(&name);
                    rest = after;
                }
                None => {
                    named.push('<');
                    rest = behind;
                }
            }
        }
        Ok(named + rest)
    }

    /// The name in a mention without its brackets, or of the person whom it means; `None` if nobody knows it.
    async fn name_of(&self, mention: &str) -> Result<Option<String>, No> {
        if let Some((_, label)) = mention.split_once('|') {
            return Ok(Some(format!("@{}", label.trim_start_matches('@'))));
        }
        let Some(id) = mention.strip_prefix('@').filter(|id| !id.starts_with('&')) else { return Ok(None) };
        let known = self.introduced(vec![id.trim_start_matches('!').to_owned()]).await?;
        let Some(person) = known.first() else { return Ok(None) };
        Ok(self.service().people.person(*person).await?.map(|person| format!("@{}", person.name)))
    }

    /// The one person named.
    pub(super) async fn person(&self, named: &Person) -> Result<PersonId, No> {
        match self.meant(named).await?.as_slice() {
            [only] => Ok(*only),
            several => Err(not_one(several.len()).into()),
        }
    }

    /// Everybody whom one name means; of a group those who are there.
    async fn meant(&self, named: &Person) -> Result<Vec<PersonId>, No> {
        let users = match named {
            Person::Name(name) if name == "me" => return Ok(vec![self.me.id]),
            Person::Name(name) if self.platform() == Platform::Console => vec![name.to_lowercase()],
            Person::Name(name) => self.called(name).await?,
            Person::Id(id) => vec![id.clone()],
            Person::Group(text) => self.group(text).await?,
        };
        let alone = users.len() == 1 && !matches!(named, Person::Group(_));
        let people = self.introduced(users).await?;
        match people.is_empty() {
            false => Ok(people),
            true if alone => Err(self.unknown(named, &[]).into()),
            true => Err(nobody_in_it().into()),
        }
    }

    async fn called(&self, name: &str) -> Result<Vec<String>, No> {
        match self.service().directory.called(&self.message.tenant, name).await? {
            Called::These(users) => few(users),
            Called::Several(names) => Err(ambiguous(name, &names).into()),
            Called::Nobody { near } => Err(self.unknown(&Person::Name(name.to_owned()), &near).into()),
        }
    }

    async fn group(&self, text: &str) -> Result<Vec<String>, No> {
        if ["<!here", "<!channel", "<!everyone"].iter().any(|all| text.starts_with(all)) {
            return Err(everybody().into());
        }
        match self.service().directory.group(&self.message.tenant, text).await? {
            Some(users) if users.is_empty() => Err(nobody_in_it().into()),
            Some(users) => few(users),
            None => Err(self.unknown(&Person::Group(text.to_owned()), &[]).into()),
        }
    }

    /// The people behind users, made known if the platform knows them and the service does not yet. Whom neither knows is
    /// left out.
    async fn introduced(&self, users: Vec<String>) -> Result<Vec<PersonId>, No> {
        let tenant = &self.message.tenant;
        let (mut known, mut strangers) = (Vec::with_capacity(users.len()), Vec::new());
        for user in users {
            let identity = Identity { tenant: tenant.clone(), user };
            let person = self.service().people.who_is(&identity).await?;
            strangers.extend(person.is_none().then(|| identity.user.clone()));
            known.push((identity, person));
        }
        if strangers.is_empty() {
            return Ok(known.into_iter().filter_map(|(_, person)| Some(person?.id)).collect());
        }
        let mut profiles = self.service().directory.profiles(tenant, &strangers).await?.into_iter();
        let (mut people, mut untold) = (Vec::with_capacity(known.len()), None);
        for (identity, person) in known {
            let person = match person {
                Some(person) => Some(person),
                None => match profiles.next().unwrap_or(Ok(None)) {
                    Ok(profile) => self.met(&identity, profile).await?,
                    Err(error) => {
                        untold.get_or_insert(error);
                        None
                    }
                },
            };
            people.extend(person.map(|person| person.id));
        }
        // Those of whom it was told are asked about no more when it is said again.
        match untold {
            Some(error) => Err(error.into()),
            None => Ok(people),
        }
    }

    /// Somebody as the platform knows them, if it does.
    async fn met(&self, identity: &Identity, profile: Option<Profile>) -> Result<Option<Known>, No> {
        let Some(profile) = profile else { return Ok(None) };
        let settings = Settings::of_profile(profile.zone);
        let newcomer = Known { id: PersonId(self.service().ids.fresh()), name: profile.name, settings, version: 1 };
        Ok(Some(self.service().people.introduce(identity, newcomer).await?))
    }

    fn platform(&self) -> Platform {
        self.message.tenant.platform()
    }

    fn unknown(&self, named: &Person, near: &[String]) -> Refusal {
        let name = named.as_str();
        let sentence = match named {
            Person::Group(_) => "I know no such group here.".to_owned(),
            Person::Name(_) => format!("I know no @{name} here."),
            Person::Id(_) => "Somebody whom you named is a bot, or not here any more.".to_owned(),
        };
        let next = match self.platform() {
            _ if matches!(named, Person::Group(_)) => "Name each of them, e.g. `@ana and @sam`.".to_owned(),
            _ if matches!(named, Person::Id(_)) => "Name somebody who is here.".to_owned(),
            _ if !near.is_empty() => format!("Did you mean {}? Pick the name from the list after `@`.", or(near)),
            Platform::Console => format!(
                "They must have spoken to me once (`taskbot console --user {name}`); \
                 in quotes, as in `\"@{name}\"`, it is only text."
            ),
            Platform::Slack | Platform::Discord => "Pick the name from the list that opens after `@`.".to_owned(),
        };
        Refusal::new(Code::Unknown, sentence, next)
    }
}

fn few(users: Vec<String>) -> Result<Vec<String>, No> {
    if users.len() <= ASSIGNEES_MAX {
        return Ok(users);
    }
    let sentence = format!("That group has {} people; one task is for {ASSIGNEES_MAX} at most.", users.len());
    Err(Refusal::new(Code::Invalid, sentence, "Remind their channel instead, e.g. `remind #ops to …`.").into())
}

fn not_one(people: usize) -> Refusal {
    let sentence = format!("That is a group of {people}; here I need one person.");
    Refusal::new(Code::NotUnderstood, sentence, "Name one of them, e.g. `@ana`.")
}

fn nobody_in_it() -> Refusal {
    Refusal::new(Code::Unknown, "Nobody is in that group.", "Name whom you mean, e.g. `@ana and @sam`.")
}

fn everybody() -> Refusal {
    let sentence = "I call nobody by @here, @channel or @everyone.";
    Refusal::new(Code::NotAllowed, sentence, "`remind us to …` reminds the channel; name those who are to be called.")
}

fn ambiguous(name: &str, names: &[String]) -> Refusal {
    let sentence = format!("Which @{name}? That could be {}.", or(names));
    Refusal::new(Code::NotUnderstood, sentence, "Pick the name from the list that opens after `@`.")
}

/// `@ana, @anna or @hannah`.
fn or(names: &[String]) -> String {
    let plain: Vec<String> = names.iter().map(|name| format!("@{}", name.replace('`', "'"))).collect();
    match plain.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
