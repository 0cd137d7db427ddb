//! The golden samples: what the code writes, byte for byte.
//!
//! `UPDATE_CONTRACTS=1` writes them anew; the change then shows in the diff, next to the schema's.

use std::collections::BTreeSet;
use std::fs;

use domain::event::{Event, EventType, Passing, Topic};
use serde_json::{Value, json};

use super::schema::{Contract, path};
use super::story;

const TASK_UPDATE: &str = "task-update";

#[test]
fn each_type_has_a_sample_and_each_sample_a_type() {
    let files: BTreeSet<String> = fs::read_dir(path("samples"))
        .expect("there are samples")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    let types = EventType::ALL.iter().map(|kind| kind.as_str()).chain([TASK_UPDATE]);
    assert_eq!(files, types.map(|kind| format!("{kind}.json")).collect());
}

#[test]
fn the_code_writes_the_samples_byte_for_byte() {
    for (kind, event) in story::by_type() {
        let written = serde_json::to_string_pretty(&event).expect("an event is JSON") + "\n";
        assert_eq!(written, sample(kind, &written), "contracts/samples/{kind}.json");
    }
    let update = task_update(&story::by_type()["TASK_COMPLETED"]);
    assert_eq!(update, json_of(TASK_UPDATE), "contracts/samples/task-update.json");
}

#[test]
fn samples_survive_reading_and_writing_byte_for_byte() {
    for kind in EventType::ALL {
        let text = stored(kind.as_str());
        let event: Event = serde_json::from_str(&text).expect("the sample is an event");
        assert_eq!(event.kind, *kind, "the file's name is its type");
        assert_eq!(serde_json::to_string_pretty(&event).expect("JSON") + "\n", text, "{kind}");
    }
}

#[test]
fn samples_keep_their_schemas() {
    for kind in EventType::ALL {
        assert_keeps(&Contract::of(kind.topic()), kind.as_str());
    }
    assert_keeps(&Contract::of(Topic::TaskUpdates), TASK_UPDATE);
}

#[test]
fn each_field_of_the_schemas_is_shown_in_a_sample() {
    for topic in [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates] {
        let contract = Contract::of(topic);
        let kinds = EventType::ALL.iter().filter(|kind| kind.topic() == topic).map(|kind| kind.as_str());
        let kinds = kinds.chain((topic == Topic::TaskUpdates).then_some(TASK_UPDATE));
        let shown: BTreeSet<String> = kinds.flat_map(|kind| contract.named(&json_of(kind))).collect();
        let hidden: Vec<_> = contract.all().difference(&shown).cloned().collect();
        assert_eq!(hidden, Vec::<String>::new(), "named in the schema of {}, in no sample", topic.as_str());
    }
}

#[test]
fn schemas_that_share_a_part_agree_on_it() {
    let [events, reminders, updates] =
        [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates].map(|topic| Contract::of(topic).schema);
    assert_eq!(events["$defs"]["task"], updates["$defs"]["task"]);
    assert_eq!(events["$defs"]["tenant"], updates["$defs"]["tenant"]);
    assert_eq!(events["$defs"]["tenant"], reminders["$defs"]["tenant"]);
}

#[test]
fn dataschema_names_the_schema_that_describes_it() {
    for kind in EventType::ALL {
        let id = Contract::of(kind.topic()).schema["$id"].clone();
        assert_eq!(id, kind.schema(), "{kind}");
    }
}

#[test]
fn schemas_list_the_types_of_their_topic() {
    for topic in [Topic::TaskEvents, Topic::Reminders] {
        let types: Vec<&str> =
            EventType::ALL.iter().filter(|kind| kind.topic() == topic).map(|kind| kind.as_str()).collect();
        assert_eq!(Contract::of(topic).schema["properties"]["type"]["examples"], json!(types));
    }
}

#[test]
fn unknown_fields_are_ignored() {
    for kind in EventType::ALL {
        let mut record = json_of(kind.as_str());
        let known: Event = serde_json::from_value(record.clone()).expect("an event");
        record["partitionkey"] = json!("k");
        record["data"]["mood"] = json!({ "of": ["the", "day"] });
        for part in ["task", "reminder", "occurrence"] {
            if let Some(fields) = record["data"].get_mut(part) {
                fields["colour"] = json!("blue");
            }
        }
        assert_eq!(Contract::of(kind.topic()).faults(&record), Vec::<String>::new(), "{kind}");
        assert_eq!(serde_json::from_value::<Event>(record).expect("still an event"), known);
    }
}

#[test]
fn a_field_that_the_schema_does_not_name_is_found() {
    let mut record = json_of("TASK_CREATED");
    record["data"]["task"]["colour"] = json!("blue");
    let unnamed = Contract::of(Topic::TaskEvents).unnamed(&record);
    assert_eq!(unnamed, BTreeSet::from(["data.task.colour".to_owned()]));
}

#[test]
fn broken_records_break_their_schema() {
    let breaks: [fn(&mut Value); 7] = [
        |record| record["specversion"] = json!("0.3"),
        |record| record["subject"] = json!("task 3"),
        |record| record["data"]["version"] = json!(0),
        |record| record["data"]["tenant_id"] = json!("teams:T1"),
        |record| record["data"]["task"]["priority"] = json!(5),
        |record| record["data"]["task"]["status"] = json!("done"),
        |record| drop(record["data"].as_object_mut().map(|data| data.remove("task"))),
    ];
    let contract = Contract::of(Topic::TaskEvents);
    for (nth, spoil) in breaks.into_iter().enumerate() {
        let mut record = json_of("TASK_CREATED");
        spoil(&mut record);
        assert!(!contract.faults(&record).is_empty(), "break {nth} goes unnoticed");
    }
}

/// The record of `task-updates` that the relay makes of an event.
fn task_update(event: &Event) -> Value {
    let written = serde_json::to_string(event).expect("an event is JSON");
    let record = Passing::of(&written).and_then(|passing| passing.task_update()).expect("a record");
    serde_json::from_str(&record.record).expect("JSON")
}

fn assert_keeps(contract: &Contract, kind: &str) {
    let record = json_of(kind);
    assert_eq!(contract.faults(&record), Vec::<String>::new(), "{kind}");
    assert_eq!(contract.unnamed(&record), BTreeSet::new(), "{kind} has fields that its schema does not name");
}

fn sample(kind: &str, written: &str) -> String {
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::write(path("samples").join(format!("{kind}.json")), written).expect("contracts/samples can be written");
    }
    stored(kind)
}

fn stored(kind: &str) -> String {
    fs::read_to_string(path("samples").join(format!("{kind}.json"))).unwrap_or_default()
}

fn json_of(kind: &str) -> Value {
    serde_json::from_str(&stored(kind)).expect("the sample is JSON")
}
