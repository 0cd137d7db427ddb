//! The JSON Schemas of `contracts/`, and what they name.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::event::Topic;
use jsonschema::Validator;
use serde_json::Value;

/// One contract: the schema as JSON, and what checks against it.
pub(crate) struct Contract {
    pub(crate) schema: Value,
    validator: Validator,
}

/// A path in `contracts/`.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../contracts").join(name)
}

impl Contract {
    /// The contract of a topic's records.
    pub(crate) fn of(topic: Topic) -> Self {
        Self::read(match topic {
            Topic::TaskEvents => "task-event-schema.json",
            Topic::Reminders => "reminder-event-schema.json",
            Topic::TaskUpdates => "task-update-event-schema.json",
        })
    }

    fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(path(name)).expect("the schema is in contracts/");
        let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
        jsonschema::meta::validate(&schema).expect("the schema is a JSON Schema");
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&schema).expect("the schema compiles");
        Self { schema, validator }
    }

    /// Everything that is wrong with a record, one line each.
    pub(crate) fn faults(&self, record: &Value) -> Vec<String> {
        self.validator.iter_errors(record).map(|error| format!("{}: {error}", error.instance_path)).collect()
    }

    /// The paths in a record that the schema does not name, such as `data.task.colour`.
    pub(crate) fn unnamed(&self, record: &Value) -> BTreeSet<String> {
        let mut found = Paths::default();
        self.walk(&self.schema, record, "", &mut found);
        found.unnamed
    }

    /// The paths of a record that the schema names.
    pub(crate) fn named(&self, record: &Value) -> BTreeSet<String> {
        let mut found = Paths::default();
        self.walk(&self.schema, record, "", &mut found);
        found.named
    }

    /// Every path that the schema names.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.list(&self.schema, "", &mut all);
        all
    }

    /// What `$ref` points to, or the schema itself.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return schema };
        let pointer = reference.strip_prefix('#').expect("references stay inside the schema");
        self.schema.pointer(pointer).expect("the reference leads somewhere")
    }

    fn walk(&self, schema: &Value, value: &Value, at: &str, found: &mut Paths) {
        let schema = self.resolved(schema);
        match value {
            Value::Object(fields) if schema.get("properties").is_some() => {
                for (name, value) in fields {
                    let path = join(at, name);
                    match schema["properties"].get(name) {
                        Some(part) => {
                            found.named.insert(path.clone());
                            self.walk(part, value, &path, found);
                        }
                        None => {
                            found.unnamed.insert(path);
                        }
                    }
                }
            }
            Value::Array(items) if schema.get("items").is_some() => {
                items.iter().for_each(|item| self.walk(&schema["items"], item, at, found));
            }
            _ => {}
        }
    }

    fn list(&self, schema: &Value, at: &str, all: &mut BTreeSet<String>) {
        let parts = self.resolved(schema).get("properties").and_then(Value::as_object);
        for (name, part) in parts.into_iter().flatten() {
            let path = join(at, name);
            self.list(part, &path, all);
            all.insert(path);
        }
    }
}

#[derive(Default)]
struct Paths {
    named: BTreeSet<String>,
    unnamed: BTreeSet<String>,
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
