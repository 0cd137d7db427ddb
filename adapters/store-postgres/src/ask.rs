//! A question or a write: one statement with its values, hence one round trip.

use std::borrow::Cow;

use sqlx::postgres::PgArguments;
use sqlx::{Arguments, Encode, Postgres, Type};

/// A statement. The few that are put together are put together from constants.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) args: PgArguments,
    /// Scope, question and values of a question within a scope, whose plan is looked at.
    #[cfg(test)]
    pub(crate) within: Option<(String, String, serde_json::Value)>,
}

impl Ask {
    /// A statement whose parameters are `$1`, `$2`, …; it must hold no foreign text.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sql: sql.into(),
            args: PgArguments::default(),
            #[cfg(test)]
            within: None,
        }
    }

    /// The value of the next parameter.
    pub(crate) fn bind<'q, T: Encode<'q, Postgres> + Type<Postgres>>(mut self, value: T) -> Self {
        self.args.add(value).expect("integers, texts, ids and arrays of them always encode");
        self
    }
}

/// A question of one column that is answered within a scope of tenants.
pub(crate) fn within(scope: String, question: String, values: &serde_json::Value) -> Ask {
    let ask = Ask::new("SELECT within($1, $2, $3::json)");
    #[cfg(test)]
    let ask = Ask { within: Some((scope.clone(), question.clone(), values.clone())), ..ask };
    ask.bind(scope).bind(question).bind(values.to_string())
}
