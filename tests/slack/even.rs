//! What was shown, with all made equal that is another each time: instants, generated names.

use serde_json::{Value, json};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A message: its blocks, and the text beside them.
pub(super) fn message(text: &str, blocks: &Value) -> Value {
    let text: Vec<String> = text.lines().map(plain).collect();
    json!({ "text": text.join("\n"), "blocks": even(blocks) })
}

/// The same with times and generated names made equal.
pub(super) fn even(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(without_clock(&without_ts(&without_times(text)))),
        Value::Array(values) => values.iter().map(even).collect(),
        Value::Object(fields) => {
            fields.iter().filter_map(|(name, value)| Some((name.clone(), field(name, value)?))).collect()
        }
        other => other.clone(),
    }
}

/// A field, unless Slack made it up.
fn field(name: &str, value: &Value) -> Option<Value> {
    let made_up = |id: &str| id.len() == 5 && id.chars().all(|c| c.is_ascii_hexdigit());
    let worded = |id: &str| id.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let ours = |id: &str| id.contains(':') || (worded(id) && !made_up(id));
    match (name, value) {
        ("block_id", Value::String(id)) if !ours(id) => None,
        ("initial_date" | "date", _) => Some(json!("DAY")),
        ("initial_date_time", _) => Some(json!(0)),
        ("private_metadata", Value::String(kept)) => {
            Some(serde_json::from_str(kept).map_or(json!(kept), |kept| even(&kept)))
        }
        ("at" | "opened" | "ts", value) if !value.is_null() => Some(json!("TIME")),
        (_, value) => Some(even(value)),
    }
}

/// `<!date^…|…>` without the instant, and without how far ahead that is.
fn without_times(text: &str) -> String {
    let mut parts = text.split("<!date^");
    let mut even = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let format = part.split('^').nth(1).and_then(|rest| rest.split('|').next()).unwrap_or_default();
        let rest = part.split_once('>').map_or("", |(_, rest)| rest);
        let ahead = rest.strip_prefix(", ").map(|rest| rest.find(['\n', '(']).map_or("", |end| &rest[end..]));
        even.push_str(&format!("<!date^TIME^{format}>{}", ahead.unwrap_or(rest)));
    }
    even
}

/// The same without what a clock shows somewhere: `where it is Fri 17:00 now`.
fn without_clock(text: &str) -> String {
    let (where_, now) = ("where it is ", " now");
    let parts = text.split_once(where_).and_then(|(before, rest)| Some((before, rest.split_once(now)?.1)));
    parts.map_or_else(|| text.to_owned(), |(before, rest)| format!("{before}{where_}WHEN{now}{rest}"))
}

/// The same without the instants in the address of a message and of its thread.
fn without_ts(text: &str) -> String {
    let even = |text: &str, before: &str| {
        let even = |part: &str| {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            if part.len() - rest.len() < 16 { part.to_owned() } else { format!("TS{rest}") }
        };
        text.split(before).map(even).collect::<Vec<_>>().join(before)
    };
    even(&even(text, "/p"), "thread_ts=")
}

/// A line without markup: `Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days` is `WHEN`.
fn plain(line: &str) -> String {
    let text = without_times(line);
    let mut words = text.split(' ').peekable();
    let mut even = Vec::new();
    while let Some(word) = words.next() {
        if !begins_a_time(word) {
            even.push(word);
            continue;
        }
        let mut last = word;
        while let Some(next) = words.next_if(|next| !last.ends_with(',') && goes_on(next)) {
            last = next;
        }
        even.push("WHEN");
        while last.ends_with(',') && words.next_if(|next| !next.starts_with('(')).is_some() {}
    }
    even.join(" ")
}

fn begins_a_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let clock = word.contains(':') && word.chars().all(|c| c.is_ascii_digit() || c == ':');
    clock || WEEKDAYS.contains(&word)
}

fn goes_on(word: &str) -> bool {
    let plain = word.trim_end_matches(',');
    let number = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit());
    let zone = plain == "UTC" || (plain.contains('/') && plain.starts_with(|c: char| c.is_ascii_uppercase()));
    number || zone || MONTHS.contains(&plain) || begins_a_time(word)
}
