//! People's settings, and administrative acts.

use domain::change::{Act, Put};
use domain::person::Person;

use crate::rows::{integer, json};
use crate::script::Script;

/// Writes a person.
pub(super) fn put(script: &mut Script, put: &Put<Person>) {
    let person = &put.row;
    match put.was {
        None => script.must("person", "INSERT INTO people (version, doc, id) VALUES (?, ?, ?)"),
        Some(_) => script.must("person", "UPDATE people SET version = ?, doc = ? WHERE id = ? AND version = ?"),
    };
    script.bind(integer(person.version)).bind(json(person)).bind(person.id.to_string());
    if let Some(was) = put.was {
        script.bind(integer(was));
    }
}

/// Appends an act.
pub(crate) fn act(script: &mut Script, act: &Act) {
    script.must("act", "INSERT INTO acts (actor, doc) VALUES (?, ?)").bind(act.actor.to_string()).bind(json(act));
}
