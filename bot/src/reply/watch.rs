//! How one person sees time: their zone, and how far away a moment is.

use domain::due::Due;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::Text;

/// Elapsed time is said in hours up to here, in days from there on.
const HALF_A_DAY: i64 = 12 * 60 * 60;

/// A watch that shows one person's time.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The present instant.
    pub now: Timestamp,
    /// The person's zone.
    pub zone: Zone,
}

impl Watch {
    /// `Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days`; for a day `Fri 6 Mar 2026, in 2 days`.
    pub(crate) fn due(&self, due: &Due) -> Text {
        match due.time {
            Some(_) => self.moment(due.at),
            None => Text::say(format!("{}, {}", day(due.date), self.days_to(due.date))),
        }
    }

    /// `Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days`.
    pub(crate) fn moment(&self, at: Timestamp) -> Text {
        Text::new().moment(at, self.exact(at)).then(format!(", {}", self.away(at)))
    }

    /// `Fri 6 Mar 2026 17:00 Europe/Madrid`.
    pub(crate) fn exact(&self, at: Timestamp) -> String {
        let wall = self.zone.wall(at);
        format!("{} {} {}", day(wall.date()), clock(wall.time()), self.zone)
    }

    /// `Fri 6 Mar 17:00`, with the year if it is another.
    pub(crate) fn stamp(&self, at: Timestamp) -> String {
        let wall = self.zone.wall(at);
        format!("{} {}", self.short_day(wall.date()), clock(wall.time()))
    }

    /// `Fri 6 Mar 17:00`, or `Fri 6 Mar` for a day.
    pub(crate) fn short_due(&self, due: &Due) -> Text {
        match due.time {
            Some(_) => Text::new().moment(due.at, self.stamp(due.at)),
            None => Text::say(self.short_day(due.date)),
        }
    }

    /// `at 09:12` if it is today, else `on Tue 3 Mar at 09:12`.
    pub(crate) fn when(&self, at: Timestamp) -> Text {
        let wall = self.zone.wall(at);
        let clock = clock(wall.time());
        let text = match wall.date() == self.today() {
            true => format!("at {clock}"),
            false => format!("on {} at {clock}", self.short_day(wall.date())),
        };
        Text::new().moment(at, text)
    }

    /// `Fri 6 Mar`, with the year if it is another.
    pub(crate) fn short_day(&self, date: Date) -> String {
        let format = if date.year() == self.today().year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        date.strftime(format).to_string()
    }

    /// Today's date.
    pub(crate) fn today(&self) -> Date {
        self.zone.wall(self.now).date()
    }

    /// The day on which a due falls.
    pub(crate) fn date(&self, due: &Due) -> Date {
        due.time.map_or(due.date, |_| self.zone.wall(due.at).date())
    }

    /// The present wall time.
    pub(crate) fn wall(&self) -> DateTime {
        self.zone.wall(self.now)
    }

    /// `in 20 minutes`, `in 2 days`, `3 hours ago`.
    pub(crate) fn away(&self, at: Timestamp) -> String {
        let seconds = at.as_second() - self.now.as_second();
        if seconds.abs() < HALF_A_DAY { elapsed(seconds) } else { self.days_to(self.zone.wall(at).date()) }
    }

    /// `today`, `tomorrow`, `in 2 days`, `3 days ago`.
    fn days_to(&self, date: Date) -> String {
        let days = (date - self.today()).get_days();
        match days {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            -1 => "yesterday".to_owned(),
            days => directed(i64::from(days), &in_large_units(i64::from(days.abs()))),
        }
    }
}

/// `Fri 6 Mar 2026`.
pub(crate) fn day(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// `17:00`, with seconds if it has some.
pub(crate) fn clock(time: Time) -> String {
    let format = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.strftime(format).to_string()
}

/// `3 minutes`, rounded down to the larger unit.
pub(crate) fn duration(seconds: i64) -> String {
    match seconds {
        ..60 => count(seconds.max(0), "second"),
        60..3_600 => count(seconds / 60, "minute"),
        3_600..172_800 => hours(seconds),
        _ => count(seconds / 86_400, "day"),
    }
}

fn elapsed(seconds: i64) -> String {
    if seconds == 0 { "now".to_owned() } else { directed(seconds, &duration(seconds.abs())) }
}

fn directed(sign: i64, length: &str) -> String {
    if sign < 0 { format!("{length} ago") } else { format!("in {length}") }
}

/// `3 hours`, `2 hours 30 minutes`.
fn hours(seconds: i64) -> String {
    let (whole, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    let rest = if minutes == 0 { String::new() } else { format!(" {}", count(minutes, "minute")) };
    count(whole, "hour") + &rest
}

fn in_large_units(days: i64) -> String {
    match days {
        ..60 => count(days, "day"),
        60..730 => count(days / 30, "month"),
        _ => count(days / 365, "year"),
    }
}

fn count(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use domain::due::Due;
    use domain::zone::Zone;
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::Watch;
    use crate::reply::plain::on_one_line;

    /// Wednesday 4 March 2026, 10:00 in Madrid.
    fn watch() -> Watch {
        let zone: Zone = "Europe/Madrid".parse().expect("a zone");
        Watch { now: "2026-03-04T09:00:00Z".parse().expect("an instant"), zone }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_due_is_shown_absolute_with_its_zone_and_relative() {
        let watch = watch();
        let due = Due::wall(date(2026, 3, 6).at(17, 0, 0, 0), watch.zone.clone());
        assert_eq!(on_one_line(&watch.due(&due)), "Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days");
        let day = Due::day(date(2026, 3, 5), watch.zone.clone());
        assert_eq!(on_one_line(&watch.due(&day)), "Thu 5 Mar 2026, tomorrow");
    }

    #[test]
    fn how_far_away_a_moment_is_said_in_the_unit_that_fits() {
        let away = |text: &str| watch().away(at(text));
        assert_eq!(away("2026-03-04T09:00:02Z"), "in 2 seconds");
        assert_eq!(away("2026-03-04T09:01:59Z"), "in 1 minute");
        assert_eq!(away("2026-03-04T11:30:00Z"), "in 2 hours 30 minutes");
        assert_eq!(away("2026-03-04T22:30:00Z"), "today");
        assert_eq!(away("2026-03-05T08:00:00Z"), "tomorrow");
        assert_eq!(away("2026-03-04T08:57:00Z"), "3 minutes ago");
        assert_eq!(away("2026-03-01T08:57:00Z"), "3 days ago");
        assert_eq!(away("2026-09-04T09:00:00Z"), "in 6 months");
        assert_eq!(away("2031-03-04T09:00:00Z"), "in 5 years");
    }

    #[test]
    fn an_instant_is_shown_in_the_readers_zone() {
        let due = Due::wall(date(2026, 3, 6).at(17, 0, 0, 0), "America/New_York".parse().expect("a zone"));
        assert_eq!(on_one_line(&watch().due(&due)), "Fri 6 Mar 2026 23:00 Europe/Madrid, in 2 days");
    }

    #[test]
    fn the_day_is_left_out_only_today_and_the_year_only_this_year() {
        let when = |text: &str| on_one_line(&watch().when(at(text)));
        assert_eq!(when("2026-03-04T16:00:00Z"), "at 17:00");
        assert_eq!(when("2026-03-03T16:00:05Z"), "on Tue 3 Mar at 17:00:05");
        assert_eq!(when("2027-03-05T16:00:00Z"), "on Fri 5 Mar 2027 at 17:00");
    }
}
