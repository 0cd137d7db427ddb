use serde_json::Value;

use super::shapes::Shape;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Flaws(Vec<String>);

impl Flaws {
    pub(super) fn all(self) -> Vec<String> {
        self.0
    }

    /// Something is wrong at this place.
    pub(super) fn add(&mut self, what: impl AsRef<str>, at: &str) {
        self.0.push(format!("{} [json-pointer:{at}]", what.as_ref()));
    }

    /// All fields that must be there, and none that nobody knows.
    pub(super) fn fields(&mut self, value: &Value, at: &str, shape: &Shape) {
        for name in shape.must.split(' ').filter(|name| !name.is_empty() && value.get(*name).is_none()) {
            self.add(format!("missing required field: {name}"), at);
        }
        let known = |name: &str| {
            let all = shape.must.split(' ').chain(shape.may.split(' '));
            ["type", "block_id"].into_iter().chain(all).any(|one| one == name)
        };
        for name in value.as_object().into_iter().flatten().map(|(name, _)| name).filter(|name| !known(name)) {
            self.add(format!("invalid additional property: {name}"), at);
        }
    }

    /// A text, if it is there, of so many characters.
    pub(super) fn length(&mut self, value: &Value, name: &str, at: &str, least: usize, most: usize) {
        let Some(found) = value.get(name).filter(|found| !found.is_null()) else { return };
        let at = format!("{at}/{name}");
        let Some(text) = found.as_str() else {
            return self.add("must provide a string", &at);
        };
        let count = text.chars().count();
        if count < least {
            self.add(format!("must be more than {} characters", least - 1), &at);
        }
        if count > most {
            self.add(format!("must be less than {} characters", most + 1), &at);
        }
    }

    /// A list, if it is there, of so many.
    pub(super) fn list<'a>(
        &mut self,
        value: &'a Value,
        name: &str,
        at: &str,
        least: usize,
        most: usize,
    ) -> &'a [Value] {
        let Some(found) = value.get(name) else { return &[] };
        let at = format!("{at}/{name}");
        let Some(list) = found.as_array() else {
            self.add("must provide an array", &at);
            return &[];
        };
        if list.len() < least {
            self.add(format!("no fewer than {least} items allowed"), &at);
        }
        if list.len() > most {
            self.add(format!("no more than {most} items allowed"), &at);
        }
        list
    }

    /// One of these words, if it is there.
    pub(super) fn word(&mut self, value: &Value, name: &str, at: &str, words: &[&str]) {
        if let Some(found) = value.get(name)
            && found.as_str().is_none_or(|found| !words.contains(&found))
        {
            self.add(format!("must be one of: {}", words.join(", ")), &format!("{at}/{name}"));
        }
    }
}
