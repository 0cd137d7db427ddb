//! Who may know whom: `cargo metadata` against the picture in `docs/ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::root;

/// Crates of the workspace, and the crates of the workspace that each may use when it ships. `taskbot` and
/// `taskbot-tests` may use all.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("taskbot-bench", &[]),
    ("taskbot-domain", &[]),
    ("taskbot-language", &["taskbot-domain"]),
    ("taskbot-bot", &["taskbot-domain", "taskbot-language"]),
    ("taskbot-slack", &["taskbot-bot", "taskbot-domain", "taskbot-language"]),
    ("taskbot-bus-kafka", &["taskbot-domain"]),
    ("taskbot-consumers", &["taskbot-domain"]),
    ("taskbot-embedded", &["taskbot-domain"]),
    ("taskbot-fakes", &[]),
    ("taskbot-gateway", &["taskbot-domain"]),
    ("taskbot-store-postgres", &["taskbot-domain"]),
    ("taskbot-store-sqlite", &["taskbot-domain"]),
];

/// Crates that may know everybody: where things are put together, and where they are tested.
const KNOW_ALL: &[&str] = &["taskbot", "taskbot-tests"];

/// What the domain may use when it ships: values, errors, ids, time. No I/O.
const DOMAIN_MAY_USE: &[&str] = &[
    "async-trait",
    "fail",
    "jiff",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "tokio",
    "tracing",
    "unicode-normalization",
    "uuid",
];

/// The one crate that each outside system is spoken to from.
const SPOKEN_TO_FROM: &[(&str, &[&str])] = &[
    ("axum", &["taskbot", "taskbot-bot", "taskbot-fakes", "taskbot-gateway", "taskbot-slack"]),
    ("rdkafka", &["taskbot-bench", "taskbot-bus-kafka"]),
    ("rusqlite", &["taskbot-bench", "taskbot-store-sqlite"]),
    ("serenity", &["taskbot-bot"]),
    ("slack-morphism", &[]),
    ("sqlx", &["taskbot-bench", "taskbot-store-sqlite", "taskbot-store-postgres"]),
];

#[test]
fn crates_know_only_whom_they_may() {
    let known = used_when_shipped();
    let members: BTreeSet<&str> = known.keys().map(String::as_str).collect();
    for (name, may) in DIRECTIONS {
        let uses = known.get(*name).unwrap_or_else(|| panic!("{name} is no member of the workspace"));
        let inside: BTreeSet<&str> = uses.keys().map(String::as_str).filter(|name| members.contains(name)).collect();
        let allowed = may.iter().copied().collect();
        let strangers: Vec<_> = inside.difference(&allowed).collect();
        assert!(strangers.is_empty(), "{name} must not know {strangers:?}");
    }
}

#[test]
fn each_crate_has_its_place_in_the_picture() {
    let placed = DIRECTIONS.iter().map(|(name, _)| *name).chain(KNOW_ALL.iter().copied());
    let members = used_when_shipped();
    assert_eq!(placed.collect::<BTreeSet<_>>(), members.keys().map(String::as_str).collect());
}

#[test]
fn the_domain_knows_no_outside_system() {
    let domain = &used_when_shipped()["taskbot-domain"];
    let used: BTreeSet<&str> = domain.keys().map(String::as_str).collect();
    let strangers: Vec<_> = used.difference(&DOMAIN_MAY_USE.iter().copied().collect()).copied().collect();
    assert!(strangers.is_empty(), "the domain must not use {strangers:?}");
    let tokio = &domain["tokio"];
    assert_eq!((tokio.defaults, tokio.features.as_slice()), (false, &["sync".to_owned()][..]), "no runtime");
}

#[test]
fn outside_systems_are_spoken_to_from_one_place() {
    for (name, uses) in used_when_shipped() {
        for (system, from) in SPOKEN_TO_FROM {
            let allowed = from.contains(&name.as_str()) || name == "taskbot-tests";
            assert!(allowed || !uses.contains_key(*system), "{name} must not use {system}");
        }
    }
}

#[test]
fn crash_points_are_off_unless_somebody_asks() {
    for package in packages() {
        let features = package["features"].as_object().expect("features");
        let defaults = features.get("default").and_then(Value::as_array).into_iter().flatten();
        let on = defaults.filter(|feature| *feature == "faults").count();
        assert_eq!(on, 0, "{} turns crash points on by default", package["name"]);
    }
}

/// How a crate uses another.
struct Use {
    defaults: bool,
    features: Vec<String>,
}

/// Crate -> what it uses when it ships or is built, tests left out.
fn used_when_shipped() -> BTreeMap<String, BTreeMap<String, Use>> {
    let of = |package: &Value| {
        let shipped = array(&package["dependencies"]).iter().filter(|one| one["kind"] != "dev");
        shipped.map(|one| (text(&one["name"]), used(one))).collect()
    };
    packages().iter().map(|package| (text(&package["name"]), of(package))).collect()
}

fn used(dependency: &Value) -> Use {
    let defaults = dependency["uses_default_features"] == true;
    Use { defaults, features: array(&dependency["features"]).iter().map(text).collect() }
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    array(&metadata["packages"]).to_vec()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
