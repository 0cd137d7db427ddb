//! Wall times against clock changes, both ways; ends; what a query may cost; and what the `rrule`
//! crate reads differently.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use taskbot_domain::recurrence::{Occurrence, Rule, Schedule, Start, TooSparse};

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn schedule(rule: &str, start: DateTime, name: &str) -> Schedule {
    Schedule::new(rule.parse().unwrap(), Start::At(start), zone(name))
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the clocks show at the first `count` occurrences, with the offset.
fn shown(rule: &str, start: &str, name: &str, count: usize) -> Vec<String> {
    let schedule = schedule(rule, start.parse().unwrap(), name);
    let say = |next: Occurrence| next.at.to_zoned(zone(name)).strftime("%m-%d %H:%M%:z").to_string();
    schedule.occurrences().take(count).map(say).collect()
}

/// A zone, a day on which its clocks go forward or back, the wall time typed, and what three days
/// of it show.
const CHANGES: [(&str, &str, [&str; 3]); 20] = [
    ("America/New_York", "2026-03-07T02:30", ["03-07 02:30-05:00", "03-08 03:30-04:00", "03-09 02:30-04:00"]),
    ("America/New_York", "2026-10-31T01:30", ["10-31 01:30-04:00", "11-01 01:30-04:00", "11-02 01:30-05:00"]),
    ("Europe/Madrid", "2026-03-28T02:30", ["03-28 02:30+01:00", "03-29 03:30+02:00", "03-30 02:30+02:00"]),
    ("Europe/Madrid", "2026-10-24T02:30", ["10-24 02:30+02:00", "10-25 02:30+02:00", "10-26 02:30+01:00"]),
    ("Europe/London", "2026-03-28T01:15", ["03-28 01:15+00:00", "03-29 02:15+01:00", "03-30 01:15+01:00"]),
    ("Europe/London", "2026-10-24T01:15", ["10-24 01:15+01:00", "10-25 01:15+01:00", "10-26 01:15+00:00"]),
    ("Australia/Lord_Howe", "2026-10-03T02:15", ["10-03 02:15+10:30", "10-04 02:45+11:00", "10-05 02:15+11:00"]),
    ("Australia/Lord_Howe", "2026-04-04T01:45", ["04-04 01:45+11:00", "04-05 01:45+11:00", "04-06 01:45+10:30"]),
    ("Australia/Sydney", "2026-10-03T02:30", ["10-03 02:30+10:00", "10-04 03:30+11:00", "10-05 02:30+11:00"]),
    ("Australia/Sydney", "2026-04-04T02:30", ["04-04 02:30+11:00", "04-05 02:30+11:00", "04-06 02:30+10:00"]),
    ("America/Santiago", "2026-09-05T00:00", ["09-05 00:00-04:00", "09-06 01:00-03:00", "09-07 00:00-03:00"]),
    ("America/Santiago", "2026-04-03T23:30", ["04-03 23:30-03:00", "04-04 23:30-03:00", "04-05 23:30-04:00"]),
    ("Africa/Cairo", "2026-04-23T00:30", ["04-23 00:30+02:00", "04-24 01:30+03:00", "04-25 00:30+03:00"]),
    ("Africa/Cairo", "2026-10-28T23:30", ["10-28 23:30+03:00", "10-29 23:30+03:00", "10-30 23:30+02:00"]),
    ("Pacific/Auckland", "2026-09-26T02:30", ["09-26 02:30+12:00", "09-27 03:30+13:00", "09-28 02:30+13:00"]),
    ("Pacific/Auckland", "2026-04-04T02:30", ["04-04 02:30+13:00", "04-05 02:30+13:00", "04-06 02:30+12:00"]),
    ("America/Sao_Paulo", "2018-11-03T00:15", ["11-03 00:15-03:00", "11-04 01:15-02:00", "11-05 00:15-02:00"]),
    ("America/Sao_Paulo", "2018-02-16T23:15", ["02-16 23:15-02:00", "02-17 23:15-02:00", "02-18 23:15-03:00"]),
    ("Pacific/Apia", "2011-12-29T09:00", ["12-29 09:00-10:00", "12-31 09:00+14:00", "12-31 09:00+14:00"]),
    ("Asia/Kolkata", "2026-03-28T02:30", ["03-28 02:30+05:30", "03-29 02:30+05:30", "03-30 02:30+05:30"]),
];

#[test]
fn a_daily_time_keeps_its_wall_time_through_clock_changes_in_ten_zones() {
    for (name, start, days) in CHANGES {
        assert_eq!(shown("FREQ=DAILY", start, name, 3), days, "{name} from {start}");
    }
}

#[test]
fn a_time_in_the_gap_keeps_the_wall_time_that_the_rule_names() {
    let daily = schedule("FREQ=DAILY", date(2026, 3, 28).at(2, 30, 0, 0), "Europe/Madrid");
    let in_the_gap = daily.occurrences().nth(1).unwrap();
    assert_eq!(in_the_gap.wall, date(2026, 3, 29).at(2, 30, 0, 0));
    assert_eq!(in_the_gap.at, instant("2026-03-29T03:30:00+02:00"));
}

#[test]
fn times_that_a_gap_shuffles_are_all_stepped_through() {
    let rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30";
    let schedule = schedule(rule, date(2026, 3, 29).at(2, 0, 0, 0), "Europe/Madrid");
    let mut stepped = vec![schedule.occurrences().next().unwrap()];
    while stepped.len() < 6 {
        let last = stepped[stepped.len() - 1];
        stepped.extend(schedule.following(&last).unwrap());
    }
    assert_eq!(stepped, schedule.occurrences().take(6).collect::<Vec<_>>());
    let around = (instant("2026-03-29T02:59:59+02:00"), instant("2026-03-29T04:00:00+02:00"));
    assert_eq!(schedule.between(around.0, around.1, 9), Ok(stepped[..4].to_vec()));
}

#[test]
fn hourly_through_autumn_yields_each_instant_once_and_both_two_o_clocks() {
    let shown = shown("FREQ=HOURLY", "2026-10-25T00:00", "Europe/Madrid", 5);
    let wanted =
        ["10-25 00:00+02:00", "10-25 01:00+02:00", "10-25 02:00+02:00", "10-25 02:00+01:00", "10-25 03:00+01:00"];
    assert_eq!(shown, wanted);
}

#[test]
fn hourly_through_spring_leaves_out_the_hour_that_does_not_exist() {
    let shown = shown("FREQ=HOURLY", "2026-03-29T01:00", "Europe/Madrid", 3);
    assert_eq!(shown, ["03-29 01:00+01:00", "03-29 03:00+02:00", "03-29 04:00+02:00"]);
}

#[test]
fn below_a_day_steps_are_elapsed_time_and_hours_a_filter_on_the_wall() {
    let shown = shown("FREQ=MINUTELY;INTERVAL=30;BYHOUR=1,2", "2026-10-25T00:00", "Europe/Madrid", 6);
    let wanted = [
        "10-25 01:00+02:00",
        "10-25 01:30+02:00",
        "10-25 02:00+02:00",
        "10-25 02:30+02:00",
        "10-25 02:00+01:00",
        "10-25 02:30+01:00",
    ];
    assert_eq!(shown, wanted);
}

#[test]
fn a_start_in_the_repeated_hour_can_be_its_second_reading() {
    let second = instant("2026-10-25T02:15:00+01:00");
    let rule: Rule = "FREQ=HOURLY;INTERVAL=2".parse().unwrap();
    let schedule = Schedule::starting_at(rule, second, zone("Europe/Madrid"));
    let all: Vec<Timestamp> = schedule.occurrences().take(2).map(|next| next.at).collect();
    assert_eq!(all, [second, instant("2026-10-25T04:15:00+01:00")]);
}

#[test]
fn days_without_a_time_begin_when_the_day_does() {
    let rule: Rule = "FREQ=DAILY;BYHOUR=9,17".parse().unwrap();
    let start = Start::Day(date(2018, 11, 3));
    let schedule = Schedule::new(rule, start, zone("America/Sao_Paulo"));
    let all: Vec<Occurrence> = schedule.occurrences().take(2).collect();
    assert_eq!(all[1].wall, date(2018, 11, 4).at(0, 0, 0, 0));
    assert_eq!(all[1].at, instant("2018-11-04T01:00:00-02:00"));
}

#[test]
fn until_is_inclusive_whether_day_wall_time_or_instant() {
    let count = |until: &str| {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        schedule(&rule, date(2026, 3, 27).at(9, 0, 0, 0), "Europe/Madrid").occurrences().count()
    };
    assert_eq!([count("20260329"), count("20260329T090000"), count("20260329T085959")], [3, 3, 2]);
    assert_eq!([count("20260329T070000Z"), count("20260329T065959Z")], [3, 2]);
    let hourly = |until: &str| {
        let rule = format!("FREQ=HOURLY;UNTIL={until}");
        schedule(&rule, date(2026, 10, 25).at(0, 0, 0, 0), "Europe/Madrid").occurrences().count()
    };
    assert_eq!([hourly("20261025"), hourly("20261025T010000Z"), hourly("20261024")], [25, 4, 0]);
}

#[test]
fn count_counts_from_the_start_whichever_way_it_is_asked() {
    let schedule = schedule("FREQ=WEEKLY;BYDAY=MO,FR;COUNT=5", date(2026, 3, 3).at(9, 0, 0, 0), "UTC");
    let all: Vec<Occurrence> = schedule.occurrences().collect();
    assert_eq!(all.len(), 5);
    assert_eq!(all[0].wall, date(2026, 3, 6).at(9, 0, 0, 0));
    assert_eq!(schedule.next_after(all[4].at), Ok(None));
    assert_eq!(schedule.latest_until(Timestamp::MAX), Ok(Some(all[4])));
    assert_eq!(schedule.first_from(DateTime::MAX), Ok(None));
    assert_eq!(schedule.latest_until(all[0].at - SignedDuration::from_secs(1)), Ok(None));
}

/// Whether it ends within so long: what is slow by itself is slow three times, a machine may stand still once.
fn soon<T>(within: Duration, what: impl Fn() -> T) -> bool {
    (0..3).any(|_| {
        let begun = Instant::now();
        black_box(what());
        begun.elapsed() < within
    })
}

#[test]
fn a_minutely_series_that_began_long_ago_answers_at_once() {
    let schedule = schedule("FREQ=MINUTELY;INTERVAL=7", date(1990, 1, 1).at(0, 0, 0, 0), "Europe/Madrid");
    let now = instant("2026-10-01T12:00:00Z");
    let ask = || (schedule.latest_until(now), schedule.next_after(now));
    assert!(soon(Duration::from_millis(20), ask));
    let (latest, next) = ask();
    assert_eq!(next.unwrap().unwrap().at, latest.unwrap().unwrap().at + 7.minutes());
}

#[test]
fn no_rule_makes_a_query_examine_more_than_its_share() {
    let never = [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=9;BYMINUTE=1",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7;COUNT=10000",
    ];
    for rule in never {
        let schedule = schedule(rule, date(2026, 4, 1).at(9, 0, 0, 0), "UTC");
        let next = || schedule.next_after(instant("2026-10-01T12:00:00Z"));
        assert!(matches!(next(), Err(TooSparse { .. })), "{rule}: {:?}", next());
        assert!(soon(Duration::from_millis(500), next), "{rule}");
        let mut all = schedule.occurrences();
        assert_eq!((all.next(), all.exhausted_budget()), (None, true), "{rule}");
    }
}

#[test]
fn rules_end_with_the_calendar() {
    let yearly = schedule("FREQ=YEARLY;INTERVAL=1000", date(2026, 3, 1).at(9, 0, 0, 0), "Europe/Madrid");
    let mut all = yearly.occurrences();
    assert_eq!((all.by_ref().count(), all.exhausted_budget()), (8, false));
    let hourly = schedule("FREQ=HOURLY;INTERVAL=1000000", date(9990, 3, 1).at(9, 0, 0, 0), "Europe/Madrid");
    assert_eq!(hourly.next_after(instant("9999-12-01T00:00:00Z")), Ok(None));
}

#[test]
fn positions_in_a_week_count_from_the_week_in_which_the_start_lies() {
    let rule = "FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=2;COUNT=2";
    let schedule = schedule(rule, date(2020, 4, 8).at(9, 0, 0, 0), "UTC");
    let days: Vec<i8> = schedule.occurrences().map(|next| next.wall.day()).collect();
    assert_eq!(days, [12, 19]);
}

#[test]
fn numbered_and_plain_weekdays_add_up() {
    let rule = "FREQ=MONTHLY;BYDAY=1MO,WE,-1FR;COUNT=6";
    let schedule = schedule(rule, date(2026, 3, 1).at(9, 0, 0, 0), "UTC");
    let days: Vec<i8> = schedule.occurrences().map(|next| next.wall.day()).collect();
    assert_eq!(days, [2, 4, 11, 18, 25, 27]);
}
