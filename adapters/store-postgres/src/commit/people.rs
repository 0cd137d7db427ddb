//! People's settings, and administrative acts.

use domain::change::{Act, Put};
use domain::person::Person;

use crate::literal::Record;
use crate::rows::json;

/// A person.
pub(super) fn put(put: &Put<Person>) -> String {
    Record::default().field(put.row.id).maybe(put.was).field(put.row.version).document(&json(&put.row)).end()
}

/// An act.
pub(crate) fn act(act: &Act) -> String {
    Record::default().field(act.actor).field(json(act)).end()
}
