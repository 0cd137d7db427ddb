//! What an event says has changed: field by field, from and to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::view::TaskView;

/// Field name -> `[from, to]`, in the words of [`TaskView`].
pub type Changes = BTreeMap<String, (Value, Value)>;

/// Fields that change with every event or never; naming them tells nobody anything.
const SILENT: &[&str] = &["version", "updated_at", "created_at", "id", "tenant_id", "list_id", "assignee"];

/// The fields in which two states differ; for a new task, every field that is not empty, from null.
#[must_use]
pub fn changes_between(before: Option<&TaskView>, after: &TaskView) -> Changes {
    let fields = |view: &TaskView| match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let old = before.map(fields).unwrap_or_default();
    fields(after)
        .into_iter()
        .filter(|(name, _)| !SILENT.contains(&name.as_str()))
        .filter_map(|(name, to)| {
            let from = old.get(&name).cloned().unwrap_or(Value::Null);
            (from != to && !(before.is_none() && is_empty(&to))).then_some((name, (from, to)))
        })
        .collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
