//! What operators read is what the program has: its metrics, crash points, settings and commands, no more and no less.

use std::collections::BTreeSet;

use super::{root, texts};

/// The pages in which people look settings up.
const PAGES: [&str; 4] = ["README.md", "docs/OPERATIONS.md", "docs/API.md", "docs/LOGGING.md"];

/// Logins and roles of PostgreSQL and a target of logs, which begin like metrics.
const NO_METRICS: [&str; 6] =
    ["taskbot_app", "taskbot_audit", "taskbot_relay", "taskbot_owner", "taskbot_backup", "taskbot_consumers"];

fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a page")
}

/// The files of Rust that ship, by text.
fn shipped() -> Vec<String> {
    let crates = ["domain", "bot", "gateway", "consumers", "adapters", "app"];
    let of_ours = texts("rs").into_iter().filter(|(path, _)| {
        let mut parts = path.iter().filter_map(|part| part.to_str());
        parts.next().is_some_and(|first| crates.contains(&first)) && !parts.any(|part| part == "tests")
    });
    of_ours.map(|(_, text)| text).collect()
}

/// Every text in quotation marks that begins with one of these.
fn literals<'a>(text: &'a str, openings: &[&str]) -> Vec<&'a str> {
    let quoted = |opening: &str| {
        let after = text.match_indices(opening).map(|(at, found)| &text[at + found.len()..]);
        after.filter_map(|rest| rest.split_once('"').map(|(literal, _)| literal)).collect::<Vec<_>>()
    };
    openings.iter().flat_map(|opening| quoted(opening)).collect()
}

/// Every run of these characters in a text.
fn words(text: &str, of: impl Fn(char) -> bool) -> BTreeSet<&str> {
    text.split(|c: char| !of(c)).filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_metric_is_explained_and_every_one_that_is_explained_exists() {
    let sources = shipped();
    let counted = sources.iter().filter(|text| text.contains("metrics::"));
    let has: BTreeSet<&str> = counted
        .flat_map(|text| words(text, |c| c.is_ascii_lowercase() || c == '_'))
        .filter(|word| word.starts_with("taskbot_") && word.matches('_').count() > 1)
        .filter(|word| sources.iter().any(|text| text.contains(&format!("\"{word}\""))))
        .collect();
    let operations = page("docs/OPERATIONS.md");
    let told: BTreeSet<&str> = words(&operations, |c| c.is_ascii_lowercase() || c == '_')
        .into_iter()
        .filter(|word| word.starts_with("taskbot_") && !word.ends_with('_') && !NO_METRICS.contains(word))
        .collect();
    assert!(has.len() > 15, "they are found: {has:?}");
    assert_eq!(has, told);
}

#[test]
fn every_crash_point_and_every_sabotage_is_explained_and_exists() {
    let sources = shipped();
    let is_point = |literal: &&str| literal.split('.').count() == 2 && !literal.contains(' ');
    let openings = ["step(\"", "crash_point(\"", "slow_point(\"", "sabotaged(\"", "change, \"", "fail_point!(\""];
    let has: BTreeSet<&str> = sources.iter().flat_map(|text| literals(text, &openings)).filter(is_point).collect();
    let operations = page("docs/OPERATIONS.md");
    let (_, section) = operations.split_once("\n## Crash points").expect("the section");
    let told = words(section, |c| c.is_ascii_lowercase() || matches!(c, '_' | '.' | '`'));
    let quoted = told.into_iter().filter_map(|word| word.strip_prefix('`')).map(|word| word.trim_end_matches('`'));
    let told: BTreeSet<&str> = quoted.filter(is_point).collect();
    assert!(has.len() > 20, "they are found: {has:?}");
    assert_eq!(has, told);
}

/// The settings that the configuration knows, as the environment names them.
fn settings() -> BTreeSet<String> {
    let source = page("app/src/config/mod.rs");
    let fields = |of: &str| -> Vec<(String, String)> {
        let Some((_, body)) = source.split_once(&format!("struct {of} {{\n")) else { return Vec::new() };
        let body = body.split_once("\n}").expect("a body").0;
        let declared = body.lines().filter_map(|line| line.trim().strip_prefix("pub")?.split_once(": "));
        let name = |declared: &str| declared.rsplit(' ').next().unwrap_or_default().to_owned();
        declared.map(|(field, kind)| (name(field), kind.trim_end_matches(',').to_owned())).collect()
    };
    let mut settings = BTreeSet::new();
    for (field, kind) in fields("Config") {
        let field = field.to_uppercase();
        match fields(&kind) {
            plain if plain.is_empty() => settings.extend([format!("TASKBOT_{field}")]),
            nested => settings.extend(nested.iter().map(|(key, _)| format!("TASKBOT_{field}__{}", key.to_uppercase()))),
        }
    }
    settings
}

/// The settings that a page names; `…__KEY` goes on from the one before it.
fn named(page: &str) -> BTreeSet<String> {
    let mut group = String::new();
    let mut found = BTreeSet::new();
    for word in page.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '…'))) {
        if let Some(key) = word.strip_prefix("…__") {
            found.insert(format!("{group}__{key}"));
        } else if word.starts_with("TASKBOT_") && !word.ends_with(['_', '…']) {
            group = word.split("__").next().unwrap_or_default().to_owned();
            found.insert(word.to_owned());
        }
    }
    found
}

#[test]
fn every_setting_is_explained_and_no_page_names_one_that_is_not_known() {
    let settings = settings();
    assert!(settings.contains("TASKBOT_DATABASE_URL") && settings.contains("TASKBOT_HTTP__ADDR"), "{settings:?}");
    assert_eq!(settings.difference(&named(&page("docs/OPERATIONS.md"))).collect::<Vec<_>>(), Vec::<&String>::new());
    for path in PAGES {
        let unknown: Vec<String> = named(&page(path)).difference(&settings).cloned().collect();
        assert_eq!(unknown, Vec::<String>::new(), "{path}");
    }
}

#[test]
fn every_command_of_the_program_stands_in_the_table() {
    let source = page("app/src/cli.rs");
    let (_, commands) = source.split_once("enum Command {\n").expect("the commands");
    let commands = commands.split_once("\n}").expect("an end").0;
    let variants = commands.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     "));
    let names = variants.map(str::trim).filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    let kebab = |name: &str| {
        let dashed = |c: char| if c.is_ascii_uppercase() { format!("-{}", c.to_ascii_lowercase()) } else { c.into() };
        name.chars().take_while(|c| c.is_alphanumeric()).map(dashed).collect::<String>()[1..].to_owned()
    };
    let names: Vec<String> = names.map(kebab).collect();
    assert!(names.len() > 8 && names.contains(&"dead-letters".to_owned()), "{names:?}");
    let operations = page("docs/OPERATIONS.md");
    let rows: Vec<&str> = operations.lines().filter(|line| line.starts_with("| `taskbot")).collect();
    let missing = names.iter().filter(|name| !rows.iter().any(|row| row.contains(&format!("`taskbot {name}"))));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&String>::new());
}
