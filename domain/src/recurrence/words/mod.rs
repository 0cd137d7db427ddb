//! A rule in English: `every other Monday at 09:00 until 1 December 2026`.
//!
//! The order is always: pattern, times, ` until …`, `, only …`, `, … times`. What the rule leaves
//! to the start (its weekday, day, time) is said as if the rule had named it.

mod choice;
mod narrow;
mod terms;
mod times;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;

use self::choice::{Choice, Of};
use self::narrow::{Left, in_clock_units};
use self::terms::{WORKDAYS, clock, count_of, list, name, weekdays};
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
    let (alone, times) = match time {
        Some(wall) => times::untangled(rule, wall.time()),
        None => (rule.clone(), Vec::new()),
    };
    let Pattern { said, only } = Pattern::of(&alone, day, time.is_none());
    let only: String = only.iter().map(|only| format!(", only {only}")).collect();
    said + &times_of_day(rule, &times) + &until(rule) + &only + &weeks(rule) + &count(rule)
}

/// The main clause of a rule, and what it leaves to `, only …`.
struct Pattern {
    said: String,
    only: Vec<String>,
}

impl Pattern {
    fn of(rule: &Rule, start: Date, whole_days: bool) -> Self {
        let plainly_daily = rule.interval > 1 || rule.weekdays.is_empty();
        match rule.frequency {
            Frequency::Minutely => Self::elapsed(rule, "minute"),
            Frequency::Hourly => Self::elapsed(rule, "hour"),
            Frequency::Daily if plainly_daily => {
                Self { said: format!("every {}", count_of(rule.interval, "day")), only: Left::ALL.of(rule) }
            }
            Frequency::Daily | Frequency::Weekly => {
                Self { said: weekly(rule, start), only: Left::BUT_WEEKDAYS.of(rule) }
            }
            Frequency::Monthly => Self::chosen(rule, "month", Choice::of(rule, start, whole_days)),
            Frequency::Yearly => Self::chosen(rule, "year", Choice::of(rule, start, whole_days)),
        }
    }

    /// `every 2 hours`: all that the rule picks only narrows it down.
    fn elapsed(rule: &Rule, unit: &str) -> Self {
        let mut only = Left::ALL.of(rule);
        only.extend(in_clock_units(rule));
        let said = format!("every {}", count_of(rule.interval, unit));
        Self { said, only }
    }

    /// `every year on 4 July`, `the last Friday of every month`.
    fn chosen(rule: &Rule, unit: &str, choice: Choice) -> Self {
        let every = count_of(rule.interval, unit);
        let said = match choice.of {
            Of::Month if every == "month" => format!("{} of every month", choice.said),
            _ => format!("every {every} on {}", choice.said),
        };
        let only = choice.left.of(rule);
        Self { said, only }
    }
}

/// `every weekday`, `every Monday and Friday`, `every other Monday`, `every 3 weeks on Monday`.
fn weekly(rule: &Rule, start: Date) -> String {
    let own = [NthWeekday::from(start.weekday())];
    let days = match rule.weekdays.as_slice() {
        [] => own.as_slice(),
        days => days,
    };
    match (rule.interval, days) {
        (1, days) if weekdays(days) == weekdays(&WORKDAYS.map(NthWeekday::from)) => "every weekday".to_owned(),
        (1, days) => format!("every {}", weekdays(days)),
        (2, [day]) => format!("every other {}", name(day.weekday)),
        (interval, days) => format!("every {interval} weeks on {}", weekdays(days)),
    }
}

/// ` at 09:00 and 17:00`.
fn times_of_day(rule: &Rule, times: &[Time]) -> String {
    if rule.below_a_day() {
        return String::new();
    }
    let times: Vec<String> = times.iter().copied().map(clock).collect();
    match times.as_slice() {
        [] => String::new(),
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
