//! Random lines, near to what people type and far from it: each gets one answer, none a panic.
//!
//! `FUZZ_LINES` says how many (20,000).

use std::time::{Duration, Instant};

use serde_json::Value;
use taskbot_language::wire::answer;
use taskbot_language::{read, read_in_conversation};

use crate::properties::WORDS;
use crate::wednesday;

/// What real lines look like.
const SEEDS: &[&str] = &[
    include_str!("../../corpus/conventions.jsonl"),
    include_str!("../../corpus/blind-one.jsonl"),
    include_str!("../../corpus/engine-dates.jsonl"),
    include_str!("../../corpus/engine-repeats.jsonl"),
    include_str!("../../corpus/forms.jsonl"),
    include_str!("../../corpus/absurd.jsonl"),
];

/// Characters that break carelessly cut text.
const ODD: &[char] =
    &['é', 'İ', 'ß', '\u{301}', '\u{200b}', '\u{202e}', '👩', '\0', '\u{7f}', '“', '`', '<', '@', '#', '\''];

/// Generous, as tests run unoptimized and beside others.
const LIMIT: Duration = Duration::from_secs(10);

/// A small generator of its own, so that the same run gives the same lines.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % sides.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

fn seeds() -> Vec<String> {
    let lines = SEEDS.iter().flat_map(|file| file.lines());
    let text = |line: &str| serde_json::from_str::<Value>(line).ok()?["text"].as_str().map(str::to_owned);
    lines.filter_map(text).collect()
}

/// One line bred from others.
fn line(dice: &mut Dice, seeds: &[String]) -> String {
    let mut words: Vec<String> = dice.pick(seeds).split(' ').map(str::to_owned).collect();
    for _ in 0..dice.roll(5) {
        let at = dice.roll(words.len() + 1);
        match dice.roll(7) {
            0 => words.insert(at, (*dice.pick(WORDS)).to_owned()),
            1 => words.extend(dice.pick(seeds).split(' ').map(str::to_owned)),
            2 => words.truncate(at),
            3 => words.insert(at, dice.roll(100_000_000_000).to_string()),
            4 => words.insert(at, dice.pick(ODD).to_string()),
            5 if at < words.len() => words.rotate_left(at),
            _ => garble(dice, &mut words),
        }
    }
    words.join(if dice.roll(9) == 0 { "" } else { " " })
}

/// Changes a character within a word.
fn garble(dice: &mut Dice, words: &mut [String]) {
    if words.is_empty() {
        return;
    }
    let at = dice.roll(words.len());
    let mut chars: Vec<char> = words[at].chars().collect();
    let place = dice.roll(chars.len() + 1);
    match dice.roll(3) {
        0 => chars.insert(place, *dice.pick(ODD)),
        1 => chars.truncate(place),
        _ => chars.insert(place, char::from(b' ' + u8::try_from(dice.roll(95)).unwrap_or(0))),
    }
    words[at] = chars.into_iter().collect();
}

#[test]
fn random_lines_are_answered_one_by_one() {
    let asked = std::env::var("FUZZ_LINES").ok().and_then(|lines| lines.parse().ok());
    let (context, seeds, mut dice) = (wednesday(), seeds(), Dice(0x9e37_79b9_7f4a_7c15));
    for _ in 0..asked.unwrap_or(20_000) {
        let line = line(&mut dice, &seeds);
        let start = Instant::now();
        let _ = (read(&line, &context), read_in_conversation(&line, &context, dice.roll(4)));
        assert!(start.elapsed() < LIMIT, "{line:?} took {:?}", start.elapsed());
        let request = serde_json::json!({ "text": line, "now": "2026-03-04T10:00:00-05:00", "tz": "Asia/Kathmandu" });
        let said = answer(&request.to_string());
        assert!(!said.contains('\n') && serde_json::from_str::<Value>(&said).is_ok(), "{line:?}: {said}");
    }
}
