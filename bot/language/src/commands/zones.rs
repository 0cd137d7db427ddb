//! Which time zone may have been meant by a name that none has.

use crate::tokens::Token;

/// So many letters may be wrong.
const WRONG: usize = 2;

/// The zone of that place (`new york`, `america/new york`, `berlin`), or the one whose name is nearly that
/// (`Europe/Madird`).
pub(super) fn near(tokens: &[Token<'_>]) -> Option<String> {
    of_place(tokens).or_else(|| {
        let name = joined(tokens);
        let named = zones().map(|zone| (wrong(&name, &zone.to_ascii_lowercase()), zone));
        named.filter(|(wrong, _)| (1..=WRONG).contains(wrong)).min().map(|(_, zone)| zone)
    })
}

/// The zone that is named after the place.
pub(super) fn of_place(tokens: &[Token<'_>]) -> Option<String> {
    let name = joined(tokens);
    zones().find(|zone| {
        let zone = zone.to_ascii_lowercase();
        zone == name || zone.rsplit('/').next() == Some(name.as_str())
    })
}

/// Areas with a city, as people name them.
fn zones() -> impl Iterator<Item = String> {
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    names.filter(|name| name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("US/"))
}

/// The last words that may be a name, as the zone database joins them.
fn joined(tokens: &[Token<'_>]) -> String {
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let start = words.iter().rposition(|word| matches!(*word, "to" | "is" | "zone" | "timezone" | "tz"));
    words[start.map_or(0, |start| start + 1)..].join("_")
}

/// How many letters must be changed, added, left out or swapped with the next to make one name of the other; more than
/// `WRONG` are not counted.
fn wrong(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > WRONG || one.len() > 40 {
        return WRONG + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut next = vec![i];
        for j in 1..=other.len() {
            let same = usize::from(one[i - 1] != other[j - 1]);
            let changed = (row[j - 1] + same).min(row[j] + 1).min(next[j - 1] + 1);
            let swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            next.push(if swapped { changed.min(before[j - 2] + 1) } else { changed });
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}
