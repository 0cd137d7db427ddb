//! A message of reminders, by what it shows: of one, or of several.

use std::collections::BTreeMap;

use bot::reply::Standing;
use serde_json::Value;

use super::one::One;
use super::rows::Rows;

/// A message of reminders.
#[derive(Clone, Debug)]
pub(crate) enum Sheet {
    /// Of one.
    One(One),
    /// Of several.
    Several(Rows),
}

impl Sheet {
    /// The reminders of a message, if it is one of reminders.
    pub(crate) fn of(shown: &[Value]) -> Option<Self> {
        Rows::of(shown).map(Self::Several).or_else(|| One::of(shown).map(Self::One))
    }

    /// Reminders where the message that was there cannot be read any more: the tasks by their titles.
    pub(crate) fn anew(numbers: &[u64], standings: &BTreeMap<u64, Standing>) -> Self {
        match numbers {
            [number] => Self::One(One::anew(*number, standings.get(number))),
            several => Self::Several(Rows::anew(several, standings)),
        }
    }

    /// The numbers of the tasks.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        match self {
            Self::One(one) => vec![one.number()],
            Self::Several(rows) => rows.numbers(),
        }
    }

    /// The reminders as their tasks stand; one of which nothing is known stays as it is.
    pub(crate) fn standing(self, standings: &BTreeMap<u64, Standing>) -> Self {
        match self {
            Self::One(one) => Self::One(match standings.get(&one.number()) {
                Some(standing) => one.standing(standing),
                None => one,
            }),
            Self::Several(rows) => Self::Several(rows.standing(standings)),
        }
    }

    /// The text for notifications, and the blocks.
    pub(crate) fn message(&self) -> (String, Vec<Value>) {
        match self {
            Self::One(one) => one.message(),
            Self::Several(rows) => rows.message(),
        }
    }
}
