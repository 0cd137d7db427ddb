use serde_json::{Map, Value};

/// The arguments of a call, from a form, a query or a JSON body.
#[derive(Clone, Debug, Default)]
pub(super) struct Args(Map<String, Value>);

impl Args {
    /// From pairs of names and texts.
    pub(super) fn of_form(form: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(form);
        Self(pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect())
    }

    /// From a JSON object; nothing from anything else.
    pub(super) fn of_json(json: &[u8]) -> Self {
        Self(serde_json::from_slice(json).unwrap_or_default())
    }

    /// Both; the other's come first.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// An argument as text; `None` if it is missing or empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = match self.0.get(name)? {
            Value::String(text) => text.clone(),
            Value::Null => return None,
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// An argument as a whole number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }

    /// Whether an argument says yes.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).as_deref(), Some("true" | "1"))
    }

    /// An argument that is JSON, also where it came as text.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, serde_json::Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// All of them, for the ledger.
    pub(super) fn all(&self) -> Value {
        Value::Object(self.0.clone())
    }
}
