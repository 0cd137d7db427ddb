//! Links in Markdown that point into the repository.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::{root, texts};

#[test]
fn links_inside_the_repository_lead_somewhere() {
    let pages = texts("md");
    let mut dead = Vec::new();
    for (path, text) in &pages {
        for (line, link) in links(text) {
            if let Err(why) = follow(path, link) {
                dead.push(format!("{}:{line}: {link} ({why})", path.display()));
            }
        }
    }
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

#[test]
fn each_page_of_the_documentation_can_be_reached_from_the_front() {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![PathBuf::from("README.md")];
    while let Some(page) = waiting.pop() {
        if !reached.insert(page.clone()) {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&page)).unwrap_or_default();
        let targets = links(&text).into_iter().filter_map(|(_, link)| target(&page, link));
        waiting.extend(targets.filter(|target| target.extension().is_some_and(|kind| kind == "md")));
    }
    let pages = texts("md").into_iter().map(|(path, _)| path);
    let lost: Vec<_> = pages.filter(|path| path.starts_with("docs") && !reached.contains(path)).collect();
    assert!(lost.is_empty(), "nothing links to {lost:?}");
}

/// The links of a page, with their lines; code blocks are left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (nth, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let Some((link, after)) = after.split_once(')') else { break };
            found.push((nth + 1, link));
            rest = after;
        }
    }
    found
}

fn follow(page: &Path, link: &str) -> Result<(), String> {
    let Some(path) = target(page, link) else { return Ok(()) };
    let there = root().join(&path);
    if !there.exists() {
        return Err(format!("no {}", path.display()));
    }
    let Some((_, anchor)) = link.split_once('#') else { return Ok(()) };
    if path.extension().is_none_or(|kind| kind != "md") {
        return Ok(());
    }
    let text = std::fs::read_to_string(there).map_err(|error| error.to_string())?;
    let headings: BTreeSet<String> = text.lines().filter(|line| line.starts_with('#')).map(anchor_of).collect();
    if headings.contains(anchor) { Ok(()) } else { Err(format!("no heading for #{anchor}")) }
}

/// Where a link leads, from the root; `None` for one that leaves the repository.
fn target(page: &Path, link: &str) -> Option<PathBuf> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() {
        return Some(page.to_owned());
    }
    Some(straight(&page.parent().unwrap_or(Path::new("")).join(path)))
}

/// Without `.` and `..`.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                straight.pop();
            }
            Component::Normal(name) => straight.push(name),
            _ => {}
        }
    }
    straight
}

/// The anchor that a heading gets where Markdown is shown: lower case, words joined by hyphens.
fn anchor_of(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
