//! Query strings, as strict as bodies: unknown and doubled names are errors that name them.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::wire::accepted::{instead, instead_of};

/// The most rows of a page.
const LIMIT_MAX: u32 = 200;
/// The rows of a page when nothing was said.
const LIMIT_DEFAULT: u32 = 50;

/// Parameters that may stand several times; each also takes a list with commas.
const REPEATABLE: &[&str] = &["status", "priority", "tag", "event_type"];

/// A query string, read into a struct that names every parameter it takes.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let fields = fields(parts.uri.query().unwrap_or_default())?;
        serde_path_to_error::deserialize(Value::Object(fields)).map(Self).map_err(|error| {
            let path = error.path().to_string();
            let named = if path == "." { String::new() } else { format!("`{path}`: ") };
            let what = error.inner().to_string();
            let step = if what.starts_with("unknown field") { instead_of("") } else { instead(&path) };
            Problem::bad_request(format!("{named}{what}."), step)
        })
    }
}

fn fields(query: &str) -> Result<Map<String, Value>, Problem> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.contains('\0') {
            return Err(refused(&name, format!("`{name}` contains NUL.")));
        }
        let value = match fields.get(&*name) {
            None => value.into_owned(),
            Some(Value::String(before)) if REPEATABLE.contains(&&*name) => format!("{before},{value}"),
            Some(_) => return Err(refused(&name, format!("`{name}` stands twice."))),
        };
        fields.insert(name.into_owned(), Value::String(value));
    }
    Ok(fields)
}

/// A parameter that makes no sense.
pub(crate) fn refused(name: &str, detail: impl Into<String>) -> Problem {
    Problem::bad_request(detail, instead(name))
}

/// How many rows a page has.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(refused("limit", format!("`limit` is 1 to {LIMIT_MAX}."))),
    }
}

/// The words of a list with commas.
pub(crate) fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Reads a value from its text, where the query string has nothing but text.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| Error::custom(format!("“{text}”: {error}")))
}
