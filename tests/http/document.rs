//! The OpenAPI document: committed, complete, and true.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::kit::Site;

async fn served() -> (String, Value) {
    let site = Site::open().await;
    let answer = site.call("GET", "/api/v1/openapi.json").send().await;
    (answer.text(), answer.expect(200))
}

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            operations.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    operations
}

#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let (text, _) = served().await;
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../contracts/openapi.json");
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "contracts/openapi.json is out of date: run with UPDATE_CONTRACTS=1");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let (_, document) = served().await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_operation_says_what_it_is_and_answers_problems() {
    let (_, document) = served().await;
    assert_eq!(document["openapi"], "3.1.0");
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what}");
        assert!(operation["operationId"].is_string(), "{what}");
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem, "#/components/schemas/Problem", "{what}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {parameter}");
        }
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let named = |parameter: &Value| parameter["name"] == name && parameter["in"] == "path";
            assert!(operation["parameters"].as_array().is_some_and(|all| all.iter().any(named)), "{what}: {name}");
        }
    }
}

#[tokio::test]
async fn what_needs_a_token_refuses_without_and_what_says_it_is_open_is_open() {
    let site = Site::open().await;
    let (_, document) = served().await;
    for (path, method, operation) in operations(&document) {
        let open = operation["security"] == json!([{}]);
        let path = path.replace("{id}", "1").replace("{user_id}", "me");
        let answer = site.call(&method.to_uppercase(), &path).send().await;
        assert_eq!(answer.status.as_u16(), if open { 200 } else { 401 }, "{method} {path}");
    }
}

#[tokio::test]
async fn a_task_has_exactly_the_fields_that_the_document_names() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "t", "due": "2026-03-06"})).await;
    let (_, document) = served().await;
    let fields = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let (mut documented, mut served) =
        (fields(&document["components"]["schemas"]["Task"]["properties"]), fields(&task));
    documented.sort();
    served.sort();
    assert_eq!(documented, served);
}
