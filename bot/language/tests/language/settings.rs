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
fn the_order_of_dates_and_the_start_of_the_week_can_be_set() {
    let cases = [
        ("set date order day first", SettingsChange { day_first: Some(true), ..Default::default() }),
        ("set date order to month first", SettingsChange { day_first: Some(false), ..Default::default() }),
        ("set week start to sunday", SettingsChange { week_start: Some(Weekday::Sunday), ..Default::default() }),
    ];
    for (text, change) in cases {
        assert_eq!(read(text, &wednesday()), Ok(Reading::Settings(change)), "{text}");
    }
}
