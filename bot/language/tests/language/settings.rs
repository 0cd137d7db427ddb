//! Settings that change how a line is read.

use jiff::civil::{Weekday, date, time};
use taskbot_language::{Context, Reading, SettingsChange, When, read};

use crate::wednesday;

fn when(text: &str, context: &Context) -> Option<When> {
    match read(text, context) {
        Ok(Reading::Add(draft)) => draft.when,
        other => panic!("{text:?} is {other:?}"),
    }
}

#[test]
fn the_day_may_come_before_the_month() {
    let mut context = wednesday();
    assert_eq!(when("pay 4/5", &context), Some(When::Day(date(2026, 4, 5))));
    context.settings.day_first = true;
    assert_eq!(when("pay 4/5", &context), Some(When::Day(date(2026, 5, 4))));
    assert_eq!(when("pay 4/15", &context), Some(When::Day(date(2026, 4, 15))));
}

#[test]
fn a_week_may_begin_on_sunday() {
    let mut context = wednesday();
    assert_eq!(when("gym next sunday", &context), Some(When::Day(date(2026, 3, 15))));
    context.settings.week_start = Weekday::Sunday;
    assert_eq!(when("gym next sunday", &context), Some(When::Day(date(2026, 3, 8))));
    assert_eq!(when("gym next week", &context), Some(When::Day(date(2026, 3, 8))));
}

#[test]
fn a_snooze_to_a_day_is_until_the_default_time() {
    let mut context = wednesday();
    context.settings.default_time = time(7, 30, 0, 0);
    let Ok(Reading::Snooze(snooze)) = read("snooze until friday", &context) else {
        panic!("it is a snooze");
    };
    let until = snooze.until.to_zoned(context.settings.zone);
    assert_eq!(until.datetime(), date(2026, 3, 6).at(7, 30, 0, 0));
}

#[test]
fn on_a_24_hour_clock_five_is_in_the_morning_unless_the_line_says_otherwise() {
    let mut context = wednesday();
    let at = |text: &str, context: &Context| match when(text, context) {
        Some(When::At(at)) => context.settings.zone.to_datetime(at).time(),
        other => panic!("{text:?} is {other:?}"),
    };
    let cases = [
        ("call tomorrow at 5", time(17, 0, 0, 0), time(5, 0, 0, 0)),
        ("call tomorrow at 5:30", time(17, 30, 0, 0), time(5, 30, 0, 0)),
        ("call tomorrow half past 3", time(15, 30, 0, 0), time(3, 30, 0, 0)),
        ("call tomorrow at 12", time(12, 0, 0, 0), time(12, 0, 0, 0)),
        ("call tomorrow at 5pm", time(17, 0, 0, 0), time(17, 0, 0, 0)),
        ("call tomorrow at 7 in the evening", time(19, 0, 0, 0), time(19, 0, 0, 0)),
        ("call every day at 5", time(17, 0, 0, 0), time(5, 0, 0, 0)),
    ];
    for (text, twelve, twenty_four) in cases {
        context.settings.hours_24 = false;
        assert_eq!(at(text, &context), twelve, "{text}");
        context.settings.hours_24 = true;
        assert_eq!(at(text, &context), twenty_four, "{text}");
    }
}

#[test]
fn what_changes_readings_can_be_set() {
    let default = SettingsChange::default;
    let cases = [
        ("set date order day first", SettingsChange { day_first: Some(true), ..default() }),
        ("set date order dmy", SettingsChange { day_first: Some(true), ..default() }),
        ("set date order to d/m", SettingsChange { day_first: Some(true), ..default() }),
        ("set date order to month first", SettingsChange { day_first: Some(false), ..default() }),
        ("set date order mdy", SettingsChange { day_first: Some(false), ..default() }),
        ("set week start to sunday", SettingsChange { week_start: Some(Weekday::Sunday), ..default() }),
        ("set start of week monday", SettingsChange { week_start: Some(Weekday::Monday), ..default() }),
        ("set clock 24h", SettingsChange { hours_24: Some(true), ..default() }),
        ("set clock to 12 hours", SettingsChange { hours_24: Some(false), ..default() }),
        ("set default time 8:30", SettingsChange { default_time: Some(time(8, 30, 0, 0)), ..default() }),
    ];
    for (text, change) in cases {
        assert_eq!(read(text, &wednesday()), Ok(Reading::Settings(change)), "{text}");
    }
    for text in ["set clock on the oven", "set date with Ana", "set week start party"] {
        assert!(matches!(read(text, &wednesday()), Ok(Reading::Add(_))), "{text}");
    }
}
