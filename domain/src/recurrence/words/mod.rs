//! A rule in English: `every other Monday at 09:00 until 1 December 2026`.
//!
//! The order is always: pattern, times, ` until …`, `, only …`, `, … times`. What the rule leaves
//! to the start (its weekday, day, time) is said as if the rule had named it.

mod choice;
mod terms;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use self::choice::{Choice, Left, Of};
use self::terms::{WORKDAYS, clock, count_of, list, month, month_days, name, weekdays};
use super::calendar::times;
use super::{Frequency, NthWeekday, Rule, Start, Until};

/// Above this the times of a day are counted instead of listed.
const LISTED_TIMES: usize = 12;

/// Says the rule of a schedule that begins at `start`, without a capital and a full stop.
///
/// ```
/// use jiff::civil::date;
/// use taskbot_domain::recurrence::{Rule, Start, in_words};
/// let rule: Rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=5".parse()?;
/// let start = Start::At(date(2026, 3, 2).at(9, 0, 0, 0));
/// assert_eq!(in_words(&rule, start), "every other Monday at 09:00, 5 times");
/// # Ok::<(), taskbot_domain::recurrence::RuleError>(())
/// ```
pub fn in_words(rule: &Rule, start: Start) -> String {
    let (day, time) = match start {
        Start::Day(day) => (day, None),
        Start::At(wall) => (wall.date(), Some(wall)),
    };
    let Pattern { said, only } = Pattern::of(rule, day, time.is_none());
    let only: String = only.iter().map(|only| format!(", only {only}")).collect();
    let times = time
        .map(|wall| times_of_day(rule, wall))
        .unwrap_or_default();
    said + &times + &until(rule) + &only + &weeks(rule) + &count(rule)
}

/// The main clause of a rule, and what it leaves to `, only …`.
struct Pattern {
    said: String,
    only: Vec<String>,
}

impl Pattern {
    fn of(rule: &Rule, start: Date, whole_days: bool) -> Self {
        match rule.frequency {
            Frequency::Minutely => Self::plain(rule, "minute"),
            Frequency::Hourly => Self::plain(rule, "hour"),
            Frequency::Daily if rule.interval == 1 && !rule.weekdays.is_empty() => Self {
                said: weekly(rule, start),
                only: rest(
                    rule,
                    &Left {
                        weekdays: false,
                        ..Left::ALL
                    },
                ),
            },
            Frequency::Daily => Self::plain(rule, "day"),
            Frequency::Weekly => Self {
                said: weekly(rule, start),
                only: rest(
                    rule,
                    &Left {
                        weekdays: false,
                        ..Left::ALL
                    },
                ),
            },
            Frequency::Monthly => Self::chosen(rule, "month", Choice::of(rule, start, whole_days)),
            Frequency::Yearly => Self::chosen(rule, "year", Choice::of(rule, start, whole_days)),
        }
    }

    /// `every 2 hours`: all that the rule picks only narrows it down.
    fn plain(rule: &Rule, unit: &str) -> Self {
        let mut only = rest(rule, &Left::ALL);
        if rule.below_a_day() {
            let units = [
                ("hour", &rule.hours),
                ("minute", &rule.minutes),
                ("second", &rule.seconds),
            ];
            let picked = units.into_iter().filter(|(_, values)| !values.is_empty());
            only.extend(picked.map(|(unit, values)| match values.len() {
                1 => format!("in {unit} {}", list(values, "and")),
                _ => format!("in {unit}s {}", list(values, "and")),
            }));
        }
        Self {
            said: format!("every {}", count_of(rule.interval, unit)),
            only,
        }
    }

    /// `every year on 4 July`, `the last Friday of every month`.
    fn chosen(rule: &Rule, unit: &str, choice: Choice) -> Self {
        let every = count_of(rule.interval, unit);
        let said = match choice.of {
            Of::Month if every == "month" => format!("{} of every month", choice.said),
            _ => format!("every {every} on {}", choice.said),
        };
        Self {
            said,
            only: rest(rule, &choice.left),
        }
    }
}

/// `every weekday`, `every Monday and Friday`, `every other Monday`, `every 3 weeks on Monday`.
fn weekly(rule: &Rule, start: Date) -> String {
    let own = [NthWeekday::from(start.weekday())];
    let days = if rule.weekdays.is_empty() {
        &own
    } else {
        rule.weekdays.as_slice()
    };
    match (rule.interval, days) {
        (1, days) if weekdays(days) == weekdays(&WORKDAYS.map(NthWeekday::from)) => {
            "every weekday".to_owned()
        }
        (1, days) => format!("every {}", weekdays(days)),
        (2, [day]) => format!("every other {}", name(day.weekday)),
        (interval, days) => format!("every {interval} weeks on {}", weekdays(days)),
    }
}

/// What only narrows the pattern down: `in March`, `the last of the month`.
fn rest(rule: &Rule, left: &Left) -> Vec<String> {
    let mut rest = Vec::new();
    if left.weekdays && !rule.weekdays.is_empty() {
        rest.push(format!("on {}", weekdays(&rule.weekdays)));
    }
    if left.month_days && !rule.month_days.is_empty() {
        rest.push(format!("on the {}", month_days(&rule.month_days)));
    }
    if left.months && !rule.months.is_empty() {
        let months: Vec<&str> = rule.months.iter().map(|number| month(*number)).collect();
        rest.push(format!("in {}", list(&months, "and")));
    }
    if left.positions && !rule.positions.is_empty() {
        let positions: Vec<String> = rule.positions.iter().map(|nth| terms::nth(*nth)).collect();
        let unit = match rule.frequency {
            Frequency::Weekly => "week",
            Frequency::Monthly => "month",
            Frequency::Yearly => "year",
            _ => "day",
        };
        rest.push(format!("the {} of the {unit}", list(&positions, "and")));
    }
    rest
}

/// ` at 09:00 and 17:00`.
fn times_of_day(rule: &Rule, start: DateTime) -> String {
    if rule.below_a_day() {
        return String::new();
    }
    let times: Vec<String> = times(rule, start.time()).into_iter().map(clock).collect();
    match times.as_slice() {
        [first, .., last] if times.len() > LISTED_TIMES => {
            format!(" at {} times from {first} to {last}", times.len())
        }
        times => format!(" at {}", list(times, "and")),
    }
}

fn weeks(rule: &Rule) -> String {
    let matters = rule.frequency == Frequency::Weekly && rule.interval > 1;
    match rule.week_start {
        Weekday::Monday => String::new(),
        first if matters => format!(", weeks from {}", name(first)),
        _ => String::new(),
    }
}

fn count(rule: &Rule) -> String {
    match rule.count() {
        None => String::new(),
        Some(1) => ", once".to_owned(),
        Some(count) => format!(", {count} times"),
    }
}

/// ` until 1 December 2026`.
fn until(rule: &Rule) -> String {
    let at = |wall: DateTime| format!("{} {}", terms::day(wall.date()), clock(wall.time()));
    match rule.until() {
        None => String::new(),
        Some(Until::Day(last)) => format!(" until {}", terms::day(last)),
        Some(Until::Wall(wall)) => format!(" until {}", at(wall)),
        Some(Until::Utc(instant)) => {
            format!(" until {} UTC", at(TimeZone::UTC.to_datetime(instant)))
        }
    }
}
